"""How likely it is that two rows are the same.

Two explanations stand against it: that they are strangers, who agree by chance
(what agrees weighs by how rare it is), and that they are sisters, who share an
address, a phone and most of a name but are not the same (then only names,
identifiers and dates tell). The score is against the better of the two.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from airflow_provider_erp.matching.comparing import CLOSE, COMPARERS, CONFLICT, DIFFERENT, PARTLY, SAME, Agreement
from airflow_provider_erp.matching.frequencies import Rarity
from airflow_provider_erp.matching.values import Tokens

Row = tuple[Tokens | str | None, ...]
Levels = Mapping[int, float]

_SAME_THING: Mapping[str, Levels] = {
    "name": {SAME: 0.75, CLOSE: 0.15, PARTLY: 0.06, CONFLICT: 0.03, DIFFERENT: 0.01},
    "text": {SAME: 0.65, CLOSE: 0.12, PARTLY: 0.1, CONFLICT: 0.03, DIFFERENT: 0.1},
    "exact": {SAME: 0.85, CLOSE: 0.05, DIFFERENT: 0.1},
    "phone": {SAME: 0.6, CLOSE: 0.03, DIFFERENT: 0.37},
    "email": {SAME: 0.45, CLOSE: 0.05, PARTLY: 0.25, DIFFERENT: 0.25},
    "identifier": {SAME: 0.94, CLOSE: 0.03, DIFFERENT: 0.03},
    "date": {SAME: 0.9, CLOSE: 0.06, DIFFERENT: 0.04},
    "form": {SAME: 0.9, DIFFERENT: 0.1},
}
"""By kind: how often the same thing is written so, before anything is learnt of the rows at hand."""
_SISTERS: Mapping[str, Levels] = {
    "name": {SAME: 0.02, CLOSE: 0.04, PARTLY: 0.3, CONFLICT: 0.44, DIFFERENT: 0.2},
    "identifier": {SAME: 0.0002, CLOSE: 0.01, DIFFERENT: 0.99},
    "date": {SAME: 0.02, CLOSE: 0.02, DIFFERENT: 0.96},
    "exact": {SAME: 0.7, CLOSE: 0.05, DIFFERENT: 0.25},
    "form": {SAME: 0.5, DIFFERENT: 0.5},
}
"""By kind: how often two that belong together, but are not the same, agree so."""
_PSEUDO = 40.0
_ENOUGH = 30
_SAMPLE = 600
_HOPELESS = -3.5
_DIRECT = frozenset({"name", "identifier"})
_COMPARED_FIRST = {"form": 0, "identifier": 1, "date": 2, "exact": 3, "name": 4}
_FURTHER = 0.75
"""What agrees or contradicts beside names and identifiers hangs together: each further field counts for less."""
_NO_SISTERS = 2.0
_FEW_DOUBLES = 3.0
"""A row has a double in its own table much less often than in another one."""
SURE = 5.0


@dataclass(frozen=True, slots=True)
class Field:
    """A field's place in the rows, its kind and how rare its values are."""

    name: str
    kind: str
    rarity: Rarity


class Scorer:
    """Scores pairs of rows as logarithms of odds."""

    def __init__(self, fields: Sequence[Field], rows: int) -> None:
        self._fields = fields
        self._prior = -math.log(max(rows, 2))
        self._telling = [_telling_kind(field, fields) for field in fields]
        self._no_sisters = _NO_SISTERS if "name" in self._telling else math.inf
        self._set_usual([_SAME_THING[field.kind] for field in fields])
        self._order = sorted(range(len(fields)), key=lambda place: _COMPARED_FIRST.get(fields[place].kind, place + 10))

    def _set_usual(self, shares: Sequence[Levels]) -> None:
        self._usual = [_logs(levels) for levels in shares]
        self._against_sisters = [
            {level: usual[level] - math.log(share) for level, share in _SISTERS.get(kind, {}).items()}
            for usual, kind in zip(self._usual, self._telling, strict=True)
        ]

    def agreements(self, one: Row, other: Row) -> tuple[Agreement | None, ...]:
        """Each field's agreement; None where a side has no value."""
        return tuple(self._compare(place, one, other) for place in range(len(self._fields)))

    def promising(self, one: Row, other: Row) -> tuple[Agreement | None, ...] | None:
        """The same, or None as soon as what tells sisters apart says that they are no more than that."""
        found: list[Agreement | None] = [None] * len(self._fields)
        odds = self._no_sisters
        for place in self._order:
            agreement = found[place] = self._compare(place, one, other)
            if agreement is not None and self._against_sisters[place]:
                odds += self._against_sisters[place][agreement.level]
                if odds < _HOPELESS:
                    return None
        return tuple(found)

    def _compare(self, place: int, one: Row, other: Row) -> Agreement | None:
        value, value_other, field = one[place], other[place], self._fields[place]
        return COMPARERS[field.kind](value, value_other, field.rarity) if value and value_other else None

    def score(self, agreements: Sequence[Agreement | None], *, within: bool = False) -> float:
        """The logarithm of the odds that the two are the same; ``within`` says that they are of one table."""
        against_sisters = self._no_sisters
        for found, ratios in zip(agreements, self._against_sisters, strict=True):
            if found is not None and ratios:
                against_sisters += ratios[found.level]
        score = -_log_sum(-self._against_strangers(agreements), -against_sisters)
        return round(score - _FEW_DOUBLES if within else score, 6)

    def _against_strangers(self, agreements: Sequence[Agreement | None]) -> float:
        """What agrees weighs by how rare it is; of fields beside names and identifiers each further one counts less."""
        total = self._prior
        support, against = [], []
        for field, usual, found in zip(self._fields, self._usual, agreements, strict=True):
            if found is not None:
                weight = usual[found.level] + (found.surprise if found.level > CONFLICT else 0.0)
                if field.kind in _DIRECT:
                    total += weight
                else:
                    (support if weight > 0 else against).append(weight)
        return total + _discounted(sorted(support, reverse=True)) + _discounted(sorted(against))

    def learn(self, pairs: Sequence[Sequence[Agreement | None]]) -> None:
        """Takes from pairs that are the best for both their rows how often the same thing is written how differently.

        A field learns from the pairs that are sure without it: of those that an
        identifier settles where there are enough, else of those that all but
        surely are no strangers (sisters among them make it the more careful).
        """
        sample = pairs[:: 1 + len(pairs) // _SAMPLE]
        sure = [agreements for agreements in sample if self._against_strangers(agreements) >= SURE]
        learnt = []
        for place, (field, telling) in enumerate(zip(self._fields, self._telling, strict=True)):
            others = [(found[place], [*found[:place], None, *found[place + 1 :]]) for found in sure]
            levels = [found.level for found, rest in others if found and self.score(rest) >= SURE]
            if len(levels) < _ENOUGH and telling == "name":
                levels = [found.level for found, rest in others if found and self._against_strangers(rest) >= SURE]
            learnt.append(_shares(field.kind, levels))
        self._set_usual(learnt)


def _discounted(weights: Sequence[float]) -> float:
    return math.fsum(weight * _FURTHER**place for place, weight in enumerate(weights))


def _telling_kind(field: Field, fields: Sequence[Field]) -> str:
    """The field's kind; where no field is a name, the text that says most stands for one."""
    if any(each.kind == "name" for each in fields):
        return field.kind
    texts = [each for each in fields if each.kind == "text"]
    richest = max(texts, key=lambda each: (each.rarity.usual, each.name), default=None)
    return "name" if field is richest else field.kind


def _shares(kind: str, levels: Sequence[int]) -> Levels:
    """What the levels' shares are, when a few usual ones are added."""
    counts, usual = Counter(levels), _SAME_THING[kind]
    total = len(levels) + _PSEUDO
    return {level: (counts[level] + share * _PSEUDO) / total for level, share in usual.items()}


def _logs(shares: Levels) -> dict[int, float]:
    return {level: math.log(share) for level, share in shares.items()}


def _log_sum(one: float, other: float) -> float:
    top = max(one, other)
    return top + math.log(math.exp(one - top) + math.exp(other - top))
