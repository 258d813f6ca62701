"""What becomes of the customers that no key matches: similar to one, ambiguous, or only here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from airflow_provider_erp.matching.groups import group, in_order
from airflow_provider_erp.reconciliation.customers.likeness import Edge, Likeness, Rows, likeness
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


def settle(spec: ReconciliationSpec, rows: Rows, candidates: Iterable[Edge]) -> Leftovers:
    """Decides on the groups' first records; ``candidates`` share a key, but others do, too."""
    like = likeness(spec, rows) if spec.similar and (rows[0] or rows[1]) else Likeness()
    alone = [{str(row["id"]) for row in side} - _settled(like, place) for place, side in enumerate(rows)]
    open_edges = [edge for edge in (*candidates, *like.vague) if edge[0] in alone[0] and edge[1] in alone[1]]
    for place, side in enumerate(alone):
        side -= {edge[place] for edge in open_edges}
    return Leftovers(like=like, clusters=_clusters(open_edges), only_here=(alone[0], alone[1]))


def _settled(like: Likeness, place: int) -> set[str]:
    """Who has a partner, and who is but a double of another."""
    paired = {edge[place] for edge in like.paired}
    of_pairs = {one for double in like.doubles[place] if paired.intersection(double) for one in double}
    return paired | of_pairs | {one for double in like.doubles[place] for one in double[1:]}


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
