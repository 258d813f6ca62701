"""What becomes of the customers that no key matches: similar to one, ambiguous, or only here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from airflow_provider_erp.matching.groups import group, in_order
from airflow_provider_erp.reconciliation.customers.judging import likeness
from airflow_provider_erp.reconciliation.customers.likeness import Edge, Likeness, Rows
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

SIDES = ("source", "target")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftovers:
    """The groups without a partner, and what becomes of them; all ids are those of the groups' first records.

    ``clusters`` are the connected parts of those that cannot be told apart,
    ``only_here`` have neither a partner nor a candidate.
    """

    like: Likeness
    clusters: list[tuple[tuple[str, ...], tuple[str, ...]]]
    only_here: tuple[set[str], set[str]]


class Candidates(NamedTuple):
    """Two groups without a partner that share a key; if it is an identifier, similarity must not choose."""

    source_id: str
    target_id: str
    identified: int


def settle(spec: ReconciliationSpec, rows: Rows, candidates: Sequence[Candidates]) -> Leftovers:
    """Decides on the groups' first records; ``taken`` rows have a partner, and others may be copies of them."""
    tied = [{each[place] for each in candidates if each.identified} for place in range(2)]
    free = [[row for row in side if row["id"] not in ids] for side, ids in zip(rows, tied, strict=True)]
    like = likeness(spec, (free[0], free[1])) if spec.similar and any(free) else Likeness()
    if spec.shared_email == "ambiguous":
        like = _left_to_a_person(like, [each[:2] for each in candidates if not each.identified])
    alone = [{str(row["id"]) for row in side if not row["taken"]} - like.settled(at) for at, side in enumerate(rows)]
    edges = [*(each[:2] for each in candidates), *like.vague]
    open_edges = [edge for edge in edges if edge[0] in alone[0] and edge[1] in alone[1]]
    for place, side in enumerate(alone):
        side -= {edge[place] for edge in open_edges}
    return Leftovers(like=like, clusters=_clusters(open_edges), only_here=(alone[0], alone[1]))


def _left_to_a_person(like: Likeness, sharing: Iterable[Edge]) -> Likeness:
    """Of customers who share a key similarity tells who is held twice, but who of several is meant it does not."""
    first = [{one: double[0] for double in doubles for one in double} for doubles in like.doubles]
    edges = {(first[0].get(one, one), first[1].get(other, other)) for one, other in sharing}
    ends = [Counter(edge[place] for edge in edges) for place in range(2)]
    several = [edge for edge in edges if ends[0][edge[0]] > 1 or ends[1][edge[1]] > 1]
    unsure = [{edge[place] for edge in several} for place in range(2)]
    dropped = [edge for edge in like.paired if edge[0] in unsure[0] or edge[1] in unsure[1]]
    paired = [edge for edge in like.paired if edge not in set(dropped)]
    return replace(like, paired=paired, vague=[*like.vague, *several, *dropped])


def _clusters(edges: Iterable[Edge]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The candidates' connected parts: the ids of each side, in order."""
    shared = [(edge, f"{side} {record_id}") for edge in edges for side, record_id in zip(SIDES, edge, strict=True)]
    parts: dict[str, tuple[set[str], set[str]]] = {}
    for member, root in group(shared).items():
        side, record_id = member.split(" ", 1)
        parts.setdefault(root, (set(), set()))[SIDES.index(side)].add(record_id)
    return sorted(
        (tuple(sorted(one, key=in_order)), tuple(sorted(other, key=in_order))) for one, other in parts.values()
    )
