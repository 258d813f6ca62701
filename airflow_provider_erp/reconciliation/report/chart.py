"""The last 30 days as columns: open breaks above; new ones and resolved ones below, on a scale of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from airflow_provider_erp.reconciliation.history import Day, History

DAYS = 30
STEP = 10
"""Width of a day in the drawing's units; a column is narrower."""

OPEN_HEIGHT = 60
MOVED_HEIGHT = 20
"""Height of the greatest number of new or of resolved breaks; new ones go up, resolved ones go down."""


@dataclass(frozen=True, slots=True)
class Column:
    """One day's three columns, in units of the drawing; a day without an observation has none."""

    day: Day
    x: int
    open: int
    new: int
    resolved: int


@dataclass(frozen=True, slots=True)
class Chart:
    """What the drawing needs: its columns, its first day, and the numbers that its full heights stand for."""

    columns: tuple[Column, ...]
    first: dt.date
    most_open: int
    most_moved: int


def chart(history: History) -> Chart:
    """The days from 29 days before the run's day on."""
    return chart_of(history.days, history.date)


def chart_of(known: Iterable[Day], last: dt.date) -> Chart:
    """The 30 days that end with ``last``, as far as they are known."""
    first = last - dt.timedelta(days=DAYS - 1)
    days = [day for day in known if first <= day.date <= last]
    most_open = max((day.open for day in days), default=0)
    most_moved = max((max(day.new, day.resolved) for day in days), default=0)
    columns = tuple(
        Column(
            day=day,
            x=(day.date - first).days * STEP,
            open=_height(day.open, most_open, OPEN_HEIGHT),
            new=_height(day.new, most_moved, MOVED_HEIGHT),
            resolved=_height(day.resolved, most_moved, MOVED_HEIGHT),
        )
        for day in days
    )
    return Chart(columns, first, most_open, most_moved)


def _height(number: int, most: int, full: int) -> int:
    """At least one unit for any number but zero."""
    return max(1, round(full * number / most)) if number else 0
