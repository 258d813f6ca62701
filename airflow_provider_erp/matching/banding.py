"""Compared pairs of two tables in their bands; a group of duplicates is one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, product
from math import exp

from airflow_provider_erp.matching.copies import Ids, copied
from airflow_provider_erp.matching.deciding import clusters, decide, doubles
from airflow_provider_erp.matching.groups import group
from airflow_provider_erp.matching.pairs import Compared
from airflow_provider_erp.matching.reasons import reasons_of
from airflow_provider_erp.matching.results import Ambiguous, Matches, Pair
from airflow_provider_erp.matching.sides import Edge, Sides

Group = tuple[int, ...]
"""The places of a row and its duplicates, in order."""


class Pairs:
    """Tells what the pairs are, in words and numbers; of rows with copies each is in a pair."""

    def __init__(self, ids: Sequence[Ids], compared: Compared) -> None:
        self._ids = ids
        self._compared = compared
        self._reasons = reasons_of(compared.fields)

    def of(self, edges: Iterable[Edge]) -> Iterator[Pair]:
        """The pairs' probabilities and reasons, whether they were worth comparing or not."""
        for edge in edges:
            agreements = self._compared.agreement(edge)
            score = round(1 / (1 + exp(-self._compared.score(edge, agreements))), 6)
            reasons = self._reasons(agreements)
            for source_id, target_id in product(self._ids[edge[0]], self._ids[edge[1]]):
                yield Pair(source_id=source_id, target_id=target_id, score=score, reasons=reasons)

    def of_copies(self) -> Iterator[Pair]:
        """Each copy with the first of its row: they are surely the same."""
        for place in sorted(copied(self._ids)):
            first, *others = self._ids[place]
            reasons = self._reasons(self._compared.agreement((place, place)))
            for copy in others:
                yield Pair(source_id=first, target_id=copy, score=1.0, reasons=reasons)


def in_order(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    """The pairs in the order of their ids."""
    return tuple(sorted(pairs, key=lambda pair: (pair.source_id, pair.target_id)))


def grouped(rows: int, same: Iterable[Edge]) -> list[Group]:
    """All rows' places, those that are connected by pairs together."""
    roots = group((edge, place) for edge in same for place in edge)
    members: defaultdict[int, list[int]] = defaultdict(list)
    for place in range(rows):
        members[roots.get(place, place)].append(place)
    return [tuple(places) for places in members.values()]


def named(groups: Iterable[Group], ids: Sequence[Ids]) -> tuple[Ids, ...]:
    """The ids of the groups of several, in their order."""
    members = (_members(places, ids) for places in groups)
    return tuple(each for each in members if len(each) > 1)


def _members(places: Iterable[int], ids: Sequence[Ids]) -> Ids:
    return tuple(sorted(chain.from_iterable(ids[place] for place in places)))


class Banding:
    """The bands, by logarithms of odds."""

    def __init__(self, ids: Sequence[Ids], sides: Sides, compared: Compared) -> None:
        self._ids = ids
        self._sides = sides
        self._compared = compared

    def matches(self, apply_at: float, suggest_at: float) -> Matches:
        """Each group of duplicates with its partner, and what may belong to those that have none."""
        groups = grouped(len(self._ids), doubles(self._compared.across, self._compared.within, apply_at))
        group_of = {place: number for number, places in enumerate(groups) for place in places}
        decided = decide(self._best(group_of), apply_at)
        applied = [pair for one, other in decided.applied for pair in product(groups[one], groups[other])]
        settled = {place for edge in applied for place in edge}
        likely = (edge for edge, score in self._compared.across.items() if score >= suggest_at)
        return Matches(
            applied=self._pairs(applied),
            suggested=self._pairs(edge for edge in likely if settled.isdisjoint(edge)),
            ambiguous=tuple(
                Ambiguous(source_ids=self._members(groups, one), target_ids=self._members(groups, other))
                for one, other in clusters(decided.ambiguous)
            ),
            source_duplicates=named((places for places in groups if self._sides.is_source(places[0])), self._ids),
            target_duplicates=named((places for places in groups if not self._sides.is_source(places[0])), self._ids),
        )

    def _best(self, group_of: dict[int, int]) -> dict[Edge, float]:
        """The best score of each two groups."""
        best: dict[Edge, float] = {}
        for (one, other), score in self._compared.across.items():
            edge = group_of[one], group_of[other]
            best[edge] = max(score, best.get(edge, score))
        return best

    def _pairs(self, edges: Iterable[Edge]) -> tuple[Pair, ...]:
        return in_order(Pairs(self._ids, self._compared).of(edges))

    def _members(self, groups: Sequence[Group], numbers: Iterable[int]) -> Ids:
        return _members((place for number in numbers for place in groups[number]), self._ids)
