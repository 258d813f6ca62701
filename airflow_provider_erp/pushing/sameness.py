"""Records of one push that mean one customer, as far as the records themselves show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from airflow_provider_erp.normalise.fields import normalise
from airflow_provider_erp.pushing.keyless import digest_of
from airflow_provider_erp.pushing.target import Match, Wish

_SHARED = "org_number"
"""A key that several customers may have: an organisation may be a customer more than once."""
_SAME_KEY = "record {!r} of this push has the same {}; leave out one of them"
_SAME_CONTENT = "record {!r} of this push says the same, and neither has a key; leave out one of them"
_By = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sameness:
    """What the wishes of one push have in common.

    A number of a record without a country is read by the country of every
    other one, as the system may read it by any.
    """

    wishes: Sequence[Wish]
    _countries: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_countries", frozenset(("", *map(_country, self.wishes))))

    def objections(self) -> Mapping[str, str]:
        """By the keys of two wishes of one customer: why neither is to be written.

        One is found by what the other says beside its own key, or both are new,
        have no key and say the same.

        Raises:
            ValueError: two have the same key.
        """
        found_by, objections = self._by_key(), dict(self._twins())
        names = {by for by, _ in found_by} - {"source_id"}
        for wish in self.wishes:
            for by in names:
                for spelt in self._spellings(wish, by, wish.to.get(by)):
                    objections |= _of_both(wish, found_by.get((by, spelt)), _SAME_KEY, by)
        return objections

    def siblings(self) -> Mapping[str, Sequence[Match]]:
        """By the keys of wishes that may create: how those are found that share the organisation number."""
        sharing: dict[str, list[Match]] = {}
        of_wish: dict[str, list[list[Match]]] = {}
        for wish in self.wishes:
            if wish.match and wish.match.by != _SHARED:
                for spelt in self._spellings(wish, _SHARED, wish.to.get(_SHARED)):
                    group = sharing.setdefault(spelt, [])
                    group.append(wish.match)
                    if wish.besides:
                        of_wish.setdefault(wish.key, []).append(group)
        return {key: groups[0] if len(groups) == 1 else [*chain(*groups)] for key, groups in of_wish.items()}

    def _by_key(self) -> dict[_By, Wish]:
        """The wishes by what they are found by; no two by the same."""
        found_by: dict[_By, Wish] = {}
        for wish in self.wishes:
            by, value = (wish.match.by, wish.match.value) if wish.match else ("", None)
            for spelt in self._spellings(wish, by, value):
                other = found_by.setdefault((by, spelt), wish)
                if other is not wish:
                    named = " and ".join(sorted((wish.key, other.key)))
                    raise ValueError(
                        f"two records have the same {by}; nothing was sent: leave out one of them ({named})"
                    )
        return found_by

    def _twins(self) -> Iterator[tuple[str, str]]:
        """The keys of two new records without a key that say the same, in whatever spelling."""
        by_content: dict[str, Wish] = {}
        for wish in self.wishes:
            if wish.mode == "create" and wish.match is None:
                other = by_content.setdefault(digest_of(wish.to), wish)
                yield from _of_both(wish, other, _SAME_CONTENT).items()

    def _spellings(self, wish: Wish, by: str, value: str | None) -> set[str]:
        if not value:
            return set()
        if by == "source_id":
            return {value}
        country = _country(wish)
        countries = {country} if country or by != _SHARED else self._countries
        return {normalise(by, value, each) or "" for each in countries}


def _of_both(wish: Wish, other: Wish | None, reason: str, *said: str) -> dict[str, str]:
    if other is None or other is wish:
        return {}
    return {one.key: reason.format(two.key, *said) for one, two in ((wish, other), (other, wish))}


def _country(wish: Wish) -> str:
    return normalise("country", wish.to.get("country")) or ""
