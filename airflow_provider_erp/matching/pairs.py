"""All pairs of rows that are worth a thought, compared and scored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from airflow_provider_erp.matching.candidates import Edge, candidates
from airflow_provider_erp.matching.comparing import Agreement
from airflow_provider_erp.matching.scoring import SURE, Field, Row, Scorer

Agreements = Sequence[Agreement | None]

_MOST_DOUBLES = 4


class Compared:
    """The pairs' scores, logarithms of odds, by the rows' places; those before ``boundary`` are one side's."""

    def __init__(self, fields: Sequence[Field], rows: Sequence[Row], boundary: int) -> None:
        self._seeks_doubles = boundary == len(rows)
        self._rows = rows
        self._found: dict[Edge, Agreements] = {}
        self._boundary = boundary
        self.scorer = Scorer(fields, max(boundary, len(rows) - boundary))
        found = {edge: self.agreements(edge) for edge in _sharing_identifiers(fields, rows)}
        settled = {place for edge in found if self._score(edge, found[edge]) >= SURE for place in edge}
        for edge in candidates(fields, rows, boundary, settled):
            if edge not in found and (agreements := self.scorer.promising(rows[edge[0]], rows[edge[1]])):
                found[edge] = agreements
        self.scorer.learn([found[edge] for edge in sorted(self._best_of_both(found))])
        self._found = found
        scores = {edge: self._score(edge, agreements) for edge, agreements in found.items()}
        self.across = {edge: score for edge, score in scores.items() if self._is_across(edge)}
        self.within = {edge: score for edge, score in scores.items() if not self._is_across(edge)}

    def agreements(self, edge: Edge) -> Agreements:
        """How the two rows agree in each field."""
        return self._found.get(edge) or self.scorer.agreements(self._rows[edge[0]], self._rows[edge[1]])

    def score(self, edge: Edge) -> float:
        """The logarithm of the odds that the two rows are the same."""
        return self._score(edge, self.agreements(edge))

    def _score(self, edge: Edge, agreements: Agreements) -> float:
        return self.scorer.score(agreements, within=not self._seeks_doubles and not self._is_across(edge))

    def _is_across(self, edge: Edge) -> bool:
        return edge[0] < self._boundary <= edge[1]

    def _best_of_both(self, found: Mapping[Edge, Agreements]) -> Iterator[Edge]:
        """The pairs that no other pair of their rows excels."""
        scores = {edge: self._score(edge, agreements) for edge, agreements in found.items()}
        best: dict[int, float] = {}
        for edge, score in scores.items():
            for place in edge:
                best[place] = max(score, best.get(place, score))
        return (edge for edge, score in scores.items() if score >= max(best[edge[0]], best[edge[1]]))


def _sharing_identifiers(fields: Sequence[Field], rows: Sequence[Row]) -> Iterator[Edge]:
    """The pairs of rows that carry the same number, where only few do."""
    for number, field in enumerate(fields):
        if field.kind != "identifier":
            continue
        carriers: defaultdict[object, list[int]] = defaultdict(list)
        for place, row in enumerate(rows):
            if row[number]:
                carriers[row[number]].append(place)
        for places in carriers.values():
            if 1 < len(places) <= _MOST_DOUBLES:
                yield from combinations(places, 2)
