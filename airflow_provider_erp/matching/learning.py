"""How differently the same thing is written in the rows at hand, learnt from the pairs that are sure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import exp, fsum, log

from airflow_provider_erp.matching.agreement import Agreements
from airflow_provider_erp.matching.scoring import FEW_SISTERS, SURE, Scorer
from airflow_provider_erp.matching.weights import SAME_THING, Shares

_USUAL_PAIRS = 40.0
"""The usual shares count like so many pairs: a few odd ones do not overrule them."""
_USUAL_CLOSE_PAIRS = 10.0
"""The usual share of sisters counts like so few: small tables may well be leftovers without any partner."""
_ENOUGH = 30
"""Fewer pairs that are sure without a name say too little of how names differ."""
_FEWEST_SISTERS = 2.5
"""However few they seem to be, one in 13 (e to the 2.5th to one) is held possible: many look like the same."""
_ROUNDS = 20
"""Far more rounds than it takes until counting again changes nothing that matters."""
_SAMPLE = 600
"""So many pairs tell a share to within two in a hundred."""


def learnt(scorer: Scorer, pairs: Iterable[Agreements]) -> Scorer:
    """A scorer that knows from pairs without a rival how often which level of agreement is.

    A field learns from the pairs that are sure without it. Where these are too
    few for the name, it learns from the pairs that are no strangers without it.
    The order of the pairs does not count.
    """
    sample = _sample(sorted(pairs, key=lambda agreements: sorted(agreements.items())))
    sure = [agreements for agreements in sample if scorer.against_strangers(agreements) >= SURE]
    wary = Scorer(scorer.fields, scorer.rows, few_sisters=_few_sisters(scorer, sure))
    shares = [_shares(wary, place, sure) for place in range(len(scorer.fields))]
    return Scorer(scorer.fields, scorer.rows, shares, wary.before_sisters)


def _few_sisters(scorer: Scorer, close: Sequence[Agreements]) -> float:
    """The odds that two rows which are no strangers are the same, not their sisters.

    Where most of the rows' partners are absent, as among leftovers, what is
    found is sisters. Each round counts the pairs by how likely they are the same.
    """
    ratios = [scorer.telling_apart(each) for each in close]
    odds = FEW_SISTERS
    for _ in range(_ROUNDS):
        same = fsum(1 / (1 + exp(-odds - ratio)) for ratio in ratios)
        odds = log((same + _USUAL_CLOSE_PAIRS) / (len(ratios) - same + _USUAL_CLOSE_PAIRS / exp(FEW_SISTERS)))
    return min(odds, _FEWEST_SISTERS)


def _sample(pairs: Sequence[Agreements]) -> Sequence[Agreements]:
    return pairs[:: 1 + len(pairs) // _SAMPLE]


def _shares(scorer: Scorer, place: int, sure: Sequence[Agreements]) -> Shares:
    """What the field's levels' shares are, when the usual ones are added."""
    levels = [level for level, rest in _without(place, sure) if scorer.score(rest) >= SURE]
    if len(levels) < _ENOUGH and scorer.telling[place] == "name":
        levels = [level for level, rest in _without(place, sure) if scorer.against_strangers(rest) >= SURE]
    counts, total = Counter(levels), len(levels) + _USUAL_PAIRS
    usual = SAME_THING[scorer.fields[place].kind]
    return {level: (counts[level] + share * _USUAL_PAIRS) / total for level, share in usual.items()}


def _without(place: int, sure: Iterable[Agreements]) -> Iterator[tuple[int, Agreements]]:
    """The field's level in each pair that has it, and the agreements of the other fields."""
    for agreements in sure:
        if found := agreements.get(place):
            yield found.level, {other: each for other, each in agreements.items() if other != place}
