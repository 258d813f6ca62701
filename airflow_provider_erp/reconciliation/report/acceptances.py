"""What a report says of accepted differences that silence nothing."""

from __future__ import annotations

from airflow_provider_erp.reconciliation.history import History, Idle
from airflow_provider_erp.reconciliation.report.marks import clipped
from airflow_provider_erp.reconciliation.words import plural

SAID_ACCEPTANCES = 3
"""As many are told one by one, the rest by its count: other remarks need room, too."""

_WORDS = {
    "no_break": "matches no open break",
    "changed": "does not hold: its values changed since, the break is open again",
    "expired": "has expired: the break is open again",
}


def said(history: History) -> tuple[str, ...]:
    """One remark for each of the first few, then one for all others."""
    told = tuple(_sentence(each) for each in history.idle[:SAID_ACCEPTANCES])
    if rest := len(history.idle[SAID_ACCEPTANCES:]):
        told += (f"{plural(rest, 'more acceptance silences', 'more acceptances silence')} nothing.",)
    return told


def _sentence(idle: Idle) -> str:
    given = idle.accepted
    who = f"by {clipped(given.by)} until {given.until}"
    return f"The acceptance of break {clipped(given.break_id)} {who} {_WORDS[idle.why]}."
