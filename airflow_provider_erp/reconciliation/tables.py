"""A side's customers as a table of DuckDB: normalised, checked, with the group that each belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.matching.groups import group
from airflow_provider_erp.reconciliation.row import IDENTIFIERS, Row, columns_written, normalised
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

if TYPE_CHECKING:
    import duckdb

_CHUNK_ROWS = 5_000
_ENCODER = msgspec.json.Encoder()


def make_table(
    engine: duckdb.DuckDBPyConnection,
    table: str,
    spec: ReconciliationSpec,
    rows: Iterable[Row],
    batch: str,
    folder: Path,
) -> int:
    """Make ``table`` of the normalised rows with their ``group_id``; the number of rows comes back.

    ``batch`` is what errors call the rows; a file on its way lies in ``folder``.

    Raises:
        ErpInconsistentRead: an id is absent or occurs twice.
    """
    loose = _load(engine, f"{table}_rows", columns_written(spec), (normalised(spec, row) for row in rows), folder)
    _check_ids(loose, batch)
    firsts = group(_shared_identifiers(loose))
    members = ({"member_id": member, "first_id": first} for member, first in firsts.items())
    groups = _load(engine, f"{table}_groups", ("member_id", "first_id"), members, folder)
    grouped = loose.set_alias("r").join(groups.set_alias("g"), "g.member_id = r.record_id", how="left")
    grouped.select("r.*, COALESCE(g.first_id, r.record_id) AS group_id").create(table)
    for name in (f"{table}_rows", f"{table}_groups"):
        engine.execute(f"DROP TABLE {name}")
    return _count(engine.table(table))


def _load(
    engine: duckdb.DuckDBPyConnection,
    table: str,
    columns: Iterable[str],
    rows: Iterable[Mapping[str, str | None]],
    folder: Path,
) -> duckdb.DuckDBPyRelation:
    """A table of text columns, by way of a file: the quickest way in that needs no other library."""
    path = folder / f"{table}.jsonl"
    remaining = iter(rows)
    with path.open("wb") as file:
        while chunk := list(islice(remaining, _CHUNK_ROWS)):
            file.write(_ENCODER.encode_lines(chunk))
    texts = dict.fromkeys(columns, "VARCHAR")
    engine.read_json(str(path), columns=texts, format="newline_delimited").create(table)
    path.unlink()
    return engine.table(table)


def _check_ids(rows: duckdb.DuckDBPyRelation, batch: str) -> None:
    nameless = _count(rows.filter("COALESCE(record_id, '') = ''"))
    if nameless:
        raise ErpInconsistentRead(f"batch {batch!r}: {nameless} records have no source_id; fetch it again")
    repeated = rows.aggregate("record_id, COUNT(*) AS times", "record_id").filter("times > 1")
    if count := _count(repeated):
        [(first, _)] = repeated.order("record_id").limit(1).fetchall()
        raise ErpInconsistentRead(
            f"batch {batch!r}: expected each source_id once, got {count} more than once "
            f"(the first is {first!r}); fetch it again"
        )


def _shared_identifiers(rows: duckdb.DuckDBPyRelation) -> Iterator[tuple[tuple[str, str], str]]:
    """Each identifier that several records carry, with the id of each that does."""
    for identifier in IDENTIFIERS:
        column = f"key_{identifier}"
        carriers = f"COUNT(*) OVER (PARTITION BY {column}) AS carriers"
        carried = rows.select(f"{column} AS identifier, record_id, {carriers}")
        shared = carried.filter("identifier IS NOT NULL AND carriers > 1").select("identifier", "record_id")
        for value, record_id in shared.fetchall():
            yield (identifier, value), record_id


def _count(rows: duckdb.DuckDBPyRelation) -> int:
    [(number,)] = rows.aggregate("COUNT(*)").fetchall()
    return int(number)
