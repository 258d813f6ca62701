"""A side's records as the landing wrote them, all text, checked once so that every later cast is sound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.reconciliation.postings.side import PostingSide

if TYPE_CHECKING:
    import duckdb

MONEY = "DECIMAL(28, 6)"
_DECIMAL = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
_MORE_DECIMALS = r"\.[0-9]{6}0*[1-9]"


def open_records(
    engine: duckdb.DuckDBPyConnection, side: PostingSide, columns: Iterable[str]
) -> duckdb.DuckDBPyRelation:
    """The named columns and the id of all records; ids and dates are as they should be.

    Raises:
        ValueError: the file lacks a column, or one is no text; a date is none.
        ErpInconsistentRead: an id is absent or occurs twice.
    """
    records = engine.read_parquet(str(side.records))
    types = dict(zip(records.columns, map(str, records.types), strict=True))
    wanted = sorted({"source_id", *columns})
    for column in wanted:
        if types.get(column) != "VARCHAR":
            raise ValueError(
                f"batch {side.batch!r}: expected a text column {column!r} in its records, "
                f"got {types.get(column, 'none')}; fetch the batch again with this version"
            )
    records = records.select(*wanted)
    [(rows, ids)] = records.aggregate("COUNT(*), COUNT(DISTINCT NULLIF(source_id, ''))").fetchall()
    if rows != ids:
        raise ErpInconsistentRead(
            f"batch {side.batch!r}: expected {rows} records with an id of its own each, got {ids} ids; fetch it again"
        )
    _refuse(records, side, "date", "a date such as 2026-11-20", "TRY_CAST(date AS DATE) IS NULL")
    return records.set_alias("r")


def check_amounts(records: duckdb.DuckDBPyRelation, side: PostingSide, column: str) -> Iterator[str]:
    """A remark where amounts have more decimals than are summed.

    Raises:
        ValueError: an amount is no decimal, or too great.
    """
    wrong = f"NOT regexp_full_match({column}, '{_DECIMAL}') OR TRY_CAST({column} AS {MONEY}) IS NULL"
    _refuse(records, side, column, "a decimal with at most 22 digits before its point", wrong)
    [(rounded,)] = records.filter(f"regexp_matches({column}, '{_MORE_DECIMALS}')").aggregate("COUNT(*)").fetchall()
    if rounded:
        yield f"{rounded} amounts of {side.title} ({column}) have more than six decimals: they are summed rounded"


def _refuse(records: duckdb.DuckDBPyRelation, side: PostingSide, column: str, expected: str, wrong: str) -> None:
    refused = records.filter(f"{column} <> '' AND ({wrong})").order("source_id").limit(1)
    for source_id, text in refused.select("source_id", column).fetchall():
        raise ValueError(
            f"batch {side.batch!r}: expected {expected} as {column!r} of record {source_id!r}, got {text[:40]!r}; "
            "mend the record in its system and fetch again"
        )
