"""Normalised rows of an earlier comparison: which of them still count, and what must be normalised anew.

Writing a million rows again costs more than all else of a day on which few
changed. So the file stays as it is; beside it lies another with the rows that
are new since, and of the file the places are known that do not count any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from airflow_provider_erp.reconciliation.engines import quoted

if TYPE_CHECKING:
    import duckdb

MOST_CHANGED = 0.1
"""With a greater share of changed rows all are written into one file again."""

_NOW = "CREATE TABLE now_seen AS SELECT source_id, seen FROM records_read"
_KEPT = "CREATE VIEW kept AS SELECT * FROM read_parquet('{file}', file_row_number = true)"
_GONE = """
CREATE TABLE gone AS SELECT k.file_row_number AS place FROM kept k
WHERE NOT EXISTS (SELECT 1 FROM now_seen n WHERE n.source_id = k.record_id AND n.seen = k.seen)
"""
_NOT_KEPT = """
CREATE TABLE not_kept AS SELECT source_id, seen FROM now_seen n
WHERE NOT EXISTS (SELECT 1 FROM kept k WHERE k.record_id = n.source_id AND k.seen = n.seen)
"""
_NOTHING = "(SELECT * EXCLUDE (file_row_number) FROM kept WHERE false)"
_CHANGED = """
CREATE VIEW changed AS SELECT c.* FROM {rows} c
WHERE EXISTS (SELECT 1 FROM not_kept n WHERE n.source_id = c.record_id AND n.seen = c.seen)
"""
_FRESH = """
CREATE TABLE fresh AS SELECT source_id, seen FROM not_kept n
WHERE NOT EXISTS (SELECT 1 FROM changed c WHERE c.record_id = n.source_id)
"""
_COUNTED = "SELECT (SELECT COUNT(*) FROM not_kept) > ? * (SELECT COUNT(*) FROM kept)"
STILL_KEPT = "SELECT * EXCLUDE (file_row_number) FROM kept WHERE file_row_number NOT IN (SELECT place FROM gone)"


def changed_beside(file: Path) -> Path:
    """Where the rows lie that are new since the file was written."""
    return file.with_name(f"{file.stem}_changed.parquet")


def look_up(engine: duckdb.DuckDBPyConnection, file: Path) -> bool:
    """Finds what of a kept file, and of that beside it, is still so in the view ``records_read``.

    Made are the views ``kept`` and ``changed``, and the tables ``gone`` (places
    in the file) and ``fresh`` (records that neither has). Whether so many
    changed that one file shall be written comes back.
    """
    beside = changed_beside(file)
    rows = f"read_parquet('{quoted(beside)}')" if beside.exists() else _NOTHING
    for statement in (_NOW, _KEPT.format(file=quoted(file)), _GONE, _NOT_KEPT, _CHANGED.format(rows=rows), _FRESH):
        engine.execute(statement)
    [(many,)] = engine.execute(_COUNTED, [MOST_CHANGED]).fetchall()
    return bool(many)


def values_gone(engine: duckdb.DuckDBPyConnection, columns: Mapping[str, bool]) -> Mapping[str, int]:
    """How many values each column of the rows has that are gone, and how many ``rows`` they are.

    ``columns`` says of each whether every row has a value: of these nothing is read.
    """
    partial = [name for name, is_full in columns.items() if not is_full]
    counted = ", ".join(("COUNT(*)", *(f"COUNT({name})" for name in partial)))
    query = f"SELECT {counted} FROM kept WHERE file_row_number IN (SELECT place FROM gone)"  # noqa: S608
    rows, *counts = engine.execute(query).fetchall()[0]
    return {"rows": rows, **dict.fromkeys(columns, rows), **dict(zip(partial, counts, strict=True))}
