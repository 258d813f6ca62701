"""One day in the life of the four systems: customers come, change and go, and not every system hears of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from itertools import islice

from airflow_provider_erp.sandbox.world.plans import (
    ANY_COMPANY_FIELDS,
    MISSING,
    SOURCES,
    Divergence,
    plan_newcomers,
)
from airflow_provider_erp.sandbox.world.planting import Planter
from airflow_provider_erp.sandbox.world.stamps import now
from airflow_provider_erp.sandbox.world.truth import Member
from airflow_provider_erp.sandbox.world.updates import FIELDS, Circumstances, update

_CUSTOMERS_PER_EVENT = 50
_HOUR = dt.timedelta(hours=1)


def let_pass(planter: Planter, day: int, customers: int) -> None:
    """Lets the day pass for a population of about so many customers.

    Some customers leave every system, some change in all that hold them, some
    come. One change does not reach one source, one source loses a customer, and
    one divergence is put right: so breaks come, stay and go. No customer meets
    two of these on one day.
    """
    events, many = _Events(planter, day), max(1, customers // _CUSTOMERS_PER_EVENT)
    events.leave(max(1, many // 2))
    events.change(2 * many)
    events.change_but_for_one_source()
    events.be_lost_by_one_source()
    events.put_right()
    for plan in plan_newcomers(many, planter.rng):
        planter.plant(plan, events.moment())


def _can_be_put_right(divergence: Divergence) -> bool:
    return bool(divergence.differing or divergence.split)


class _Events:
    def __init__(self, planter: Planter, day: int) -> None:
        self._planter, self._rng, self._day = planter, planter.rng, day
        self._circumstances = Circumstances(day, planter.population.identifiers, planter.rng)
        self._untouched = list(planter.members)
        self._rng.shuffle(self._untouched)

    def moment(self) -> dt.datetime:
        """A moment of the day: after the day before was shown, and an hour or more before this one is."""
        return now(self._day) - _HOUR - dt.timedelta(microseconds=self._rng.randrange(20 * 3_600_000_000))

    def leave(self, count: int) -> None:
        gone = set(self._take(count))
        for member in gone:
            for vendor in member.ids:
                self._planter.remove(member, vendor)
        self._planter.members = [member for member in self._planter.members if member not in gone]

    def change(self, count: int) -> None:
        """Changes one field in every system; where a source diverges in it, another field is taken."""
        for member in self._take(count, lambda member: not member.is_split):
            diverging = {name for divergence in member.divergences.values() for name in divergence.differing}
            self._update(member, self._rng.choice([name for name in FIELDS if name not in diverging]))

    def change_but_for_one_source(self) -> None:
        source = self._source()
        for member in self._take(1, lambda member: member.agrees):
            name = self._rng.choice([name for name in ANY_COMPANY_FIELDS[source] if name in FIELDS])
            member.divergences[source] = Divergence(changed=(name,))
            self._update(member, name, but_for=source)

    def be_lost_by_one_source(self) -> None:
        source = self._source()
        for member in self._take(1, lambda member: member.agrees):
            member.divergences[source] = MISSING
            self._planter.remove(member, source)

    def put_right(self) -> None:
        """One source that differs in fields, or has others instead, is given the customer as it truly is."""
        for member in self._take(1, lambda member: any(map(_can_be_put_right, member.divergences.values()))):
            source = next(source for source, each in member.divergences.items() if _can_be_put_right(each))
            self._planter.put_right(member, source, self.moment())

    def _update(self, member: Member, name: str, but_for: str | None = None) -> None:
        fields = update(member.customer, name, self._circumstances) | {"modified": self.moment()}
        member.customer = replace(member.customer, **fields)
        for vendor, ids in member.ids.items():
            for source_id in ids if vendor != but_for else ():
                held = self._planter.entries[vendor][source_id].customer
                self._planter.update(vendor, source_id, replace(held, **fields))

    def _source(self) -> str:
        return self._rng.choice(SOURCES)

    def _take(self, count: int, fits: Callable[[Member], bool] = lambda _member: True) -> list[Member]:
        """Up to so many customers that nothing has happened to on this day."""
        taken = list(islice(filter(fits, self._untouched), count))
        touched = set(taken)
        self._untouched = [member for member in self._untouched if member not in touched]
        return taken
