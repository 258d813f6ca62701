"""A side's records as a table of typed lines: what counts, of which project and month, and with what sign."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_erp.reconciliation.postings.left_out import keep_complete
from airflow_provider_erp.reconciliation.postings.reading import MONEY, check_amounts, open_records
from airflow_provider_erp.reconciliation.postings.side import PostingSide
from airflow_provider_erp.reconciliation.postings.spec import PostingSpec
from airflow_provider_erp.reconciliation.result import LeftOut

if TYPE_CHECKING:
    import duckdb

SOURCE, TARGET, KNOWN = "posting_source", "posting_target", "posting_known"
"""The tables of transactions, of invoices, and of the subjects that transactions name."""

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_NAMED = 3
_MAP = "SELECT UNNEST(CAST($1 AS VARCHAR[])) AS given, UNNEST(CAST($2 AS VARCHAR[])) AS result"
_DATE = "CAST(NULLIF(r.date, '') AS DATE)"
_DAY_NUMBER = f"{_DATE} - DATE '1970-01-01' AS day_number"
_CURRENCY = "NULLIF(UPPER(TRIM(r.currency)), '') AS currency"


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a side's records beside its table: those that are in no sum, and what a reader must know."""

    left_out: tuple[LeftOut, ...]
    remarks: tuple[str, ...]


def make_transaction_lines(engine: duckdb.DuckDBPyConnection, spec: PostingSpec, side: PostingSide) -> Made:
    """Make the table of the transactions that count, and that of all subjects.

    Raises:
        ValueError: a record is not as it should be, or the spec's parser gives no month.
        ErpInconsistentRead: an id is absent or occurs twice.
    """
    columns = {"project", "date", "currency", "price", "price_local", "accounting_period", "invoiced_code"}
    records = open_records(engine, side, columns | set(spec.alike_transactions) | set(spec.billable))
    rounded = [each for column in ("price", "price_local") for each in check_amounts(records, side, column)]
    months = engine.sql(_MAP, params=_pairs(_months(records, spec))).set_alias("p")
    customers = engine.sql(_MAP, params=_pairs(spec.customers)).set_alias("c")
    excluded = " OR ".join(_is_one_of(name, _denied(codes)) for name, codes in spec.billable.items())
    joined = records.join(months, "p.given = r.accounting_period", how="left")
    lines = joined.join(customers, "c.given = TRIM(r.project)", how="left").select(
        _columns(
            "r.source_id AS line_id",
            f"{'c.result' if spec.customers else _text('project')} AS subject",
            f"{'p.result' if spec.period else _month(_DATE)} AS period",
            _CURRENCY,
            f"CAST(NULLIF(r.price, '') AS {MONEY}) AS amount",
            f"CAST(NULLIF(r.price_local, '') AS {MONEY}) AS local_amount",
            _DAY_NUMBER,
            _likeness(spec.alike_transactions),
            f"CASE WHEN {_is_one_of('invoiced_code', _denied(spec.invoiced))} THEN 1 ELSE 0 END AS held_back",
            f"NOT ({excluded or 'FALSE'}) AS counts",
        )
    )
    lines.filter("subject IS NOT NULL").select("subject").distinct().create(KNOWN)
    unmapped = "of a project that the map of customers does not name"
    left_out = keep_complete(lines, SOURCE, unmapped if spec.customers else "without a project")
    explained = dict(spec.billable) | ({"invoiced_code": spec.invoiced} if spec.invoiced else {})
    codes = [each for column, codes in explained.items() for each in _unexplained(records, side, column, codes)]
    return Made(left_out, (*rounded, *codes))


def make_invoice_lines(engine: duckdb.DuckDBPyConnection, spec: PostingSpec, side: PostingSide) -> Made:
    """Make the table of the invoices that count.

    Raises:
        ValueError: a record is not as it should be.
        ErpInconsistentRead: an id is absent or occurs twice.
    """
    columns = {"project_number", "customer_number", "date", "currency", "total", "type_code", "state_code"}
    records = open_records(engine, side, columns | set(spec.alike_invoices))
    rounded = check_amounts(records, side, "total")
    subject = _text("customer_number" if spec.customers else "project_number")
    named = f"COALESCE({subject}, '')" if spec.without_project == "orphan" else subject
    ignored = f"{subject} IS NULL" if spec.without_project == "ignored" else "FALSE"
    credited = _is_one_of("type_code", [code for code, sign in spec.signs.items() if sign < 0])
    lines = records.select(
        _columns(
            "r.source_id AS line_id",
            f"{named} AS subject",
            f"{_month(_DATE)} AS period",
            _CURRENCY,
            f"CAST(NULLIF(r.total, '') AS {MONEY}) * CASE WHEN {credited} THEN -1 ELSE 1 END AS amount",
            _DAY_NUMBER,
            _likeness(spec.alike_invoices),
            f"NOT ({_is_one_of('state_code', spec.ignored_states)} OR {ignored}) AS counts",
        )
    )
    left_out = keep_complete(lines, TARGET, "without a customer" if spec.customers else "without a project")
    codes = _unexplained(records, side, "type_code", spec.signs) if spec.signs else ()
    return Made(left_out, (*rounded, *codes))


def _months(records: duckdb.DuckDBPyRelation, spec: PostingSpec) -> dict[str, str]:
    if not spec.period:
        return {}
    written = records.filter("accounting_period <> ''").select("accounting_period").distinct().order("1")
    months = {text: spec.period(text) for (text,) in written.fetchall()}
    for text, month in months.items():
        if not isinstance(month, str) or not _MONTH.fullmatch(month):
            raise ValueError(
                f"period: expected a month such as '2026-11' for accounting period {text!r}, got {month!r}"
            )
    return months


def _columns(*expressions: str) -> str:
    """One text: given one by one they would be taken for names."""
    return ", ".join(expressions)


def _pairs(entries: Mapping[str, str]) -> list[list[str]]:
    return [list(entries), list(entries.values())]


def _text(column: str) -> str:
    return f"NULLIF(TRIM(r.{column}), '')"


def _month(date: str) -> str:
    return f"strftime({date}, '%Y-%m')"


def _likeness(columns: tuple[str, ...]) -> str:
    """What is equal for copies; where nothing is compared every line is its own."""
    listed = ", ".join(f"r.{column}" for column in columns)
    return f"{f'CAST(to_json([{listed}]) AS VARCHAR)' if listed else 'r.source_id'} AS likeness"


def _denied(codes: Mapping[int, bool]) -> list[int]:
    return [code for code, counts in codes.items() if not counts]


def _is_one_of(column: str, codes: Iterable[int]) -> str:
    """A condition that is true or false, never null; the spec has made sure that codes are whole numbers."""
    listed = ", ".join(f"'{code:d}'" for code in codes)
    return f"COALESCE(r.{column} IN ({listed}), FALSE)" if listed else "FALSE"


def _unexplained(
    records: duckdb.DuckDBPyRelation, side: PostingSide, column: str, codes: Iterable[int]
) -> Iterator[str]:
    """A remark where records carry a code that the spec does not explain: they count."""
    others = records.filter(f"NOT {_is_one_of(column, codes)}")
    found = others.aggregate(f"{column}, COUNT(*)", column).order(f"{column} NULLS LAST").fetchall()
    if found:
        named = ", ".join("none" if code is None else repr(code) for code, _ in found[:_NAMED])
        yield (
            f"{sum(count for _, count in found)} records of {side.title} have a {column} that the spec does not "
            f"explain ({named}{', ...' if len(found) > _NAMED else ''}): they count as any other"
        )
