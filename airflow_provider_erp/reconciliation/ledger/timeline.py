"""When a break may have been looked at: the observations of a ledger by number, their days, and which may resolve."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

DAYS = 30
"""How far back a history tells its days, the run's own among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The observations in order, the run's own last.

    Attributes:
        dates: the calendar day of each, in the spec's zone.
        closes: the number of the next observation after each that may resolve what it found; behind the last if none.
        days: the days observed in the last 30, the oldest first; each is told by its last observation.
        bits: a power of two for each observation, and one for behind the last: 2 for what lies before or at the
            last observation of the first of ``days``, 4 up to that of the second, and so on; 1 for what lies before
            the first of them. The bits from one number to another sum up to the days at whose end the number held.
    """

    dates: Sequence[dt.date]
    closes: Sequence[int]
    days: Sequence[dt.date]
    bits: Sequence[int]

    @property
    def before(self) -> int:
        """The number of the last observation of an earlier day; if there is none, of the one before the last."""
        earlier = [number for number, date in enumerate(self.dates) if date < self.dates[-1]]
        return max(earlier, default=len(self.dates) - 2)

    @classmethod
    def of(cls, moments: Sequence[dt.datetime], resolving: Sequence[bool], zone: dt.tzinfo) -> Timeline:
        """The timeline of these moments, the earliest first."""
        dates = [moment.astimezone(zone).date() for moment in moments]
        last_of_day = {date: number for number, date in enumerate(dates)}
        days = [date for date in last_of_day if date > dates[-1] - dt.timedelta(days=DAYS)]
        before = [number for date, number in last_of_day.items() if date < days[0]]
        ends = [max(before, default=-1), *(last_of_day[date] for date in days)]
        return cls(
            dates=dates,
            closes=_closes(resolving),
            days=days,
            bits=[1 << bisect_left(ends, number) for number in range(len(dates) + 1)],
        )


def _closes(resolving: Sequence[bool]) -> list[int]:
    closes = []
    following = len(resolving)
    for number in reversed(range(len(resolving))):
        closes.append(following)
        if resolving[number]:
            following = number
    return closes[::-1]
