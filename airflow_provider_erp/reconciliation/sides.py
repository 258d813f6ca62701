"""The two sides of a comparison, read in chunks, normalised and handed to DuckDB as tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import msgspec

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.reconciliation.groups import group
from airflow_provider_erp.reconciliation.row import IDENTIFIERS, Row, columns_read, columns_written, normalised
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

_CHUNK_ROWS = 5_000
_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One system's customers.

    ``records`` is a Parquet file with a text column for each field of
    ``records.Customer`` (null = not supplied). ``coverage`` is ``full``, or
    says in words what the batch covers (``changes since ...``); ``batch`` is
    what errors call it. ``remarks`` are sentences that a reader of the report
    must know, such as that records could not be read.
    """

    title: str
    records: Path
    coverage: str
    batch: str
    remarks: tuple[str, ...] = ()


def load(connection: duckdb.DuckDBPyConnection, spec: ReconciliationSpec, side: Side, table: str, folder: Path) -> int:
    """Make ``table`` of the side's normalised rows with their ``group_id``; the number of rows comes back.

    Raises:
        ValueError: the file lacks a column, or one is not text.
        ErpInconsistentRead: an id is absent or occurs twice.
    """
    _check_columns(connection, spec, side)
    rows_file = folder / f"{table}.jsonl"
    with rows_file.open("wb") as file:
        for chunk in _chunks(connection, spec, side):
            file.write(_ENCODER.encode_lines([normalised(spec, row) for row in chunk]))
    _read_json_lines(connection, f"{table}_rows", rows_file, columns_written(spec))
    _check_ids(connection, f"{table}_rows", side)
    groups_file = folder / f"{table}_groups.jsonl"
    groups = group(_shared_identifiers(connection, f"{table}_rows"))
    lines = [{"member_id": member, "first_id": first} for member, first in groups.items()]
    groups_file.write_bytes(_ENCODER.encode_lines(lines))
    _read_json_lines(connection, f"{table}_groups", groups_file, ("member_id", "first_id"))
    return _join(connection, table)


def _join(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    connection.execute(
        f"CREATE TABLE {table} AS SELECT r.*, COALESCE(g.first_id, r.record_id) AS group_id "  # noqa: S608
        f"FROM {table}_rows r LEFT JOIN {table}_groups g ON g.member_id = r.record_id"
    )
    connection.execute(f"DROP TABLE {table}_rows")
    connection.execute(f"DROP TABLE {table}_groups")
    return _one_number(connection, f"SELECT COUNT(*) FROM {table}")  # noqa: S608


def _check_columns(connection: duckdb.DuckDBPyConnection, spec: ReconciliationSpec, side: Side) -> None:
    described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(side.records)]).fetchall()
    types = {name: kind for name, kind, *_ in described}
    for column in columns_read(spec):
        if types.get(column) != "VARCHAR":
            raise ValueError(
                f"batch {side.batch!r}: expected a text column {column!r} in its records, "
                f"got {types.get(column, 'none')}; fetch the batch again with this version"
            )


def _chunks(connection: duckdb.DuckDBPyConnection, spec: ReconciliationSpec, side: Side) -> Iterator[list[Row]]:
    columns = columns_read(spec)
    query = f"SELECT {', '.join(columns)} FROM read_parquet(?)"  # noqa: S608
    cursor = connection.execute(query, [str(side.records)])
    while rows := cursor.fetchmany(_CHUNK_ROWS):
        yield [dict(zip(columns, row, strict=True)) for row in rows]


def _read_json_lines(connection: duckdb.DuckDBPyConnection, table: str, file: Path, columns: tuple[str, ...]) -> None:
    types = ", ".join(f"{column}: 'VARCHAR'" for column in columns)
    connection.execute(
        f"CREATE TABLE {table} AS "  # noqa: S608
        f"SELECT * FROM read_json(?, format = 'newline_delimited', columns = {{{types}}})",
        [str(file)],
    )
    file.unlink()


def _check_ids(connection: duckdb.DuckDBPyConnection, table: str, side: Side) -> None:
    nameless = _one_number(connection, f"SELECT COUNT(*) FROM {table} WHERE COALESCE(record_id, '') = ''")  # noqa: S608
    if nameless:
        raise ErpInconsistentRead(f"batch {side.batch!r}: {nameless} records have no source_id; fetch it again")
    repeated = connection.execute(
        f"SELECT record_id, COUNT(*) OVER () FROM {table} "  # noqa: S608
        "GROUP BY record_id HAVING COUNT(*) > 1 ORDER BY record_id LIMIT 1"
    ).fetchone()
    if repeated:
        first, count = repeated
        raise ErpInconsistentRead(
            f"batch {side.batch!r}: expected each source_id once, got {count} more than once "
            f"(the first is {first!r}); fetch it again"
        )


def _shared_identifiers(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[tuple[tuple[str, str], str]]:
    """Each identifier that several records carry, with the id of each that does."""
    for identifier in IDENTIFIERS:
        column = f"key_{identifier}"
        cursor = connection.execute(
            f"SELECT {column}, record_id FROM {table} WHERE {column} IN "  # noqa: S608
            f"(SELECT {column} FROM {table} WHERE {column} IS NOT NULL GROUP BY {column} HAVING COUNT(*) > 1)"
        )
        while rows := cursor.fetchmany(_CHUNK_ROWS):
            yield from (((identifier, value), record_id) for value, record_id in rows)


def _one_number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    (number,) = connection.execute(query).fetchall()[0]
    return int(number)
