"""Bare DuckDB SQL for every kind of break that the provider finds, similarity apart; no history, no report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.reconciling.bare import FIELDS
from benchmarks.reconciling.planted import planted

STALE_SECONDS = 90 * 86_400
_SQL = Path(__file__).with_suffix(".sql")
_DOUBLES = _SQL.with_name("bare_doubles.sql")
_DIFFERING = """
SELECT {kind}, '{field}', source_id, target_id, source_number, name, source_{field}, target_{field}
FROM pairs WHERE differs_{field}
"""
_STATUS = (
    "CASE WHEN 'active' IN (source_compared_status, target_compared_status) THEN 'status_conflict' ELSE 'differs' END"
)


def statements(source: Path, target: Path) -> Iterator[str]:
    """In order; the last one makes the view of all breaks."""
    sides = ("source", "target")
    doubles = _DOUBLES.read_text(encoding="utf-8")
    for side, file in zip(sides, (source, target), strict=True):
        yield doubles.format(side=side, file=f"read_parquet('{file}')")
    values = [f"s.compared_{field} <> t.compared_{field} AS differs_{field}" for field in FIELDS]
    values += [f"{side[0]}.{field} AS {side}_{field}" for field in FIELDS for side in sides]
    values += [f"{side[0]}.compared_status AS {side}_compared_status" for side in sides]
    values += [f"{side[0]}.compared_{field} AS {side}_c_{field}" for field in FIELDS for side in sides]
    named = [f"{side}_{field}" for field in (*FIELDS, "compared_status") for side in sides]
    of_both = [f"s.source_c_{field} <> t.target_c_{field} AS differs_{field}" for field in FIELDS]
    of_both += [f"{side[0]}.{side}_{field}" for field in (*FIELDS, "compared_status") for side in sides]
    kinds = [_STATUS if field == "status" else "'field_differs'" for field in FIELDS]
    text = _SQL.read_text(encoding="utf-8").format(
        source=f"read_parquet('{source}')",
        target=f"read_parquet('{target}')",
        values=", ".join(values),
        differs=" OR ".join(f"s.compared_{field} <> t.compared_{field}" for field in FIELDS),
        fields=", ".join([f"differs_{field}" for field in FIELDS] + named),
        of_both=", ".join(of_both),
        any_differs=f"({' OR '.join(f'differs_{field}' for field in FIELDS)})",
        differing=" UNION ALL ".join(
            _DIFFERING.format(kind=kind, field=field) for kind, field in zip(kinds, FIELDS, strict=True)
        ),
        stale_seconds=STALE_SECONDS,
    )
    yield from text.split(";\n")


def prepare(url: str, folder: Path, rows: int, options: Mapping[str, str]) -> Callable[[], int]:
    import duckdb

    from benchmarks.reconciling.provider_way import checked

    config: dict[str, Any] = {"threads": 2, "preserve_insertion_order": False}
    if "memory" in options:  # on one thread, which needs less
        config |= {"threads": 1, "memory_limit": options["memory"], "temp_directory": str(folder)}

    def work() -> int:
        with duckdb.connect(config=config) as engine:
            for statement in statements(*(Path(url) / f"{side}_plain.parquet" for side in ("source", "target"))):
                engine.execute(statement)
            breaks = folder / "breaks.parquet"
            engine.execute(f"COPY breaks TO '{breaks}'")
            found = engine.execute(f"SELECT kind, COUNT(*) FROM '{breaks}' GROUP BY kind").fetchall()
        return checked(dict(found), planted(int(options["customers"])))

    return work
