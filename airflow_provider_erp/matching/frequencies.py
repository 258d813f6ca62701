"""How rare values and words are: what two rows share says the more, the fewer others have it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from airflow_provider_erp.matching.values import Tokens

_DAMPING = (1.0, 0.9, 0.8, 0.65, 0.5, 0.35)
"""Words of one value are not independent of each other: each further one adds less."""
_MOST = 16.0
_LEAST = 0.05


class Rarity:
    """Of one field, over both sides: natural logarithms of one over the share of the rows that have something."""

    def __init__(self, values: Sequence[Tokens | str | None], *, with_domains: bool = False) -> None:
        self._rows = max(len(values), 2)
        counts: Counter[str] = Counter()
        for value in values:
            counts.update((value,) if isinstance(value, str) else value or ())
            if with_domains and isinstance(value, str):
                counts["@" + value.partition("@")[2]] += 1
        self._counts = counts
        self._rarities: dict[str, float] = {}

    @property
    def usual(self) -> float:
        """What a row's value says on average, if no word hangs on another."""
        return math.fsum(count * self.of(word) for word, count in self._counts.items()) / self._rows

    def count(self, word: str) -> int:
        """How many rows have the word or the value."""
        return self._counts[word]

    def of(self, word: str) -> float:
        """The word's own rarity; a word that one row of each side has is as rare as any."""
        rarity = self._rarities.get(word)
        if rarity is None:
            rarity = self._rarities[word] = math.log(self._rows / (self._counts[word] if self._counts[word] > 2 else 0.4)) + _LEAST
        return rarity

    def of_all(self, rarities: Iterable[float]) -> float:
        """What several words say together."""
        ordered = sorted(rarities, reverse=True)
        damped = (rarity * _DAMPING[min(place, 5)] for place, rarity in enumerate(ordered))
        return min(math.fsum(damped), _MOST)
