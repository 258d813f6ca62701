"""The two sides of a comparison: where their customers are, and how they are read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from airflow_provider_erp.normalise.countries import country, is_known
from airflow_provider_erp.reconciliation.customers.row import Row, columns_read
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec
from airflow_provider_erp.reconciliation.words import plural

if TYPE_CHECKING:
    import duckdb

_FETCHED_ROWS = 500
"""So few that they stay in the processor's cache."""
_SEEN = "CAST(hash({columns}) >> 1 AS BIGINT) AS seen"
_ALL = "SELECT * REPLACE (CAST(seen AS VARCHAR) AS seen) FROM records_read"
_FRESH = """
SELECT r.* REPLACE (CAST(f.seen AS VARCHAR) AS seen) FROM records_read r JOIN fresh f ON f.source_id = r.source_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One system's customers.

    ``records`` is a Parquet file with a text column for each field of
    ``records.Customer`` (null = not supplied). ``coverage`` is ``full``, or
    says in words what the batch covers (``changes since ...``); ``batch`` is
    what errors call it, ``read_at`` when reading began. ``rejected`` counts
    records that could not be read; ``complete`` is false where the side may
    lack records: then nothing that is missing counts as resolved. ``remarks``
    are sentences that a reader of the report must know.
    """

    title: str
    records: Path
    coverage: str
    batch: str
    read_at: dt.datetime | None = None
    rejected: int = 0
    complete: bool = True
    remarks: tuple[str, ...] = ()


def view_records(engine: duckdb.DuckDBPyConnection, spec: ReconciliationSpec, side: Side) -> None:
    """Make the columns that the spec needs a view, ``records_read``; ``seen`` is another number when one is changed.

    Raises:
        ValueError: the file lacks a column, or one is not text.
    """
    records = engine.read_parquet(str(side.records))
    types = dict(zip(records.columns, map(str, records.types), strict=True))
    columns = columns_read(spec)
    for column in columns:
        if types.get(column) != "VARCHAR":
            raise ValueError(
                f"batch {side.batch!r}: expected a text column {column!r} in its records, "
                f"got {types.get(column, 'none')}; fetch the batch again with this version"
            )
    records.select(f"{', '.join(columns)}, {_SEEN.format(columns=', '.join(columns))}").create_view("records_read")


def read_rows(engine: duckdb.DuckDBPyConnection, *, anew: bool = False) -> Iterator[Sequence[Row]]:
    """The records of the view, some hundreds at a time; ``anew`` takes only those that are ``fresh``."""
    with engine.cursor() as cursor:
        cursor.execute(_FRESH if anew else _ALL)
        while rows := cursor.fetchmany(_FETCHED_ROWS):
            yield rows


def count_rows(engine: duckdb.DuckDBPyConnection, *, anew: bool = False) -> int:
    """How many rows :func:`read_rows` gives."""
    return len(engine.table("fresh") if anew else engine.view("records_read"))


def remarks_of(engine: duckdb.DuckDBPyConnection, spec: ReconciliationSpec, side: Side) -> Iterator[str]:
    """Sentences on what of the side cannot be compared as the spec asks."""
    yield from unknown_countries(engine, side)
    yield from _undated(engine, spec, side)


def _undated(engine: duckdb.DuckDBPyConnection, spec: ReconciliationSpec, side: Side) -> Iterator[str]:
    if spec.stale_after_days is None and all(rule.authority != "newest" for rule in spec.rules):
        return
    [row] = engine.read_parquet(str(side.records)).aggregate("COUNT(*), COUNT(NULLIF(modified_at, ''))").fetchall()
    if row[0] and not row[1]:
        yield f"{side.title} does not tell when a customer was modified: none is found stale, and none is the newest"


def unknown_countries(engine: duckdb.DuckDBPyConnection, side: Side) -> Iterator[str]:
    """A remark, where customers name a country that is none: it is compared as written, and so are their numbers."""
    tally = engine.read_parquet(str(side.records)).aggregate("country, COUNT(*) AS customers", "country").fetchall()
    unknown = {written: customers for written, customers in tally if written and not is_known(country(written))}
    if unknown:
        count = plural(sum(unknown.values()), "customer", "customers")
        yield f"{count} of {side.title} in a country that is not known: it is compared as written"
