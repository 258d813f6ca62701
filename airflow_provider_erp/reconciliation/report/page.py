"""The page for people: one HTML file that stands alone, small whatever the number of breaks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from jinja2 import Environment, PackageLoader, StrictUndefined

from airflow_provider_erp.reconciliation.history import History
from airflow_provider_erp.reconciliation.report.cells import both_cells, what
from airflow_provider_erp.reconciliation.report.chart import DAYS, MOVED_HEIGHT, OPEN_HEIGHT, STEP, chart
from airflow_provider_erp.reconciliation.report.figures import (
    AGED_CURRENCIES,
    AGES,
    EXPIRING_DAYS,
    TOP_ROWS,
    Figures,
)
from airflow_provider_erp.reconciliation.report.formats import change, moment, money, percent
from airflow_provider_erp.reconciliation.report.left_out import list_amounts, parts_of
from airflow_provider_erp.reconciliation.report.marks import clipped
from airflow_provider_erp.reconciliation.report.verdict import agrees, verdict
from airflow_provider_erp.reconciliation.result import Reconciliation, SideResult
from airflow_provider_erp.reconciliation.words import field_words, plural, sentence_case

MOST_BYTES = 300_000
SHOWN_SUGGESTIONS = 15
SHOWN_SENTENCES = 5
"""As many thresholds, remarks and control totals stand in the page; the files beside it have all."""
LONG_VERDICT = 240
"""A verdict of more characters stands in a smaller type."""
SHOWN_FACTS = 30
"""As many fields, keys, and facts of the provenance stand in the page."""

_TEMPLATES = Environment(
    loader=PackageLoader(__package__),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals.update(
    plural=plural,
    field_words=field_words,
    sentence_case=sentence_case,
    clipped=clipped,
    both_cells=both_cells,
    what=what,
    money=money,
    list_amounts=list_amounts,
    SHOWN_AMOUNTS=SHOWN_SENTENCES,
    parts_of=parts_of,
    moment=moment,
    percent=percent,
    DAYS=DAYS,
    STEP=STEP,
    OPEN_HEIGHT=OPEN_HEIGHT,
    MOVED_HEIGHT=MOVED_HEIGHT,
    AGES=AGES,
    AGED_CURRENCIES=AGED_CURRENCIES,
    EXPIRING_DAYS=EXPIRING_DAYS,
    TOP_ROWS=TOP_ROWS,
    LONG_VERDICT=LONG_VERDICT,
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One kind of break: how many were found, and how many are open beside them that were not looked at.

    ``change`` is of all open ones, since the observation before, where there is one.
    """

    words: str
    count: int
    carried: int
    change: str | None


def as_html(
    result: Reconciliation, history: History, shown: Figures, *, judgements: Sequence[str] = (), path: str = ""
) -> bytes:
    """The page, below ``MOST_BYTES``: where values are long the list of breaks is shorter."""
    for rows in (len(shown.listed), 20):
        page = _render(result, history, replace(shown, listed=shown.listed[:rows]), judgements, path)
        if len(page) < MOST_BYTES:
            return page
    return _render(result, history, replace(shown, listed=(), oldest=()), judgements, path)


def _render(result: Reconciliation, history: History, shown: Figures, judgements: Sequence[str], path: str) -> bytes:
    currencies = sorted({*result.source.amounts, *result.target.amounts})
    text = _TEMPLATES.get_template("page.html.j2").render(
        result=result,
        sides=[(side, clipped(side.title), list(_parts(side))) for side in (result.source, result.target)],
        currencies=currencies[:SHOWN_SENTENCES],
        more_currencies=len(currencies[SHOWN_SENTENCES:]),
        tiles=list(_tiles(result, history)),
        compared_with=_compared_with(history),
        history=history,
        shown=shown,
        drawing=chart(history),
        verdict=verdict(result, history),
        agrees=history.resolves and agrees(result),
        judgements=judgements[:SHOWN_SENTENCES],
        remarks=result.remarks[:SHOWN_SENTENCES],
        unsaid=len(judgements[SHOWN_SENTENCES:]) + len(result.remarks[SHOWN_SENTENCES:]),
        suggestions=result.suggestions[:SHOWN_SUGGESTIONS],
        agreement=result.agreement[:SHOWN_FACTS],
        matched_by=list(result.matched_by.items())[:SHOWN_FACTS],
        provenance=list(result.provenance.items())[:SHOWN_FACTS],
        folder=path.removesuffix("report.html").rstrip("/"),
    )
    return text.encode()


def _parts(side: SideResult) -> Iterator[tuple[str, int, int, int]]:
    """The parts that add up to a side's records: words, number, and where a bar of 1,000 units shows them."""
    start = 0
    for words, number in (
        ("matched", side.matched),
        ("only here", side.only_here),
        ("duplicates", side.duplicates),
        ("ambiguous", side.ambiguous),
        ("could not be compared", side.unplaced_records),
        ("not counted by the spec", side.records - side.compared - side.unplaced_records),
    ):
        end = start + number
        left, right = (1000 * place // max(side.records, 1) for place in (start, end))
        yield words, number, left, right - left
        start = end


def _tiles(result: Reconciliation, history: History) -> Iterator[Tile]:
    before = history.before
    for kind, words in result.kinds.items():
        now, carried = result.counts.get(kind, 0), history.not_looked_at.get(kind, 0)
        since = None if before is None else change(now + carried, before.get(kind, 0))
        yield Tile(sentence_case(words), now, carried, since)


def _compared_with(history: History) -> str:
    """What the changes are counted from."""
    if history.before is None:
        return "first observation"
    earlier = [day.date for day in history.days if day.date < history.date]
    if not earlier:
        return "change since the observation before"
    yesterday = history.date - dt.timedelta(days=1)
    return f"change since {'yesterday' if earlier[-1] == yesterday else earlier[-1].isoformat()}"
