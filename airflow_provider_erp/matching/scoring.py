"""How likely it is that two rows are the same.

Two explanations stand against it: that they are strangers, who agree by chance
(what agrees weighs by how rare it is), and that they are sisters, who share an
address, a phone and most of a name but are not the same (then only names,
identifiers and dates tell). The score is against the better of the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, inf, log, log1p

from airflow_provider_erp.matching.agreement import (
    CLOSE,
    CONFLICT,
    DIFFERENT,
    NO_AGREEMENT,
    SAME,
    Agreement,
    Agreements,
)
from airflow_provider_erp.matching.fields import Field
from airflow_provider_erp.matching.weights import DIRECT, SAME_THING, SISTERS, Shares, telling_kinds

SURE = 5.0
"""Odds of 150 to one (e to the 5th): sure enough to learn from, and to look no further."""
MARGIN = 1.5
"""A pair has no rival if its odds are four times (e to the 1.5th) those of any other pair of its two rows."""
FEW_DOUBLES = 3.0
"""A row has a double in its own table 20 times (e to the 3rd) less often than in another one."""
FEW_SISTERS = 2.0
"""Odds of 7 to one (e to the 2nd) that two rows which are no strangers are the same, before they are compared."""
_ANOTHER_FORM = 1.0
"""Meri Oy and Meri Ky at one address are at best three to one (e to the 1st) the same: they may be suggested."""
_UNSAID = Agreement(SAME, 0.0)
_FURTHER = 0.75
"""What agrees beside names and identifiers hangs together: each further field counts for a quarter less."""
_LEVELS = range(SAME + 1)


class Scorer:
    """Scores pairs of rows as logarithms of odds.

    ``shares`` says, by field, how often the same thing is written so, and
    ``few_sisters`` how seldom two rows that are no strangers are sisters.
    """

    def __init__(
        self,
        fields: Sequence[Field],
        rows: int,
        shares: Sequence[Shares] | None = None,
        few_sisters: float = FEW_SISTERS,
    ) -> None:
        self.fields = fields
        self.rows = rows
        self.telling = telling_kinds(fields)
        self.shares = shares or [SAME_THING[field.kind] for field in fields]
        self._prior = -log(max(rows, 2))
        kinds = [field.kind for field in fields]
        self._form = kinds.index("form") if "form" in kinds else -1
        self._identifiers = [place for place, kind in enumerate(kinds) if kind == "identifier"]
        self._usual = [_logs(each) for each in self.shares]
        self._is_direct = [field.kind in DIRECT for field in fields]
        self.before_sisters = few_sisters if "name" in self.telling else inf
        """The odds against sisters of two rows of which nothing is known: without names there are no sisters."""
        self.against_sisters = [
            [share - other for share, other in zip(usual, _logs(SISTERS[kind]), strict=True)]
            if kind in SISTERS
            else [0.0 for _ in _LEVELS]
            for usual, kind in zip(self._usual, self.telling, strict=True)
        ]
        """By field and level, what an agreement adds to that; nothing where the field does not tell."""

    def score(self, agreements: Agreements, *, within: bool = False) -> float:
        """The logarithm of the odds that the two are the same; ``within`` says that they are of one table."""
        sisters = self.before_sisters + self.telling_apart(agreements)
        strangers = self.against_strangers(agreements)
        low, high = (sisters, strangers) if sisters < strangers else (strangers, sisters)
        score = low - log1p(exp(low - high))
        if score > _ANOTHER_FORM and self._is_of_another_form(agreements):
            score = _ANOTHER_FORM
        return round(score - FEW_DOUBLES if within else score, 6)

    def _is_of_another_form(self, agreements: Agreements) -> bool:
        """Whether the legal forms differ, and no identifier says that the two are the same for all that."""
        form = agreements.get(self._form, _UNSAID)
        return form.level == DIFFERENT and not any(
            agreements.get(place, NO_AGREEMENT).level >= CLOSE for place in self._identifiers
        )

    def telling_apart(self, agreements: Agreements) -> float:
        """How much more likely these agreements are of the same than of sisters."""
        total = 0.0
        for place, (level, _) in agreements.items():
            total += self.against_sisters[place][level]
        return total

    def against_strangers(self, agreements: Agreements) -> float:
        """The score, were sisters impossible; beside names and identifiers each further field counts less."""
        total = self._prior
        support, against = [], []
        for place, (level, surprise) in agreements.items():
            weight = self._usual[place][level]
            if level > CONFLICT:
                weight += surprise
            if self._is_direct[place]:
                total += weight
            elif weight > 0:
                support.append(weight)
            else:
                against.append(weight)
        support.sort()
        against.sort(reverse=True)
        return total + _discounted(support) + _discounted(against)


def _discounted(weights: Sequence[float]) -> float:
    """The sum of which the last weight counts in full, and each one before it for less."""
    total = 0.0
    for weight in weights:
        total = weight + total * _FURTHER
    return total


def _logs(shares: Shares) -> list[float]:
    """By level; a level that the kind does not know is never asked for."""
    return [log(shares[level]) if level in shares else 0.0 for level in _LEVELS]
