"""Four systems filled from one population, and the breaks between them, known because they were planted."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from airflow_provider_erp.sandbox.world.changes import changed, mistyped
from airflow_provider_erp.sandbox.world.plans import (
    AGREES,
    RENUMBERED,
    SOURCES,
    TARGET,
    CustomerPlan,
    Divergence,
    plan_customers,
)
from airflow_provider_erp.sandbox.world.population import Customer, Population
from airflow_provider_erp.sandbox.world.truth import Member, Planted, Reconciliation, Records, reconciliations

# Rows vary by the remainder of a style; 2520 is a multiple of every number from 1 to 10
# and of 12, 14, 15, 18, 20 and 21, so that each remainder is equally likely.
_STYLES = 2520


@dataclass(frozen=True, slots=True)
class Entry:
    """One customer as one system holds it; ``style`` decides how the system writes phones, spaces and case."""

    source_id: str
    number: str
    customer: Customer
    style: int
    revision: int = 0


class Planter:
    """Gives each customer its entries in the four systems, and keeps who holds whom and where they diverge.

    The same seed and number of customers, and the same calls, give the same entries.
    """

    def __init__(self, seed: int, customers: int) -> None:
        self.rng = Random(seed)  # noqa: S311 - invented customers, not secrets
        self.population = Population(self.rng)
        self.members: list[Member] = []
        self.entries: dict[str, dict[str, Entry]] = {vendor: {} for vendor in (*SOURCES, TARGET)}
        self._numbers = itertools.count(9970)
        self._ids = {TARGET: itertools.count(981), "lemonsoft": itertools.count(83)}
        for plan in plan_customers(customers, self.rng):
            self.plant(plan)
        self._shuffle()

    def plant(self, plan: CustomerPlan, joined: dt.datetime | None = None) -> None:
        """A new customer in the systems that the plan says; without a moment, it joined some time before day 0."""
        customer = self.population.draw(plan.shape)
        if plan.mistyped:
            customer = replace(mistyped(customer), vat_number="")
        if joined:
            customer = replace(customer, created=joined, modified=joined)
        number = self._number()
        ids = {
            TARGET: [
                self._enter(TARGET, self._number() if copy else number, customer)
                for copy in range(plan.copies_in_target)
            ]
        }
        for source in SOURCES:
            ids[source] = list(self._enter_source(source, number, customer, plan.divergences.get(source, AGREES)))
        self.members.append(Member(customer, ids, dict(plan.divergences)))

    def update(self, vendor: str, source_id: str, customer: Customer) -> None:
        """Writes the customer as it is now into one entry, as a revision of it."""
        entry = self.entries[vendor][source_id]
        self.entries[vendor][source_id] = replace(entry, customer=customer, revision=entry.revision + 1)

    def remove(self, member: Member, vendor: str) -> None:
        """Deletes all entries of a customer in one system."""
        for source_id in member.ids[vendor]:
            del self.entries[vendor][source_id]
        member.ids[vendor] = []

    def put_right(self, member: Member, source: str, modified: dt.datetime) -> None:
        """Writes the customer as it truly is into one source; who stood for it there is deleted."""
        customer, divergence = replace(member.customer, modified=modified), member.divergences.pop(source)
        if divergence.split:
            [number] = (self.entries[TARGET][source_id].number for source_id in member.ids[TARGET])
            self.remove(member, source)
            member.ids[source] = [self._enter(source, number, customer)]
            return
        if divergence.renumbered:
            member.divergences[source] = RENUMBERED
        for source_id in member.ids[source]:
            self.update(source, source_id, customer)

    def truth(self) -> list[Reconciliation]:
        """What each comparison must find."""
        records = self.records()
        return reconciliations(self.members, lambda member, source: Planted(member, source, records))

    def records(self) -> Records:
        """What each system holds."""
        return {
            vendor: {source_id: entry.customer for source_id, entry in entries.items()}
            for vendor, entries in self.entries.items()
        }

    def _enter_source(self, source: str, number: str, customer: Customer, divergence: Divergence) -> Iterator[str]:
        if not divergence.present:
            return
        if divergence.split:
            for person in self.population.draw_household(customer):
                yield self._enter(source, self._number(), replace(person, modified=customer.modified))
            return
        customer = self._diverging(customer, divergence)
        yield self._enter(source, self._number() if divergence.renumbered else number, customer)
        if divergence.duplicated:
            yield self._enter(source, self._number(), customer)

    def _diverging(self, customer: Customer, divergence: Divergence) -> Customer:
        """The customer as a source holds it that diverges so."""
        for name in divergence.changed:
            customer = changed(customer, name, self.population.identifiers, self.rng)
        if divergence.mistyped:
            customer = mistyped(customer)
        return replace(customer, modified=customer.modified - dt.timedelta(days=divergence.days_behind))

    def _enter(self, vendor: str, number: str, customer: Customer) -> str:
        source_id = self._source_id(vendor, number)
        self.entries[vendor][source_id] = Entry(source_id, number, customer, self.rng.randrange(_STYLES))
        return source_id

    def _source_id(self, vendor: str, number: str) -> str:
        if vendor == "visma_px":
            return number
        if vendor == "fynn":
            return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        return str(next(self._ids[vendor]))

    def _number(self) -> str:
        return str(next(self._numbers))

    def _shuffle(self) -> None:
        """Puts the entries of each system into an order of no meaning; later ones come last."""
        for vendor, entries in self.entries.items():
            shuffled = list(entries.items())
            self.rng.shuffle(shuffled)
            self.entries[vendor] = dict(shuffled)
