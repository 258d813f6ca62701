"""All pairs of rows that are worth a thought, compared and scored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations

from airflow_provider_erp.matching.agreement import Agreements
from airflow_provider_erp.matching.candidates import candidates, sharing_identifiers
from airflow_provider_erp.matching.comparing import COMPARERS
from airflow_provider_erp.matching.fields import Field, Row
from airflow_provider_erp.matching.learning import learnt
from airflow_provider_erp.matching.scoring import MARGIN, SURE, Scorer
from airflow_provider_erp.matching.sides import Edge, Sides

_HOPELESS = -3.5
"""Odds of 30 to one (e to the 3.5th) against a pair before anything is learnt; learning has never made up for that."""
_NEGLIGIBLE = -10.0
"""Odds of 20,000 to one (e to the 10th) against a pair: learning changes them by the third or so of the logarithm."""
_MAY_BE = 0.0
"""Pairs that are as likely the same as not before anything is learnt may make doubles of their rows."""
_MOST_PARTNERS = 5
"""Of a row that has more partners not all are compared with each other."""
_ORDER = ("identifier", "form", "date", "exact", "name")
"""Kinds that tell sisters apart, those first that are cheap to compare."""


class Compared:
    """The pairs' agreements by the rows' places, and their scores, logarithms of odds.

    Pairs ``across`` are of both sides, those ``within`` of one. Rows that have
    copies teach nothing: they were written once and copied.
    """

    def __init__(self, fields: Sequence[Field], rows: Sequence[Row], sides: Sides, copied: frozenset[int]) -> None:
        self.fields = fields
        self._rows = rows
        self._sides = sides
        self._scorer = Scorer(fields, sides.larger)
        self._comparer = _Comparer(self._scorer)
        self._found: dict[Edge, Agreements] = {}
        telling = [edge for edge in _unrivalled(self._find()) if not sides.is_within(edge)]
        self._scorer = learnt(self._scorer, [self._found[edge] for edge in telling if copied.isdisjoint(edge)])
        scores = {edge: self.score(edge, agreements) for edge, agreements in self._found.items()}
        self.across = {edge: score for edge, score in scores.items() if sides.is_across(edge)}
        self.within = {edge: score for edge, score in scores.items() if not sides.is_across(edge)}

    def agreement(self, edge: Edge) -> Agreements:
        """How the two rows agree, whether they were worth comparing or not."""
        return self._found.get(edge) or self._comparer.compare(self._rows[edge[0]], self._rows[edge[1]])

    def score(self, edge: Edge, agreements: Agreements) -> float:
        """The logarithm of the odds that two rows that agree like this are the same."""
        return self._scorer.score(agreements, within=self._sides.is_within(edge))

    def _find(self) -> dict[Edge, float]:
        """The first scores of the pairs that share an identifier, then of those that share other things."""
        scores = self._kept((edge, self.agreement(edge)) for edge in sharing_identifiers(self.fields, self._rows))
        settled = {place for edge, score in scores.items() if score >= SURE for place in edge}
        edges = candidates(self.fields, self._rows, self._sides, settled)
        scores |= self._kept(self._promising(edge for edge in edges if edge not in scores))
        doubles = (edge for edge in self._through_another(scores) if edge not in scores)
        return scores | self._kept((edge, self.agreement(edge)) for edge in doubles)

    def _through_another(self, scores: Mapping[Edge, float]) -> Iterator[Edge]:
        """The pairs of rows of one table that are both good partners of a row of the other one."""
        partners: defaultdict[int, list[int]] = defaultdict(list)
        for edge, score in scores.items():
            if score > _MAY_BE and self._sides.is_across(edge):
                for place, partner in (edge, edge[::-1]):
                    partners[place].append(partner)
        return chain.from_iterable(combinations(sorted(each)[:_MOST_PARTNERS], 2) for each in partners.values())

    def _promising(self, edges: Iterable[Edge]) -> Iterator[tuple[Edge, Agreements]]:
        for edge in edges:
            if agreements := self._comparer.promising(self._rows[edge[0]], self._rows[edge[1]]):
                yield edge, agreements

    def _kept(self, found: Iterable[tuple[Edge, Agreements]]) -> dict[Edge, float]:
        """The scores of the pairs that are worth remembering."""
        scores = {}
        for edge, agreements in found:
            score = self.score(edge, agreements)
            if score >= _NEGLIGIBLE:
                scores[edge] = score
                self._found[edge] = agreements
        return scores


class _Comparer:
    """Compares two rows field by field, those fields first that tell sisters apart."""

    def __init__(self, scorer: Scorer) -> None:
        fields = [(place, COMPARERS[field.kind], field.rarity) for place, field in enumerate(scorer.fields)]
        telling = [field for field in fields if any(scorer.against_sisters[field[0]])]
        self._telling = sorted(telling, key=lambda field: _ORDER.index(scorer.telling[field[0]]))
        self._others = [field for field in fields if field not in telling]
        self._scorer = scorer

    def compare(self, one: Row, other: Row) -> Agreements:
        """How the two agree in each field that both have."""
        return {
            place: comparer(one[place], other[place], rarity)
            for place, comparer, rarity in (*self._telling, *self._others)
            if one[place] and other[place]
        }

    def promising(self, one: Row, other: Row) -> Agreements | None:
        """The same, or None as soon as what tells sisters apart says that they are no more than that."""
        found = {}
        odds = self._scorer.before_sisters
        for place, comparer, rarity in self._telling:
            value, value_other = one[place], other[place]
            if value and value_other:
                found[place] = agreement = comparer(value, value_other, rarity)
                odds += self._scorer.against_sisters[place][agreement.level]
                if odds < _HOPELESS:
                    return None
        for place, comparer, rarity in self._others:
            value, value_other = one[place], other[place]
            if value and value_other:
                found[place] = comparer(value, value_other, rarity)
        return found


def _unrivalled(scores: Mapping[Edge, float]) -> Iterator[Edge]:
    """The pairs that are clearly better than any other of their two rows."""
    best: dict[int, list[float]] = {}
    for edge, score in scores.items():
        for place in edge:
            best[place] = sorted([score, *best.get(place, [])], reverse=True)[:2]
    for edge, score in scores.items():
        rivals = [each for place in edge for each in best[place][1:]]
        if all(score >= best[place][0] for place in edge) and all(score >= rival + MARGIN for rival in rivals):
            yield edge
