"""From scores to decisions: what is applied, what is suggested, what is ambiguous."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from airflow_provider_erp.matching.candidates import Edge
from airflow_provider_erp.matching.groups import group

Scores = Mapping[Edge, float]

MARGIN = 1.5
"""A pair is applied only if it is this much better (a logarithm of odds) than any other of its two rows."""

_THROUGH_ANOTHER = 7.0


class Decision(NamedTuple):
    """Pairs of places; an ambiguous one is a pair that is good enough, and has a rival that is as good."""

    applied: list[Edge]
    ambiguous: list[Edge]


def decide(scores: Scores, apply_at: float) -> Decision:
    """Pairs the best with the best, those that are sure first; a tie is never decided.

    ``scores`` has every pair that is worth a thought; only those of at least ``apply_at`` are decided.
    """
    open_edges = {edge: score for edge, score in scores.items() if score >= apply_at}
    applied: list[Edge] = []
    ambiguous: set[Edge] = set()
    while open_edges:
        rivals = _by_end(open_edges)
        mutual = [edge for edge in open_edges if all(open_edges[edge] >= ranked[0][0] for ranked in _ends(edge, rivals))]
        taken: set[tuple[int, int]] = set()
        for edge in mutual:
            near = {rival for ranked in _ends(edge, rivals) for score, rival in ranked if score > open_edges[edge] - MARGIN}
            if len(near) == 1:
                applied.append(edge)
            else:
                ambiguous |= near
            taken.update(((0, edge[0]), (1, edge[1])))
        open_edges = {e: s for e, s in open_edges.items() if (0, e[0]) not in taken and (1, e[1]) not in taken}
    settled = {(side, edge[side]) for edge in applied for side in (0, 1)}
    return Decision(
        sorted(applied),
        sorted(e for e in ambiguous if (0, e[0]) not in settled and (1, e[1]) not in settled),
    )


def doubles(across: Scores, within: Scores, least: float) -> list[Edge]:
    """The pairs of one side that are the same row twice.

    They are so by their own score, or because both are surely the same as one
    row of the other side and may well be the same as each other.
    """
    partners: dict[int, tuple[float, int]] = {}
    for edge, score in across.items():
        if score >= least:
            for place, partner in (edge, edge[::-1]):
                partners[place] = max(partners.get(place, (score, partner)), (score, partner))
    return [
        (one, other)
        for (one, other), score in within.items()
        if score >= least
        or (score >= least - _THROUGH_ANOTHER and one in partners and partners[one][1] == partners.get(other, (0, -1))[1])
    ]


def clusters(edges: Iterable[Edge]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The edges' connected parts: the places on the one side and on the other, in order."""
    found = group((edge, f"{side}:{edge[side]}") for edge in edges for side in (0, 1))
    parts: defaultdict[str, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for member, root in found.items():
        side, place = member.split(":")
        parts[root][int(side)].add(int(place))
    return sorted((tuple(sorted(one)), tuple(sorted(other))) for one, other in parts.values())


def _by_end(edges: Scores) -> dict[tuple[int, int], list[tuple[float, Edge]]]:
    """For each row of each side its pairs, the best first."""
    ranked: defaultdict[tuple[int, int], list[tuple[float, Edge]]] = defaultdict(list)
    for edge, score in edges.items():
        for side in (0, 1):
            ranked[side, edge[side]].append((score, edge))
    return {end: sorted(found, reverse=True) for end, found in ranked.items()}


def _ends(edge: Edge, ranked: Mapping[tuple[int, int], list[tuple[float, Edge]]]) -> tuple[list[tuple[float, Edge]], ...]:
    return ranked[0, edge[0]], ranked[1, edge[1]]
