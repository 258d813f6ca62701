"""Work on projects in Visma PX and its invoices in Lemonsoft, on each day: what both hold, and where they disagree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

from airflow_provider_erp.sandbox.world.bookings import WAYS, Bill, Held, Work, disagreeing
from airflow_provider_erp.sandbox.world.stamps import now

FIRST_ID = 1_000_000
"""Planted records are numbered from here on, all others below."""

_FIRST_PROJECT, _IDS_PER_CASE, _CUSTOMERS_PER_CASE = 500_000, 10, 5
_AGREEING = tuple(way for way in WAYS if way.startswith("agrees"))
_DISAGREEING = tuple(way for way in WAYS if not way.startswith("agrees"))
_Record = TypeVar("_Record", Work, Bill)


@dataclass(frozen=True, slots=True)
class Postings:
    """All projects of a world on one day; they follow from these three numbers alone."""

    seed: int
    customers: int
    day: int

    def works(self) -> list[Work]:
        """The transactions, by project."""
        return [each for held in self._held() for each in held.works]

    def bills(self) -> list[Bill]:
        """The invoices, by project."""
        return [each for held in self._held() for each in held.bills]

    def plain(self) -> dict[str, Any]:
        """What a comparison of the two must find, as plain JSON values."""
        breaks = [held.planted.plain() for held in self._held() if held.planted]
        return {"source": "visma_px", "target": "lemonsoft", "breaks": breaks}

    def _held(self) -> Iterator[Held]:
        return (case.held(self.seed, self.day) for case in self._cases())

    def _cases(self) -> Iterator[_Case]:
        """Every way first, where there are customers at all, then more of any; later one or more a day."""
        many = self.customers // _CUSTOMERS_PER_CASE
        first = (*WAYS, *[""] * many) if self.customers else ()
        for place, way in enumerate(first):
            yield _Case.draw(self.seed, place, way)
        a_day = 1 + many // 10
        for place in range(a_day * self.day):
            yield _Case.draw(self.seed, len(first) + place, "", 1 + place // a_day)


@dataclass(frozen=True, slots=True)
class _Case:
    """One project: the day on which it comes, how it disagrees, and from which day on all is right."""

    place: int
    way: str
    born: int
    righted: int | None

    @classmethod
    def draw(cls, seed: int, place: int, way: str, born: int = 0) -> _Case:
        rng = Random(f"{seed} project {place}")  # noqa: S311 - invented work, not secrets
        drawn = rng.choice(_DISAGREEING if rng.random() < 0.4 else _AGREEING)
        return cls(place, way or drawn, born, born + rng.randrange(1, 9) if rng.random() < 0.7 else None)

    def held(self, seed: int, day: int) -> Held:
        """What the systems hold on the day."""
        first = self._drawn(seed, self.way)
        if self.righted is None or day < self.righted:
            return first
        right = self._drawn(seed, "agrees")
        return Held(self._righted(right.works, first.works), self._righted(right.bills, first.bills))

    def _righted(self, now_held: Iterable[_Record], before: tuple[_Record, ...]) -> tuple[_Record, ...]:
        """The records as they are now; those that were others before have changed on the day."""
        day = self.righted or 0
        return tuple(each if each in before else replace(each, changed_on=day) for each in now_held)

    def _drawn(self, seed: int, way: str) -> Held:
        """Three lines of work in one month, and their invoice, held as the way says."""
        rng = Random(f"{seed} work {self.place}")  # noqa: S311 - invented work, not secrets
        month = _months_before(now(self.born).date(), rng.randrange(2, 11))
        project, first_id = _FIRST_PROJECT + self.place, FIRST_ID + _IDS_PER_CASE * self.place
        works = tuple(
            Work(first_id + line, project, line, month.replace(day=1 + line * 8), hours, changed_on=self.born)
            for line, hours in enumerate(Decimal(quarters) / 4 for quarters in rng.sample(range(1, 33), 3))
        )
        total = sum((each.price for each in works), Decimal(0))
        bill = Bill(first_id + 8, project, month.replace(day=28), total, changed_on=self.born)
        return disagreeing(way, works, bill, first_id + 9)


def _months_before(date: dt.date, months: int) -> dt.date:
    year, month = divmod(date.year * 12 + date.month - 1 - months, 12)
    return dt.date(year, month + 1, 1)
