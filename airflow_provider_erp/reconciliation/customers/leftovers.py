"""What becomes of the customers that no key matches: similar to one, ambiguous, or only here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from typing import NamedTuple

from airflow_provider_erp.matching.groups import group, in_order
from airflow_provider_erp.reconciliation.customers.judging import likeness
from airflow_provider_erp.reconciliation.customers.likeness import Edge, Likeness, Rows
from airflow_provider_erp.reconciliation.customers.row import IDENTIFIERS
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

SIDES = ("source", "target")
_MOST_CARRIERS = 5
"""Where similarity tells apart who shares an e-mail address, one that more of a side carry says nothing."""

Part = tuple[tuple[str, ...], tuple[str, ...]]
"""Groups of each side, by their first records, that hang together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftovers:
    """The groups without a partner, and what becomes of them; all ids are those of the groups' first records.

    ``clusters`` are the connected parts of those that cannot be told apart,
    ``only_here`` have neither a partner nor a candidate. ``undone`` are pairs
    by an address that are none, now that it is known who is held twice.
    """

    like: Likeness
    clusters: list[Part]
    only_here: tuple[set[str], set[str]]
    undone: Set[Edge] = frozenset()


class Carrier(NamedTuple):
    """A group without a partner, and a value that it shares with one of the other side."""

    side: str
    key: str
    text: str
    group_id: str


def settle(spec: ReconciliationSpec, rows: Rows, carriers: Sequence[Carrier]) -> Leftovers:
    """Decides on the groups' first records; ``taken`` rows have a partner, and others may be copies of them."""
    tied = [{one.group_id for one in carriers if one.side == side and one.key in IDENTIFIERS} for side in SIDES]
    free = [[row for row in side if row["id"] not in ids] for side, ids in zip(rows, tied, strict=True)]
    like = likeness(spec, (free[0], free[1])) if spec.similar and any(free) else Likeness()
    undone = _undone(spec, like, carriers, rows) if spec.shared_email == "ambiguous" else set()
    like = _without(like, undone)
    sharing = [*_sharing(spec, like, carriers), *_parts(like, undone)]
    if spec.similar:
        like = _with_sole_partners(like, sharing)
    if spec.shared_email == "ambiguous":
        like = _left_to_a_person(like, sharing)
    alone = [
        {str(row["id"]) for row in side if not row["taken"]}.union(edge[at] for edge in undone) - like.settled(at)
        for at, side in enumerate(rows)
    ]
    vague = (((one,), (other,)) for one, other in like.vague)
    clusters = _clusters(_within(part, alone) for part in (*sharing, *vague))
    for place, side in enumerate(alone):
        side -= {one for cluster in clusters for one in cluster[place]}
    return Leftovers(like=like, clusters=clusters, only_here=(alone[0], alone[1]), undone=undone)


def _undone(spec: ReconciliationSpec, like: Likeness, carriers: Iterable[Carrier], rows: Rows) -> set[Edge]:
    """Pairs by an address, of whom one is held twice and carries another address, too, that leads to others."""
    partners = [
        [(str(row["id"]), str(row["partner"])) for row in side if row["taken"] and row["taken"] not in IDENTIFIERS]
        for side in rows
    ]
    by_address = {*partners[0], *((one, other) for other, one in partners[1])}
    parts = [*_sharing(spec, _without(like, by_address), carriers), *_parts(like, by_address)]
    unsure = {one for source, target in _clusters(parts) if len(source) + len(target) > 2 for one in source}
    return {edge for edge, (source_id, _) in _of_groups(like, by_address).items() if source_id in unsure}


def _without(like: Likeness, pairs: Iterable[Edge]) -> Likeness:
    """As if these had no partner yet."""
    one, other = (like.taken[place].difference(edge[place] for edge in pairs) for place in range(2))
    return replace(like, taken=(one, other))


def _parts(like: Likeness, pairs: Iterable[Edge]) -> list[Part]:
    return [((one,), (other,)) for one, other in _of_groups(like, pairs).values()]


def _with_sole_partners(like: Likeness, sharing: Iterable[Part]) -> Likeness:
    """Who shares a value with one only, now that those who are held twice are one, is paired by that: keys go first."""
    sole = {(one[0], other[0]) for one, other in _clusters(sharing) if len(one) == len(other) == 1}
    taken = [{edge[place] for edge in sole} for place in range(2)]
    of_groups = _of_groups(like, [*like.paired, *((each.source_id, each.target_id) for each in like.suggested)])
    kept = {
        edge: groups
        for edge in like.paired
        if (groups := of_groups[edge]) in sole or not (groups[0] in taken[0] or groups[1] in taken[1])
    }
    suggested = [each for each in like.suggested if of_groups[each.source_id, each.target_id] not in sole]
    return replace(like, paired=sorted([*kept, *sole.difference(kept.values())]), suggested=suggested)


def _sharing(spec: ReconciliationSpec, like: Likeness, carriers: Iterable[Carrier]) -> list[Part]:
    """Who shares a value, those of a side as one whom similarity says to be one; a copy of who is taken does not."""
    first = like.first(0), like.first(1)
    found: defaultdict[tuple[str, str], tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    taken = like.having(0), like.having(1)
    for side, key, text, group_id in carriers:
        place = SIDES.index(side)
        if group_id not in taken[place]:
            found[key, text][place].add(first[place].get(group_id, group_id))
    most = None if spec.shared_email == "ambiguous" else _MOST_CARRIERS
    return [
        (tuple(one), tuple(other))
        for (key, _), (one, other) in found.items()
        if most is None or key in IDENTIFIERS or max(len(one), len(other)) <= most
    ]


def _left_to_a_person(like: Likeness, sharing: Iterable[Part]) -> Likeness:
    """Of customers who share a key similarity tells who is held twice, but who of several is meant it does not."""
    several = [part for part in _clusters(sharing) if max(map(len, part)) > 1]
    unsure = [{one for part in several for one in part[place]} for place in range(2)]
    of_groups = _of_groups(like, like.paired)
    dropped = {edge for edge, (one, other) in of_groups.items() if one in unsure[0] or other in unsure[1]}
    paired = [edge for edge in like.paired if edge not in dropped]
    return replace(like, paired=paired, vague=[*like.vague, *(of_groups[edge] for edge in dropped)])


def _of_groups(like: Likeness, edges: Iterable[Edge]) -> dict[Edge, Edge]:
    """For each pair of records the pair of their groups."""
    first = like.first(0), like.first(1)
    return {edge: (first[0].get(edge[0], edge[0]), first[1].get(edge[1], edge[1])) for edge in edges}


def _within(part: Part, alone: Sequence[set[str]]) -> Part:
    one, other = (tuple(alone[place].intersection(part[place])) for place in range(2))
    return one, other


def _clusters(parts: Iterable[Part]) -> list[Part]:
    """What hangs together through those that are in several parts; a part of one side only does not count."""
    shared = (
        (number, f"{side} {record_id}")
        for number, part in enumerate(parts)
        if all(part)
        for side, ids in zip(SIDES, part, strict=True)
        for record_id in ids
    )
    found: dict[str, tuple[set[str], set[str]]] = {}
    for member, root in group(shared).items():
        side, record_id = member.split(" ", 1)
        found.setdefault(root, (set(), set()))[SIDES.index(side)].add(record_id)
    return sorted(
        (tuple(sorted(one, key=in_order)), tuple(sorted(other, key=in_order))) for one, other in found.values()
    )
