"""A plan as a Markdown table for a page on which a person approves it; values stand in it as they are, as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from airflow_provider_erp.corrections.plan import Change, Plan, Selection, counted
from airflow_provider_erp.reconciliation.code_spans import code_span
from airflow_provider_erp.reconciliation.report.marks import clipped
from airflow_provider_erp.reconciliation.words import field_words, plural

MOST_SHOWN = 50
_ADDRESS = re.compile(r"https?://[^\s<>]+", re.ASCII)
"""What a page may link to; any other address is shown as text."""

_WORDS: Mapping[str, str] = {
    "update": "to be updated",
    "create": "to be created",
    "upsert": "to be created or updated",
}


def approval_page(plan: Plan, *, selection: Selection | None = None, link: str = "") -> str:
    """What is to be done, the digest of the plan (and of the selection), and a table of the first 50 changes.

    ``link`` is the address of the file with all of them. No value can be
    markup: each is a code span, in which neither HTML nor Markdown counts.

    Raises:
        ValueError: the selection is of another plan.
    """
    if selection and selection.plan != plan.digest:
        raise ValueError(f"selection of plan {selection.plan[:12]}: expected one of plan {plan.digest[:12]}")
    changes = selection.changes if selection else plan.changes
    return "\n".join((*_heading(plan, selection, changes), "", *_table(changes), *_rest(changes, link), ""))


def _heading(plan: Plan, selection: Selection | None, changes: tuple[Change, ...]) -> Iterator[str]:
    records = ", ".join(f"{plural(count, 'record', 'records')} {_WORDS[action]}" for action, count in counted(changes))
    system = f" in {code(changes[0].system)}, company {code(plan.company)}" if changes else ""
    yield f"{plural(len(changes), 'change', 'changes')}{system}{f': {records}' if records else ''}."
    yield ""
    yield f"Spec {code(plan.spec)}, as of {code(str(plan.heading['as_of']))}."
    yield ""
    yield f"Plan: {code(plan.digest)}"
    if selection:
        yield ""
        of_all = plural(len(plan.changes), "change", "changes")
        yield f"Selection: {code(selection.digest)} ({len(changes):,} of the plan's {of_all})"


def _table(changes: tuple[Change, ...]) -> Iterator[str]:
    if not changes:
        return
    yield "| Record | Number | Field | From | To | Rule |"
    yield "|---|---|---|---|---|---|"
    for each in changes[:MOST_SHOWN]:
        record = code(each.record_id) if each.record_id else "(new)" if each.action == "create" else "(looked up)"
        field = field_words(each.field)
        rule = code(each.rule.removeprefix(f"{field}: "))
        cells = (record, code(each.number), field, code(each.old), code(each.new), rule)
        yield f"| {' | '.join(cells)} |"


def _rest(changes: tuple[Change, ...], link: str) -> Iterator[str]:
    more = len(changes) - MOST_SHOWN
    if more > 0:
        yield ""
        yield f"And {plural(more, 'more change', 'more changes')} that this page does not show."
    if link:
        yield ""
        yield f"[All changes](<{link}>)" if _ADDRESS.fullmatch(link) else f"All changes: {code_span(link)}"


def code(value: str | None) -> str:
    """The value as a code span that stands in a cell of a table; what is long is cut."""
    if not value:
        return "(empty)" if value == "" else "-"
    return code_span(clipped(value))
