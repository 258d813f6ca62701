"""How differently the same thing is written in the rows at hand, learnt from the pairs that are sure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from airflow_provider_erp.matching.agreement import Agreements
from airflow_provider_erp.matching.scoring import SURE, Scorer
from airflow_provider_erp.matching.weights import SAME_THING, Shares

_USUAL_PAIRS = 40.0
"""The usual shares count like so many pairs: a few odd ones do not overrule them."""
_ENOUGH = 30
"""Fewer pairs that are sure without a name say too little of how names differ."""
_SAMPLE = 600
"""So many pairs tell a share to within two in a hundred."""


def learnt(scorer: Scorer, pairs: Iterable[Agreements]) -> Scorer:
    """A scorer that knows from pairs without a rival how often which level of agreement is.

    A field learns from the pairs that are sure without it. Where these are too
    few for the name, strangers are enough to be ruled out: sisters among them
    make it the more careful. The order of the pairs does not count.
    """
    sample = _sample(sorted(pairs, key=lambda agreements: sorted(agreements.items())))
    sure = [agreements for agreements in sample if scorer.against_strangers(agreements) >= SURE]
    return Scorer(scorer.fields, scorer.rows, [_shares(scorer, place, sure) for place in range(len(scorer.fields))])


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
