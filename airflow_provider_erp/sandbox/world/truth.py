"""What a comparison of each source with Visma.net must find, told from who holds which customer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from airflow_provider_erp.sandbox.world.plans import AGREES, SOURCES, TARGET, Divergence
from airflow_provider_erp.sandbox.world.population import Customer


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

    def plain(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        plain = asdict(self)
        for planted in plain["breaks"]:
            planted["members"] = list(planted["members"])
        return plain


def reconciliations(members: Iterable[Member]) -> list[Reconciliation]:
    """One for each source, the breaks in the order of the members."""
    by_source = {source: Reconciliation(source) for source in SOURCES}
    for member in members:
        for source, reconciliation in by_source.items():
            source_ids, target_ids = member.ids[source], member.ids[TARGET]
            divergence = member.divergences.get(source, AGREES)
            reconciliation.breaks.extend(_breaks(source_ids, target_ids, divergence))
            reconciliation.matched += bool(source_ids and target_ids)
    return list(by_source.values())


def _breaks(source_ids: list[str], target_ids: list[str], divergence: Divergence) -> Iterator[Break]:
    """The breaks that follow from who holds one customer; the first id of a side is the one with the number."""
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
