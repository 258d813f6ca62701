"""The breaks of a report, a page of them at a time, and the history of one of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.reconciliation.history import OPEN_COLUMNS
from airflow_provider_erp.reconciliation.report.figures import OpenBreak, open_break
from airflow_provider_erp.ui.copies import Gone, copy
from airflow_provider_erp.ui.filters import ORDERS, PAGE_SIZE, Filters
from airflow_provider_erp.ui.ledgers import Report

_MEMORY_MB = 128
OBSERVATIONS = 60
"""As many of a comparison's last observations are looked through for the history of a break."""

_BREAKS = "CREATE VIEW breaks AS SELECT *, file_row_number AS place FROM read_parquet('{}', file_row_number = true)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The breaks of one page, how many the filters leave, and what can be chosen from."""

    rows: tuple[OpenBreak, ...]
    found: int
    number: int
    kinds: tuple[str, ...]
    fields: tuple[str, ...]
    states: tuple[str, ...]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.found // PAGE_SIZE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one observation says of a break: ``open``, ``changed``, ``not found``, or ``not looked at``."""

    report: Report
    state: str
    amount: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakHistory:
    """A break as the ledger knows it, the newest observation first."""

    break_id: str
    kind: str
    field: str | None
    key: str
    seen: tuple[Seen, ...]


def read_page(report: Report, filters: Filters, folder: Path) -> Page:
    """One page of a report's breaks; behind the last page there is the last.

    Raises:
        Gone: the report's files are not there (any more).
    """
    file = copy(report.file("breaks.parquet"), folder / "breaks.parquet", report.facts.breaks_sha256)
    where, values = filters.conditions()
    with open_engine(folder, memory_mb=_MEMORY_MB) as engine:
        engine.execute(_BREAKS.format(str(file).replace("'", "''")))
        [[found]] = engine.execute(f"SELECT count(*) FROM breaks WHERE {where}", values).fetchall()  # noqa: S608
        number = min(filters.page, max(1, -(-found // PAGE_SIZE)))
        order = ORDERS[filters.order][1]
        limit = f"LIMIT {PAGE_SIZE} OFFSET {PAGE_SIZE * (number - 1)}"
        query = f"SELECT {', '.join(OPEN_COLUMNS)} FROM breaks WHERE {where} ORDER BY {order} {limit}"  # noqa: S608
        rows = tuple(open_break(row) for row in engine.execute(query, values).fetchall())
        choices = {
            name: tuple(
                value
                for (value,) in engine.execute(
                    f"SELECT DISTINCT {name} FROM breaks WHERE {name} IS NOT NULL ORDER BY 1"  # noqa: S608
                ).fetchall()
            )
            for name in ("kind", "field", "state")
        }
    return Page(
        rows=rows,
        found=found,
        number=number,
        kinds=choices["kind"],
        fields=choices["field"],
        states=choices["state"],
    )


def read_history(reports: Sequence[Report], break_id: str, folder: Path) -> BreakHistory | None:
    """The history of a break in these reports' observations, the newest first; None where none of them has it."""
    files = dict(_copies(reports[:OBSERVATIONS], folder))
    rows = _found(files, break_id, folder) if files else {}
    if not rows:
        return None
    kind, field, key, *_ = rows[min(rows)]
    return BreakHistory(break_id=break_id, kind=kind, field=field, key=key, seen=tuple(_seen(files, rows))[::-1])


def _copies(reports: Sequence[Report], folder: Path) -> Iterator[tuple[str, Report]]:
    """The observations that are still there, by the names of their copies, which are in the reports' order."""
    for place, report in enumerate(reports):
        try:
            file = copy(report.observation(), folder / f"{place:04}.parquet", report.manifest.sha256)
        except Gone:
            continue
        yield str(file), report


def _found(files: Iterable[str], break_id: str, folder: Path) -> dict[str, tuple[Any, ...]]:
    query = """SELECT filename, kind, field, key, digest, amount, currency
        FROM read_parquet(?, filename = true) WHERE break_id = ?"""
    with open_engine(folder, memory_mb=_MEMORY_MB) as engine:
        return {row[0]: row[1:] for row in engine.execute(query, [list(files), break_id]).fetchall()}


def _seen(files: Mapping[str, Report], rows: Mapping[str, tuple[Any, ...]]) -> Iterator[Seen]:
    """From the oldest observation on."""
    before: str | None = None
    for name, report in reversed(list(files.items())):
        if name in rows:
            digest, amount, currency = rows[name][3:]
            state = "changed" if before not in (None, digest) else "open"
            yield Seen(report=report, state=state, amount=amount, currency=currency)
            before = digest
        else:
            yield Seen(report=report, state="not found" if report.manifest.resolves else "not looked at")


def first_seen(history: BreakHistory) -> dt.date | None:
    """The first day, of those looked through, that has the break."""
    found = [each.report.facts.date for each in history.seen if each.state in ("open", "changed")]
    return min(found, default=None)
