"""What a comparison must find where something was written: told from the values that stand now, not from the plan.

A customer stays the one that it was planted as, whatever was written over it;
one that was created is the customer that its number, identifiers or e-mail
address belong to, or a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from airflow_provider_erp.sandbox.world.plans import SOURCES, TARGET, Divergence
from airflow_provider_erp.sandbox.world.seen import Key, Seen
from airflow_provider_erp.sandbox.world.truth import STALE_AFTER, Break, Held, Holding

Look = Callable[[str, str], Seen]
"""The record that a system holds by an id."""


@dataclass(slots=True)
class _Holder:
    """A customer with the ids of its created records."""

    ids: dict[str, list[str]] = field(default_factory=lambda: {vendor: [] for vendor in (*SOURCES, TARGET)})
    divergences: dict[str, Divergence] = field(default_factory=dict)


def with_created(members: Iterable[Holding], created: Mapping[str, list[str]], look: Look) -> list[Holding]:
    """The planted customers and the new ones, each with the created records that are its own, by vendor."""
    if not any(created.values()):
        return list(members)
    holders = [_Holder({vendor: [*ids] for vendor, ids in each.ids.items()}, each.divergences) for each in members]
    owners: dict[Key, _Holder] = {}
    for holder in holders:
        for vendor, ids in holder.ids.items():
            for source_id in ids:
                _own(owners, holder, look(vendor, source_id))
    for vendor, ids in created.items():
        for source_id in ids:
            record = look(vendor, source_id)
            owner = next((owners[key] for key in record.found_by() if key in owners), None)
            if owner is None:
                holders.append(owner := _Holder())
            owner.ids[vendor].append(source_id)
            _own(owners, owner, record)
    return list(holders)


def _own(owners: dict[Key, _Holder], holder: _Holder, record: Seen) -> None:
    for key in record.found_by():
        owners.setdefault(key, holder)


class Rewritten(Held):
    """One customer of which a source or the target was written to."""

    def __init__(self, member: Holding, source: str, look: Look) -> None:
        super().__init__(member, source)
        self._here = [look(source, source_id) for source_id in self._source_ids]
        self._there = [look(TARGET, target_id) for target_id in self._target_ids]

    def _invalid(self) -> Iterator[Break]:
        for record in self._here:
            if record.has_invalid_identifier:
                yield Break("invalid_identifier", "org_number", source_id=record.source_id)
        for record in self._there:
            if record.has_invalid_identifier:
                yield Break("invalid_identifier", "org_number", target_id=record.source_id)

    def _of_pair(self) -> Iterator[Break]:
        here, there = self._partners()
        ids = here.source_id, there.source_id
        if here.number != there.number:
            yield Break("key_changed", "number", *ids)
        differing = [name for name, text in here.fields.items() if there.fields.get(name, text) != text]
        for name in differing:
            conflict = name == "status" and "active" in {here.fields[name], there.fields[name]}
            yield Break("status_conflict" if conflict else "field_differs", name, *ids)
        if differing and here.modified and there.modified and abs(here.modified - there.modified) > STALE_AFTER:
            yield Break("stale", None, *ids)

    def _partners(self) -> tuple[Seen, Seen]:
        """The two of one number, whenever they were created; else the first of each side."""
        pairs = ((here, there) for here in self._here for there in self._there if here.number == there.number)
        return next(pairs, (self._here[0], self._there[0]))
