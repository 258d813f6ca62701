"""The last 30 days of a comparison, drawn as its report draws them, from the ledger's numbers."""

from __future__ import annotations

from collections.abc import Iterable

from airflow_provider_erp.reconciliation.history import Day
from airflow_provider_erp.reconciliation.report.chart import Chart, chart_of
from airflow_provider_erp.ui.ledgers import Comparison, Report

_NEW = ("new", "reopened")


def trend(comparison: Comparison) -> Chart:
    """As the newest report tells it, from all of the ledger.

    One of before reports told it is drawn from the reports that the user may
    see, each day by its last: what was open then, and what came and went on
    that day.
    """
    told = [
        Day(date=date, open=found, new=new, resolved=gone) for date, found, new, gone in comparison.newest.facts.days
    ]
    return chart_of(told or _days(reversed(comparison.reports)), comparison.newest.facts.date)


def _days(reports: Iterable[Report]) -> list[Day]:
    by_date: dict[object, list[Report]] = {}
    for report in reports:
        by_date.setdefault(report.facts.date, []).append(report)
    return [
        Day(
            date=own[-1].facts.date,
            open=own[-1].facts.open,
            new=sum(each.facts.states.get(state, 0) for each in own for state in _NEW),
            resolved=sum(each.facts.states.get("resolved", 0) for each in own),
        )
        for own in by_date.values()
    ]
