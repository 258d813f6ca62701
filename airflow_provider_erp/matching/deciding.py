"""From scores to decisions: what is applied, what is ambiguous, which rows are one row twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from airflow_provider_erp.matching.groups import group
from airflow_provider_erp.matching.scoring import MARGIN
from airflow_provider_erp.matching.sides import Edge

Scores = Mapping[Edge, float]
"""Logarithms of odds by pairs; the same number is never on both sides."""

_THROUGH_ANOTHER = 7.0
"""Two rows that are both surely a third one may be so much less alike themselves: each misspells something else."""


class Decision(NamedTuple):
    """Pairs; an ambiguous one is good enough, and has a rival that is as good."""

    applied: list[Edge]
    ambiguous: list[Edge]


def decide(scores: Scores, apply_at: float) -> Decision:
    """Pairs the best with the best, those that are sure first; a tie is never decided."""
    still_open = {edge: score for edge, score in scores.items() if score >= apply_at}
    applied: list[Edge] = []
    ambiguous: set[Edge] = set()
    while still_open:
        ranked = _by_end(still_open)
        taken: set[int] = set()
        for edge, score in still_open.items():
            rivals = [*ranked[edge[0]], *ranked[edge[1]]]
            if all(score >= rival for rival, _ in rivals):
                near = {other for rival, other in rivals if rival > score - MARGIN}
                taken.update(edge)
                if len(near) == 1:
                    applied.append(edge)
                else:
                    ambiguous |= near
        still_open = _untouched(still_open, taken)
    settled = {place for edge in applied for place in edge}
    return Decision(sorted(applied), sorted(edge for edge in ambiguous if settled.isdisjoint(edge)))


def doubles(across: Scores, within: Scores, least: float) -> list[Edge]:
    """The pairs of one side that are the same row twice.

    They are so by their own score, or because both are surely the same as one
    row of the other side and may well be the same as each other.
    """
    best: dict[int, tuple[float, int]] = {}
    for edge, score in across.items():
        if score >= least:
            for place, partner in (edge, edge[::-1]):
                best[place] = max(best.get(place, (score, partner)), (score, partner))
    partners = {place: partner for place, (_, partner) in best.items()}
    return [
        (one, other)
        for (one, other), score in within.items()
        if score >= least
        or (score >= least - _THROUGH_ANOTHER and one in partners and partners[one] == partners.get(other))
    ]


def clusters(edges: Iterable[Edge]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The edges' connected parts: the places on the one side and on the other, in order."""
    edges = list(edges)
    roots = group((edge, place) for edge in edges for place in edge)
    parts: defaultdict[int, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for edge in edges:
        for side, place in enumerate(edge):
            parts[roots[place]][side].add(place)
    return sorted((tuple(sorted(one)), tuple(sorted(other))) for one, other in parts.values())


def _by_end(edges: Scores) -> Mapping[int, list[tuple[float, Edge]]]:
    """For each row its pairs."""
    ranked: defaultdict[int, list[tuple[float, Edge]]] = defaultdict(list)
    for edge, score in edges.items():
        for place in edge:
            ranked[place].append((score, edge))
    return ranked


def _untouched(edges: Scores, taken: set[int]) -> dict[Edge, float]:
    return {edge: score for edge, score in edges.items() if taken.isdisjoint(edge)}
