"""What similarity says of the customers that no key matches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow_provider_erp.matching import Pair

TELLING = {
    "name": "name",
    "org_number": "identifier",
    "vat_number": "identifier",
    "email": "email",
    "phone": "phone",
    "street": "text",
    "postal_code": "exact",
    "city": "text",
}
"""Fields that tell customers apart, and how similarity reads them."""

Edge = tuple[str, str]
Row = Mapping[str, str | None]
Rows = tuple[Sequence[Row], Sequence[Row]]
Doubles = tuple[tuple[str, ...], ...]


@dataclass(slots=True, kw_only=True)
class Likeness:
    """Pairs that are one customer, pairs that may be, groups of one side that are one, and what is left vague.

    ``taken`` are those of each side that have a partner already.
    """

    paired: list[Edge] = field(default_factory=list)
    suggested: list[Pair] = field(default_factory=list)
    doubles: tuple[Doubles, Doubles] = ((), ())
    vague: list[Edge] = field(default_factory=list)
    taken: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())

    def settled(self, place: int) -> set[str]:
        """Who of a side has a partner, or is but a double of another."""
        paired = {edge[place] for edge in self.paired}
        return self._and_doubles(place, paired | self.taken[place]) | {
            one for double in self.doubles[place] for one in double[1:]
        }

    def having(self, place: int) -> set[str]:
        """Who of a side has a partner by a key, and their doubles."""
        return self._and_doubles(place, self.taken[place])

    def first(self, place: int) -> dict[str, str]:
        """For each record that is held twice the first one of its group."""
        return {one: double[0] for double in self.doubles[place] for one in double}

    def _and_doubles(self, place: int, ids: Set[str]) -> set[str]:
        return {*ids, *(one for double in self.doubles[place] if ids & {*double} for one in double)}
