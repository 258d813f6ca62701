"""The report for a spreadsheet: sheets with filters, in which a person may look into breaks and approve corrections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_provider_erp.reconciliation.history import History
from airflow_provider_erp.reconciliation.report.sheets import Cell, Column, Workbook, new_workbook
from airflow_provider_erp.reconciliation.report.summary_sheet import summary_rows
from airflow_provider_erp.reconciliation.result import Reconciliation
from airflow_provider_erp.reconciliation.words import field_words, sentence_case

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_ROWS = 5_000
"""A sheet has no more: nobody reads them, and a spreadsheet opens slowly. The CSV file has all."""


def write_workbook(
    engine: DuckDBPyConnection, result: Reconciliation, history: History, judgements: Sequence[str], to: Path
) -> None:
    """Write the sheets Summary, Breaks, Suggestions, Corrections, Resolved and Fields.

    The engine has the views of :func:`figures.make_views`.
    """
    with new_workbook(to) as file:
        file.set_properties({"title": result.title, "created": _created(result, history)})
        book = Workbook(file)
        summary_columns = (Column("", 34), *(Column("", 22) for _ in range(8)))
        book.add_page("Summary", summary_columns, summary_rows(engine, result, history, judgements, MOST_ROWS))
        book.add_table("Breaks", _break_columns(result), _breaks(engine, result))
        book.add_table("Suggestions", _suggestion_columns(result), _suggestions(result))
        sheet, last = book.add_table("Corrections", CORRECTION_COLUMNS, _corrections(engine, result))
        if last:
            sheet.data_validation(1, 0, last, 0, {"validate": "list", "source": ["yes", "no"]})
        book.add_table("Resolved", RESOLVED_COLUMNS, _resolved(engine, result))
        book.add_table("Fields", FIELD_COLUMNS, _fields(result))


def _created(result: Reconciliation, history: History) -> dt.datetime:
    """The moment of the data, not of the writing, so that the same input gives the same bytes."""
    if result.as_of is None:
        return dt.datetime.combine(history.date, dt.time())
    return result.as_of.astimezone(dt.UTC).replace(tzinfo=None)


def _break_columns(result: Reconciliation) -> tuple[Column, ...]:
    source, target = result.source.title, result.target.title
    return (
        Column("Kind", 28),
        Column("Key"),
        Column("Name", 30),
        Column("Field", 18),
        Column(f"{source}: value", 28),
        Column(f"{target}: value", 28),
        Column("At risk", 14, "money"),
        Column("Currency", 9),
        Column("Severity", 9),
        Column("State", 11),
        Column("Since", 11, "date"),
        Column("Age in days", 9, "count"),
        Column(f"{source}: record", 18),
        Column(f"{target}: record", 18),
        Column("Duplicates or candidates", 28),
        Column("Accepted until", 11, "date"),
        Column("Accepted because", 28),
        Column("Break", 34),
        Column("Digest of the values", 34),
    )


def _breaks(engine: DuckDBPyConnection, result: Reconciliation) -> Iterator[Sequence[Cell]]:
    query = """SELECT kind, key, name, field, source_value, target_value, amount, currency, severity, state, since,
        age_days, source_id, target_id, concat_ws(' / ', nullif(array_to_string(members, '; '), ''),
        nullif(array_to_string(candidates, '; '), '')), accepted_until, accepted_reason, break_id, digest
        FROM breaks ORDER BY place"""
    for kind, key, name, field, *rest in _first(engine, query):
        yield (_kind(result, kind), key, name, field_words(field), *rest)


def _suggestion_columns(result: Reconciliation) -> tuple[Column, ...]:
    titles = (result.source.title, result.target.title)
    keys = [Column(f"{title}: {part}", width) for title in titles for part, width in (("key", 14), ("name", 30))]
    records = [Column(f"{title}: record", 18) for title in titles]
    return (Column("Score", 8, "share"), *keys, Column("Reasons", 60), *records)


def _suggestions(result: Reconciliation) -> Iterator[Sequence[Cell]]:
    for pair in result.suggestions[:MOST_ROWS]:
        keys = (pair.source_key, pair.source_name, pair.target_key, pair.target_name)
        yield (pair.score, *keys, "; ".join(pair.reasons), pair.source_id, pair.target_id)


CORRECTION_COLUMNS = (
    Column("approve?", 10),
    Column("System", 18),
    Column("Record", 18),
    Column("Key"),
    Column("Field", 18),
    Column("From", 28),
    Column("To", 28),
    Column("Rule", 40),
    Column("Break", 34),
)


def _corrections(engine: DuckDBPyConnection, result: Reconciliation) -> Iterator[Sequence[Cell]]:
    query = """SELECT correct_side = 'source', kind, field, key, source_id, source_value, target_id, target_value,
        correct_value, break_id FROM breaks WHERE correct_side IN ('source', 'target') ORDER BY place"""
    for at_source, kind, field, key, source_id, source_value, target_id, target_value, value, identity in _first(
        engine, query
    ):
        wrong, right = (result.source, result.target) if at_source else (result.target, result.source)
        record, old = (source_id, source_value) if at_source else (target_id, target_value)
        subject = field_words(field) or _kind(result, kind)
        yield (None, wrong.title, record, key, field, old, value, f"{subject}: {right.title} is right", identity)


RESOLVED_COLUMNS = (
    Column("Kind", 28),
    Column("Key"),
    Column("Field", 18),
    Column("At risk", 14, "money"),
    Column("Currency", 9),
    Column("Since", 11, "date"),
    Column("Resolved on", 11, "date"),
    Column("Age in days", 9, "count"),
    Column("Break", 34),
)


def _resolved(engine: DuckDBPyConnection, result: Reconciliation) -> Iterator[Sequence[Cell]]:
    query = (
        "SELECT kind, key, field, amount, currency, since, resolved_on, age_days, break_id FROM resolved ORDER BY place"
    )
    for kind, key, field, *rest in _first(engine, query):
        yield (_kind(result, kind), key, field_words(field), *rest)


FIELD_COLUMNS = (
    Column("Field", 24),
    Column("Compared", 12, "count"),
    Column("Equal", 12, "count"),
    Column("Agreement", 12, "share"),
)


def _fields(result: Reconciliation) -> Iterator[Sequence[Cell]]:
    for each in result.agreement:
        share = each.equal / each.compared if each.compared else None
        yield (sentence_case(field_words(each.field)), each.compared, each.equal, share)


def _kind(result: Reconciliation, kind: str) -> str:
    return sentence_case(result.kinds.get(kind, kind))


def _first(engine: DuckDBPyConnection, query: str) -> Iterable[tuple[Any, ...]]:
    engine.execute(f"{query} LIMIT {MOST_ROWS}")
    while rows := engine.fetchmany(1_000):
        yield from rows
