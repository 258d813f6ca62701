"""Results and histories of any size on disk, as a comparison and its ledger leave them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from airflow_provider_erp.reconciliation.history import OPEN_COLUMNS, RESOLVED_COLUMNS, Day, History
from airflow_provider_erp.reconciliation.result import COLUMNS, Agreement, Reconciliation, SideResult, Suggestion

TODAY = dt.date(2026, 11, 20)
AS_OF = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)

KINDS = {
    "missing_in_target": "missing in Visma.net ERP",
    "missing_in_source": "missing in Visma PX",
    "field_differs": "field differs",
    "duplicate_in_source": "held more than once in Visma PX",
    "duplicate_in_target": "held more than once in Visma.net ERP",
    "ambiguous": "ambiguous",
    "stale": "stale in Visma.net ERP",
    "invalid_identifier": "invalid identifier",
    "key_changed": "key changed",
    "status_conflict": "status conflict",
}

_GENERATED = """
SELECT
  md5(i::VARCHAR) AS break_id,
  ['field_differs', 'field_differs', 'field_differs', 'missing_in_target', 'missing_in_source', 'duplicate_in_source',
    'stale', 'invalid_identifier'][1 + i % 8] AS kind,
  CASE WHEN i % 8 < 3 THEN ['name', 'email', 'street', 'org_number'][1 + i % 4] END AS field,
  lpad((10000 + i)::VARCHAR, 6, '0') AS key,
  ['Salon Sähkö Oy', 'Åkerlund & Rausing AB', 'Nordic Timber AS', 'Kontor und Möbel GmbH',
    'Hämeen Rakennus Oy'][1 + i % 5] AS name,
  CASE WHEN i % 8 <> 4 THEN 's' || i END AS source_id,
  CASE WHEN i % 8 NOT IN (3, 5) THEN 't' || i END AS target_id,
  CASE WHEN i % 8 = 5 THEN ['s' || i, 's' || (i + 1)] ELSE []::VARCHAR[] END AS members,
  []::VARCHAR[] AS candidates,
  CASE WHEN i % 8 < 3 THEN 'number' END AS matched_by,
  CASE WHEN i % 8 < 3 THEN ['Salon Sähkö Oy', 'faktura@akerlund.se', 'Storgatan 12 B', '2012566-1'][1 + i % 4] END
    AS source_value,
  CASE WHEN i % 8 < 3 THEN ['Salon Sahkö Oy', 'fakturor@akerlund.se', 'Storgatan 21 B', ''][1 + i % 4] END
    AS target_value,
  md5('v' || i) AS digest,
  CASE WHEN i % 4 <> 2 THEN (i * 7919 % 100000000)::DECIMAL(28, 6) / 100 END AS amount,
  CASE WHEN i % 4 <> 2 THEN ['EUR', 'EUR', 'EUR', 'SEK'][1 + i % 4] END AS currency,
  'medium' AS severity,
  CASE WHEN i % 8 = 0 THEN 'target' END AS correct_side,
  CASE WHEN i % 8 = 0 THEN 'Salon Sähkö Oy' END AS correct_value,
  ['new', 'persisting', 'persisting', 'changed', 'persisting', 'reopened'][1 + i % 6] AS state,
  DATE '2026-11-20' - (CASE WHEN i % 6 IN (0, 5) THEN 0 ELSE i * 31 % 90 END)::INTEGER AS since,
  DATE '2026-11-20' - (i * 31 % 90)::INTEGER AS first_seen,
  (CASE WHEN i % 6 IN (0, 5) THEN 0 ELSE i * 31 % 90 END)::INTEGER AS age_days,
  CASE WHEN i % 50 = 7 THEN 'Paid in another system' END AS accepted_reason,
  CASE WHEN i % 50 = 7 THEN 'controller' END AS accepted_by,
  CASE WHEN i % 50 = 7 THEN DATE '2026-11-20' + (i % 40)::INTEGER END AS accepted_until
FROM range({count}) AS numbers(i)
"""


def generated_history(folder: Path, breaks: int) -> History:
    """So many breaks, a good mix of them, with 30 days behind them; a tenth of them was resolved."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as engine:
        engine.execute(f"CREATE VIEW generated AS {_GENERATED.format(count=breaks)}")
        _save(engine, "generated", OPEN_COLUMNS, folder / "open.parquet")
        _save(engine, "generated", COLUMNS, folder / "breaks.parquet")
        gone = f"SELECT *, DATE '2026-11-20' AS resolved_on FROM generated LIMIT {breaks // 10}"
        _save(engine, f"({gone})", RESOLVED_COLUMNS, folder / "resolved.parquet")
        kinds = dict(engine.execute("SELECT kind, count(*) FROM generated GROUP BY kind").fetchall())
    days = tuple(
        Day(
            date=TODAY - dt.timedelta(days=back),
            open=breaks + breaks * (back * back % 17) // 40,
            new=breaks * (1 + back * 7 % 5) // 60,
            resolved=breaks * (1 + back * 3 % 7) // 80,
        )
        for back in range(29, -1, -1)
        if back not in (5, 6, 19, 20)
    )
    before = {kind: number + place * 3 for place, (kind, number) in enumerate(sorted(kinds.items()))}
    return _history(folder, days=days, before=before if breaks else dict.fromkeys(KINDS, 0))


def history_of(folder: Path, *rows: Mapping[str, Any], resolved: Sequence[Mapping[str, Any]] = ()) -> History:
    """These breaks, with sensible values where a row says nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    usual: dict[str, Any] = {
        "kind": "field_differs",
        "key": "",
        "name": "",
        "members": [],
        "candidates": [],
        "digest": "d",
    }
    usual |= {"severity": "medium", "state": "new", "since": TODAY, "first_seen": TODAY, "age_days": 0}
    gone: dict[str, Any] = {"kind": "field_differs", "key": "", "since": TODAY, "resolved_on": TODAY, "age_days": 0}
    with duckdb.connect() as engine:
        for view, columns, defaults, given in (
            ("opened", OPEN_COLUMNS, usual, rows),
            ("gone", RESOLVED_COLUMNS, gone, resolved),
        ):
            engine.execute(f"CREATE TABLE {view} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
            for place, row in enumerate(given):
                values = {"break_id": f"break{place}", **defaults, **row}
                assert values.keys() <= columns.keys()
                marks = ", ".join("?" for _ in columns)
                engine.execute(f"INSERT INTO {view} VALUES ({marks})", [values.get(name) for name in columns])
        _save(engine, "opened", OPEN_COLUMNS, folder / "open.parquet")
        _save(engine, "opened", COLUMNS, folder / "breaks.parquet")
        _save(engine, "gone", RESOLVED_COLUMNS, folder / "resolved.parquet")
    return _history(folder, days=(Day(date=TODAY, open=len(rows), new=len(rows), resolved=len(resolved)),))


def a_result(history: History, **changes: Any) -> Reconciliation:
    """The comparison that the history's breaks come from."""
    breaks = history.open.with_name("breaks.parquet")
    with duckdb.connect() as engine:
        counted = "SELECT kind, count(*) FROM read_parquet(?) GROUP BY kind"
        counts = dict.fromkeys(KINDS, 0) | dict(engine.execute(counted, [str(breaks)]).fetchall())
    only = counts["missing_in_target"], counts["missing_in_source"]
    matched = 40 * (sum(counts.values()) // 4 + 12)
    result = Reconciliation(
        spec="customers",
        title="Customers",
        things="customers",
        kinds=KINDS,
        source=a_side("Visma PX", matched, only[0], counts["duplicate_in_source"]),
        target=a_side("Visma.net ERP", matched, only[1], 0),
        matched_by={"number": matched - 12, "org_number": 12},
        agreement=(Agreement(field="name", compared=matched, equal=matched - 7),),
        counts=counts,
        differing=counts["field_differs"],
        breaks=breaks,
        as_of=AS_OF,
        zone="Europe/Helsinki",
        provenance={"spec_digest": "0f" * 32, "version": "0.1.0", "run": "scheduled__2026-11-20"},
    )
    return replace(result, **changes)


def a_side(title: str, matched: int, only_here: int, duplicates: int, **changes: Any) -> SideResult:
    settings: dict[str, Any] = {
        "title": title,
        "batch": f"{title.lower().replace(' ', '_')}/customer/2026-11-20",
        "records": matched + only_here + duplicates,
        "matched": matched,
        "only_here": only_here,
        "duplicates": duplicates,
        "read_at": AS_OF,
        "amounts": {"EUR": Decimal("1234567.80"), "SEK": Decimal("98765.43")},
    }
    return SideResult(**settings | changes)


def a_suggestion(number: int = 1, **changes: Any) -> Suggestion:
    settings: dict[str, Any] = {
        "source_id": f"s{number}",
        "target_id": f"t{number}",
        "source_key": f"{number:06}",
        "target_key": f"{number + 900}",
        "source_name": "Hämeen Rakennus Oy",
        "target_name": "Hämeenlinnan Rakennus Ab",
        "score": 0.871,
        "reasons": ("the names share the rare word “rakennus”", "the same postal code 13100"),
    }
    return Suggestion(**settings | changes)


def _history(folder: Path, *, days: tuple[Day, ...], before: Mapping[str, int] | None = None) -> History:
    files = folder / "open.parquet", folder / "resolved.parquet"
    return History(date=TODAY, open=files[0], resolved=files[1], days=days, before=before)


def _save(engine: duckdb.DuckDBPyConnection, view: str, columns: Mapping[str, str], to: Path) -> None:
    chosen = ", ".join(f"{name}::{kind} AS {name}" for name, kind in columns.items())
    engine.execute(f"COPY (SELECT {chosen} FROM {view}) TO '{to}' (FORMAT parquet)")
