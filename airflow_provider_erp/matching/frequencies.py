"""How rare values and words are: what two rows share says the more, the fewer others have it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, cached_property
from itertools import chain
from math import fsum, log

from airflow_provider_erp.matching.values import Tokens

_DAMPING = (1.0, 0.9, 0.8, 0.65, 0.5, 0.35)
"""Words of one value are not independent of each other: each further one adds less, from the sixth on the same."""
_MOST = 16.0
"""No value says more than that one in nine millions (e to the 16th) has it, however long it is."""
_UNIQUE = 0.4
"""What two rows share and no other has is rarer than twice in the tables at hand: by how much they cannot tell."""
_LEAST = 0.05
"""A word that every row has still says that it was not left out."""
_FEWEST = 10
"""So many rows there are at least: that all of three have a name is no sign that it is a frequent one."""


class Rarity:
    """Of one field, over both sides: natural logarithms of one over the share of the rows that have something."""

    def __init__(self, values: Sequence[Tokens | str | None], *, with_domains: bool = False) -> None:
        self._rows = max(len(values), _FEWEST)
        self.counts = _counted(values, with_domains=with_domains)
        """How many rows have the word, or the value."""
        self.of = cache(self._of)
        """The rarity of a word or value that is in the tables."""

    def _of(self, word: str) -> float:
        count = self.counts[word]
        return log(self._rows / (count if count > 2 else _UNIQUE)) + _LEAST

    @cached_property
    def usual(self) -> float:
        """What a row's value says on average, if no word hangs on another."""
        return fsum(count * self.of(word) for word, count in self.counts.items()) / self._rows

    def of_all(self, rarities: Iterable[float]) -> float:
        """What several words say together."""
        ordered = sorted(rarities, reverse=True)
        if len(ordered) == 1:
            return min(ordered[0], _MOST)
        damped = (rarity * _DAMPING[min(place, 5)] for place, rarity in enumerate(ordered))
        return min(fsum(damped), _MOST)


def _counted(values: Sequence[Tokens | str | None], *, with_domains: bool) -> Counter[str]:
    """How many rows have each word, each value that is compared whole and, on request, each ``@domain``."""
    texts = [value for value in values if isinstance(value, str)]
    counts = Counter(texts)
    if with_domains:
        counts.update("@" + text.partition("@")[2] for text in texts)
    if not texts:
        counts.update(chain.from_iterable(value for value in values if value is not None))
    return counts
