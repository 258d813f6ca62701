"""Four systems filled from one population, and the breaks between them, known because they were planted."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from airflow_provider_erp.sandbox.world.changes import changed
from airflow_provider_erp.sandbox.world.plans import AGREES, SOURCES, TARGET, CustomerPlan, Divergence, plan_customers
from airflow_provider_erp.sandbox.world.population import Customer, Population

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


@dataclass(frozen=True, slots=True)
class Break:
    """One planted disagreement; of a group that a side holds more than once, the id is the smallest as text."""

    kind: str
    field: str | None = None
    source_id: str | None = None
    target_id: str | None = None
    members: tuple[str, ...] = ()


@dataclass(slots=True)
class Reconciliation:
    """What a comparison of one source with Visma.net must find."""

    source: str
    target: str = TARGET
    matched: int = 0
    breaks: list[Break] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class World:
    """The filled systems, by vendor, and the truth about them."""

    seed: int
    customers: int
    entries: dict[str, list[Entry]]
    reconciliations: list[Reconciliation]

    def truth(self) -> dict[str, Any]:
        """The planted breaks as plain JSON values."""
        plain = [asdict(reconciliation) for reconciliation in self.reconciliations]
        for reconciliation in plain:
            for planted in reconciliation["breaks"]:
                planted["members"] = list(planted["members"])
        return {"seed": self.seed, "customers": self.customers, "reconciliations": plain}


def plant(seed: int, customers: int) -> World:
    """The four systems, filled; the same seed and number give the same world.

    Raises:
        ValueError: a negative number of customers.
    """
    if customers < 0:
        raise ValueError(f"sandbox: expected a number of customers of 0 or more, got {customers}")
    rng = Random(seed)  # noqa: S311 - invented customers, not secrets
    planter = _Planter(rng)
    for plan in plan_customers(customers, rng):
        planter.fill(plan)
    for entries in planter.entries.values():
        rng.shuffle(entries)
    return World(seed, customers, planter.entries, list(planter.reconciliations.values()))


class _Planter:
    """Gives each customer its entries in the four systems and notes what was planted."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._population = Population(rng)
        self._numbers = itertools.count(9970)
        self._ids = {TARGET: itertools.count(981), "lemonsoft": itertools.count(83)}
        self.entries: dict[str, list[Entry]] = {vendor: [] for vendor in (*SOURCES, TARGET)}
        self.reconciliations = {source: Reconciliation(source) for source in SOURCES}

    def fill(self, plan: CustomerPlan) -> None:
        customer = self._population.draw(plan.shape)
        number = self._number()
        target_ids = [
            self._enter(TARGET, self._number() if copy else number, customer) for copy in range(plan.copies_in_target)
        ]
        for source in SOURCES:
            divergence = plan.divergences.get(source, AGREES)
            source_ids = list(self._enter_source(source, number, customer, divergence))
            reconciliation = self.reconciliations[source]
            reconciliation.breaks.extend(_breaks(source_ids, target_ids, divergence))
            reconciliation.matched += bool(source_ids and target_ids)

    def _enter_source(self, source: str, number: str, customer: Customer, divergence: Divergence) -> Iterator[str]:
        if not divergence.present:
            return
        for name in divergence.changed:
            customer = changed(customer, name, self._population.identifiers, self._rng)
        yield self._enter(source, self._number() if divergence.renumbered else number, customer)
        if divergence.duplicated:
            yield self._enter(source, self._number(), customer)

    def _enter(self, vendor: str, number: str, customer: Customer) -> str:
        source_id = self._source_id(vendor, number)
        self.entries[vendor].append(Entry(source_id, number, customer, self._rng.randrange(_STYLES)))
        return source_id

    def _source_id(self, vendor: str, number: str) -> str:
        if vendor == "visma_px":
            return number
        if vendor == "fynn":
            return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))
        return str(next(self._ids[vendor]))

    def _number(self) -> str:
        return str(next(self._numbers))


def _breaks(source_ids: list[str], target_ids: list[str], divergence: Divergence) -> Iterator[Break]:
    """The breaks that follow from one customer's plan; the first id of a side is the one that the number belongs to."""
    if len(source_ids) > 1:
        yield Break("duplicate_in_source", source_id=min(source_ids), members=tuple(sorted(source_ids)))
    if len(target_ids) > 1:
        yield Break("duplicate_in_target", target_id=min(target_ids), members=tuple(sorted(target_ids)))
    if source_ids and target_ids:
        for name in divergence.changed:
            yield Break("field_differs", field=name, source_id=source_ids[0], target_id=target_ids[0])
    elif source_ids:
        yield Break("missing_in_target", source_id=min(source_ids))
    elif target_ids:
        yield Break("missing_in_source", target_id=min(target_ids))
