"""Records of one side that are one customer: the transitive closure of shared identifiers."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping


def group(shared: Iterable[tuple[Hashable, str]]) -> Mapping[str, str]:
    """For each record of a group of several, the smallest id of its group, in plain string order.

    ``shared`` pairs an identifier with the id of a record that carries it, in
    any order. Records that share an identifier are one group, and so are
    records that are connected through others.
    """
    parents: dict[str, str] = {}
    first_carrier: dict[Hashable, str] = {}
    for identifier, record_id in shared:
        parents.setdefault(record_id, record_id)
        carrier = first_carrier.setdefault(identifier, record_id)
        one, other = sorted((_root(parents, carrier), _root(parents, record_id)))
        parents[other] = one
    return {record_id: _root(parents, record_id) for record_id in parents}


def _root(parents: dict[str, str], record_id: str) -> str:
    while (parent := parents[record_id]) != record_id:
        parents[record_id] = parents[parent]
        record_id = parent
    return record_id
