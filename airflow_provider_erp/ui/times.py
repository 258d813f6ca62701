"""How the page tells when something was.

One rule: a comparison's times and days are in its spec's zone, as in its
report; those of fetches, which belong to no spec, are in UTC; each time names its zone.
"""

from __future__ import annotations

import datetime as dt

from airflow_provider_erp.reconciliation.report.formats import moment
from airflow_provider_erp.ui.ledgers import Comparison, Report

RULE = "Times and days of a comparison are in its spec's time zone, those of fetches in UTC; each time says which."


def at(when: dt.datetime, zone: str = "UTC") -> str:
    """The minute with its zone; in UTC where this machine does not know the zone."""
    try:
        return moment(when, zone)
    except (KeyError, ValueError, OSError):  # what ZoneInfo raises for names that are none
        return moment(when, "UTC")


def day_of(comparison: Comparison, report: Report) -> str:
    """What a report is called among those of its comparison: its day, with the time where a day has several."""
    day = report.facts.date
    of_day = sum(each.facts.date == day for each in comparison.reports)
    return day.isoformat() if of_day == 1 else at(report.manifest.as_of, report.facts.zone)
