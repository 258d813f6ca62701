"""Records of one side that are one customer: the transitive closure of shared identifiers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Id = TypeVar("Id", int, str)


def group(shared: Iterable[tuple[Hashable, Id]]) -> Mapping[Id, Id]:
    """For each record of a group of several, the first id of its group: the smallest, of texts the shortest.

    Ids grow, so that a record that joins a group is seldom its first.

    ``shared`` pairs an identifier with the id of a record that carries it, in
    any order. Records that share an identifier are one group, and so are
    records that are connected through others.
    """
    parents: dict[Id, Id] = {}
    first_carrier: dict[Hashable, Id] = {}
    for identifier, record_id in shared:
        parents.setdefault(record_id, record_id)
        carrier = first_carrier.setdefault(identifier, record_id)
        if carrier != record_id:
            one, other = sorted((_root(parents, carrier), _root(parents, record_id)), key=in_order)
            parents[other] = one
    roots = {record_id: _root(parents, record_id) for record_id in parents}
    members = Counter(roots.values())
    return {record_id: root for record_id, root in roots.items() if members[root] > 1}


def _root(parents: dict[Id, Id], record_id: Id) -> Id:
    while (parent := parents[record_id]) != record_id:
        parents[record_id] = parents[parent]
        record_id = parent
    return record_id


def in_order(record_id: Id) -> tuple[int, Id]:
    """To sort by: numbers as they are, texts the shorter first."""
    return (len(record_id) if isinstance(record_id, str) else 0), record_id
