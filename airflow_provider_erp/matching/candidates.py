"""Which pairs are worth comparing: rows that share something rare."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import chain, combinations, product
from math import inf, log

from airflow_provider_erp.matching.fields import Field, Row
from airflow_provider_erp.matching.keys import carriers_of, whole
from airflow_provider_erp.matching.scoring import FEW_DOUBLES
from airflow_provider_erp.matching.sides import Edge, Sides

_MOST_DOUBLES = 4
"""More rows of one number are not the same customer again and again: what else they share decides."""
_KEPT, _KEPT_WITHIN = 3, 1
"""How many rows of the other table, and of its own, are compared with a row: the best, and what ties with them."""
_SLACK = 3.0
"""A pair shares enough that 20 rows (e to the 3rd) of the table, or fewer, could share it by chance."""
_FEW_ROWS = 40
"""Among so few nothing is rare: all pairs are compared."""
_PARTS = 1000
"""Weights are whole numbers of these parts, so that no order of adding them counts."""


def sharing_identifiers(fields: Sequence[Field], rows: Sequence[Row]) -> Iterator[Edge]:
    """The pairs of rows that carry the same number, where only few do."""
    for place, field in enumerate(fields):
        if field.kind == "identifier":
            for carriers in whole([row[place] for row in rows], field.rarity.counts).values():
                if len(carriers) <= _MOST_DOUBLES:
                    yield from combinations(carriers, 2)


def candidates(fields: Sequence[Field], rows: Sequence[Row], sides: Sides, settled: Set[int]) -> list[Edge]:
    """For each row that is not ``settled`` the few others that share the most with it; in small tables all others.

    Pairs of one side count, too; where there are two, doubles are seldom and must share more.
    """
    if len(rows) <= _FEW_ROWS:
        return [edge for edge in combinations(range(len(rows)), 2) if not (edge[0] in settled and edge[1] in settled)]
    of_two, of_one = _Shared(settled), _Shared(settled)
    for carriers in carriers_of(fields, rows):
        weight = round(_PARTS * log(len(rows) / len(carriers)))
        split = bisect_left(carriers, sides.source or 0)
        here, there = carriers[:split], carriers[split:]
        of_two.add(product(here, there), weight)
        of_one.add(chain(combinations(here, 2), combinations(there, 2)), weight)
    least = log(max(len(rows), 2)) - _SLACK
    if sides.source is None:
        return sorted(of_one.best(_KEPT, least))
    return sorted([*of_two.best(_KEPT, least), *of_one.best(_KEPT_WITHIN, least + FEW_DOUBLES)])


class _Shared:
    """How much pairs share of which not both rows are settled."""

    def __init__(self, settled: Set[int]) -> None:
        self._settled = settled
        self._weights: defaultdict[Edge, int] = defaultdict(int)

    def add(self, edges: Iterable[Edge], weight: int) -> None:
        """All pairs share something more."""
        weights, settled = self._weights, self._settled
        for edge in edges:
            if edge[0] not in settled or edge[1] not in settled:
                weights[edge] += weight

    def best(self, most: int, least: float) -> Iterator[Edge]:
        """The best few pairs of each open row that share the least; what ties with the last of them counts, too."""
        good = [(edge, weight) for edge, weight in self._weights.items() if weight >= least * _PARTS]
        weights: defaultdict[int, list[int]] = defaultdict(list)
        for (one, other), weight in good:
            weights[one].append(weight)
            weights[other].append(weight)
        bars = {place: sorted(each)[-most:][0] for place, each in weights.items() if place not in self._settled}
        return (edge for edge, weight in good if any(weight >= bars.get(place, inf) for place in edge))
