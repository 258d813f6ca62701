"""What a comparison of each source with Visma.net must find, told from who holds which customer."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from airflow_provider_erp.sandbox.world.plans import AGREES, SOURCES, TARGET, Divergence
from airflow_provider_erp.sandbox.world.population import Customer

STALE_AFTER = dt.timedelta(days=30)
"""Of two records that differ, one that was modified so much earlier is planted as stale."""

_TELL_TIMES = {"visma_px", "lemonsoft"}
"""Sources whose customers tell when they were modified."""


class Holding(Protocol):
    """Who holds one customer: its ids by vendor, the one with its number first, and where a source diverges."""

    ids: dict[str, list[str]]
    divergences: dict[str, Divergence]


Records = Mapping[str, Mapping[str, Customer]]
"""What each system holds, by vendor and id."""


@dataclass(slots=True, eq=False)
class Member:
    """One customer as it truly is, its ids in each system that holds it, and where a source diverges.

    The first id of a system is the one that the customer's number belongs to; a source not named agrees.
    """

    customer: Customer
    ids: dict[str, list[str]]
    divergences: dict[str, Divergence]

    @property
    def agrees(self) -> bool:
        """Whether every system holds the customer once, and as it is."""
        everywhere = all(len(ids) == 1 for ids in self.ids.values())
        return everywhere and all(divergence == AGREES for divergence in self.divergences.values())

    @property
    def is_split(self) -> bool:
        """Whether two others stand for the customer in some source."""
        return any(divergence.split for divergence in self.divergences.values())


@dataclass(frozen=True, slots=True)
class Break:
    """One planted disagreement; of several records of a side, its id is the smallest, of texts the shortest."""

    kind: str
    field: str | None = None
    source_id: str | None = None
    target_id: str | None = None
    members: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        return asdict(self) | {"members": list(self.members), "candidates": list(self.candidates)}


@dataclass(slots=True)
class Reconciliation:
    """What a comparison of one source with Visma.net must find."""

    source: str
    target: str = TARGET
    matched: int = 0
    breaks: list[Break] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        return asdict(self) | {"breaks": [planted.plain() for planted in self.breaks]}


def reconciliations(members: Iterable[Holding], hold: Callable[[Holding, str], Held]) -> list[Reconciliation]:
    """One for each source, the breaks in the order of the members; ``hold`` says how a source holds one."""
    by_source = {source: Reconciliation(source) for source in SOURCES}
    for member in members:
        for source, reconciliation in by_source.items():
            held = hold(member, source)
            reconciliation.breaks.extend(held.breaks())
            reconciliation.matched += held.is_pair
    return list(by_source.values())


class Held(ABC):
    """One customer as a source and the target hold it."""

    def __init__(self, member: Holding, source: str) -> None:
        self._source, self._source_ids, self._target_ids = source, member.ids[source], member.ids[TARGET]
        self._divergence = member.divergences.get(source, AGREES)

    @property
    def is_pair(self) -> bool:
        """Whether the two match."""
        return bool(self._source_ids and self._target_ids) and not self._divergence.split

    def breaks(self) -> Iterator[Break]:
        """What follows from who holds the customer, and how."""
        yield from self._invalid()
        source_ids, target_ids = tuple(sorted(self._source_ids)), tuple(sorted(self._target_ids))
        source_id, target_id = min(source_ids, key=_growing, default=None), min(target_ids, key=_growing, default=None)
        if self._divergence.split:
            yield Break("ambiguous", None, source_id, target_id, source_ids, target_ids)
            return
        if len(source_ids) > 1:
            yield Break("duplicate_in_source", source_id=source_id, members=source_ids)
        if len(target_ids) > 1:
            yield Break("duplicate_in_target", target_id=target_id, members=target_ids)
        if self.is_pair:
            yield from self._of_pair()
        elif source_ids:
            yield Break("missing_in_target", source_id=source_id)
        elif target_ids:
            yield Break("missing_in_source", target_id=target_id)

    @abstractmethod
    def _invalid(self) -> Iterator[Break]:
        """Records whose identifier breaks its rule."""

    @abstractmethod
    def _of_pair(self) -> Iterator[Break]:
        """How a pair differs; the first id of a side is the one with the number."""


def _growing(source_id: str) -> tuple[int, str]:
    """To sort by: ids are numbers that grow."""
    return len(source_id), source_id


class Planted(Held):
    """One customer as it was planted."""

    def __init__(self, member: Holding, source: str, records: Records) -> None:
        super().__init__(member, source)
        self._sources, self._targets = records[source], records[TARGET]

    def _invalid(self) -> Iterator[Break]:
        for source_id in self._source_ids:
            if self._sources[source_id].mistyped:
                yield Break("invalid_identifier", "org_number", source_id=source_id)
        for target_id in self._target_ids:
            if self._targets[target_id].mistyped:
                yield Break("invalid_identifier", "org_number", target_id=target_id)

    def _of_pair(self) -> Iterator[Break]:
        ids = self._source_ids[0], self._target_ids[0]
        here, there = self._sources[ids[0]], self._targets[ids[1]]
        if self._divergence.renumbered:
            yield Break("key_changed", "number", *ids)
        for name in self._divergence.differing:
            conflict = name == "status" and "active" in {here.status, there.status}
            yield Break("status_conflict" if conflict else "field_differs", name, *ids)
        differs = bool(self._divergence.differing) and self._source in _TELL_TIMES
        if differs and abs(here.modified - there.modified) > STALE_AFTER:
            yield Break("stale", None, *ids)
