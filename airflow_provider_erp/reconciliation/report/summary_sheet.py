"""The first sheet of the workbook: what the page says, in rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from airflow_provider_erp.reconciliation.history import History
from airflow_provider_erp.reconciliation.report.formats import change, moment
from airflow_provider_erp.reconciliation.report.sheets import Cell
from airflow_provider_erp.reconciliation.report.verdict import verdict
from airflow_provider_erp.reconciliation.result import Reconciliation
from airflow_provider_erp.reconciliation.words import field_words, sentence_case

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TOTALS = ("records", "matched", "only_here", "duplicates", "ambiguous")


def summary_rows(
    engine: DuckDBPyConnection, result: Reconciliation, history: History, judgements: Sequence[str], most_rows: int
) -> Iterator[Sequence[Cell]]:
    """The rows; one with a single cell is a heading."""
    yield (verdict(result, history),)
    yield ("As of", moment(result.as_of, result.zone) if result.as_of else history.date.isoformat())
    yield from (("Threshold", sentence) for sentence in judgements)
    yield from (("Remark", sentence) for sentence in result.remarks)
    yield from _limits(engine, result, most_rows)
    yield ()
    yield from _totals(result)
    yield ()
    yield ("Breaks",)
    before = history.before
    for kind, words in result.kinds.items():
        now, carried = result.counts.get(kind, 0), history.not_looked_at.get(kind, 0)
        since = "" if before is None else change(now + carried, before.get(kind, 0))
        yield sentence_case(words), now, since, f"{carried:,} more not looked at" if carried else ""
    yield ()
    yield ("Made from",)
    yield "Spec", result.spec
    yield from ((sentence_case(field_words(name)), fact) for name, fact in result.provenance.items())


def _limits(engine: DuckDBPyConnection, result: Reconciliation, most_rows: int) -> Iterator[Sequence[Cell]]:
    """Which sheets do not hold all rows, and which file does."""
    breaks, corrections = engine.execute("SELECT count(*), count(correct_side) FROM breaks").fetchall()[0]
    ((resolved,),) = engine.execute("SELECT count(*) FROM resolved").fetchall()
    for sheet, rows, file in (
        ("Breaks", breaks, "breaks.csv"),
        ("Suggestions", len(result.suggestions), "breaks.json"),
        ("Corrections", corrections, "breaks.csv"),
        ("Resolved", resolved, "breaks.json"),
    ):
        if rows > most_rows:
            yield (
                "Limit",
                f"The sheet {sheet} holds the first {most_rows:,} of {rows:,} rows; {file} beside it has all.",
            )


def _totals(result: Reconciliation) -> Iterator[Sequence[Cell]]:
    sides = (result.source, result.target)
    yield ("", *(side.title for side in sides))
    yield ("Batch", *(side.batch for side in sides))
    yield ("Read", *(moment(side.read_at, result.zone) if side.read_at else "" for side in sides))
    yield ("Complete", *("yes" if side.complete else "no" for side in sides))
    for name in _TOTALS:
        yield (sentence_case(name.replace("_", " ")), *(getattr(side, name) for side in sides))
    left_out = [{each.reason: each for each in side.left_out} for side in sides]
    reasons = list(dict.fromkeys(reason for side in left_out for reason in side))
    for reason in reasons:
        yield (f"Left out: {reason}", *(side[reason].records if reason in side else 0 for side in left_out))
    yield ("Rejected", *(side.rejected for side in sides))
    yield from _amounts("Total", [side.amounts for side in sides])
    for reason in reasons:
        yield from _amounts(
            f"Left out: {reason},", [side[reason].amounts if reason in side else {} for side in left_out]
        )


def _amounts(words: str, sides: Sequence[Mapping[str, Decimal]]) -> Iterator[Sequence[Cell]]:
    for currency in sorted({currency for side in sides for currency in side}):
        yield (f"{words} {currency or 'no currency'}", *(side.get(currency) for side in sides))
