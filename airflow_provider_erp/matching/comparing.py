"""How two values of one field compare, by the field's kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rapidfuzz.distance import OSA

from airflow_provider_erp.matching.agreement import CLOSE, NO_AGREEMENT, PARTLY, SAME, Agreement
from airflow_provider_erp.matching.frequencies import Rarity
from airflow_provider_erp.matching.words import compare_names, compare_words

_TYPING_ERROR = 0.7
"""What a value with a typing error says, as a share of the whole value."""
_LEAST_LETTERS = 5
"""Shorter values are other values when one letter differs."""

_IDENTIFIER = 12.0
"""A register's number is one of 160,000 (e to the 12th) at least, however few rows there are."""
_SHARED_BY = 4
"""So many rows are one customer and its duplicates; each further one makes the number say less."""
_MISTYPED_IDENTIFIER = 5.0
"""What a number with one wrong digit says: about one in 150 strangers has one that is so near."""
_LEAST_DIGITS = 6

_SAME_FORM, _NEAR_FORM = Agreement(SAME, 0.0), Agreement(CLOSE, 0.0)
_BILINGUAL = {"oy", "ab"}
"""A Finnish company may be ``Oy`` in one system and ``Ab`` in another."""

_HOUSE = 3.0
"""A domain of more than one row in 20 (e to the 3rd) is a provider's, not a house's."""


def compare_values(one: str, other: str, rarity: Rarity) -> Agreement:
    """Values that are compared whole: the same, or one typing error apart."""
    if one == other:
        return Agreement(SAME, rarity.of(one))
    if _is_mistyped(one, other, _LEAST_LETTERS):
        return _mistyped(one, other, rarity)
    return NO_AGREEMENT


def compare_identifiers(one: str, other: str, rarity: Rarity) -> Agreement:
    """Numbers that a register gives once: sharing one is no chance, unless many rows carry it."""
    if one == other:
        others = max(rarity.counts[one] - _SHARED_BY, 0)
        return Agreement(SAME, max(rarity.of(one), _IDENTIFIER - others))
    if _is_mistyped(one, other, _LEAST_DIGITS):
        return Agreement(CLOSE, _MISTYPED_IDENTIFIER)
    return NO_AGREEMENT


def compare_dates(one: str, other: str, rarity: Rarity) -> Agreement:
    """Days: the same, day and month swapped, or one digit apart."""
    if one != other and one[:4] + one[6:] + one[4:6] == other:
        return _mistyped(one, other, rarity)
    return compare_values(one, other, rarity)


def compare_forms(one: str, other: str, _rarity: Rarity) -> Agreement:
    """Legal forms: one in common says next to nothing; nearly the same are a part of one, and its translation."""
    if one == other:
        return _SAME_FORM
    words, others = set(one.split()), set(other.split())
    return _NEAR_FORM if words <= others or others <= words or words | others == _BILINGUAL else NO_AGREEMENT


def compare_emails(one: str, other: str, rarity: Rarity) -> Agreement:
    """Addresses: the same, another mailbox of the same house, or nearly the same."""
    domain = one.partition("@")[2]
    if one != other and domain and domain == other.partition("@")[2]:
        surprise = rarity.of("@" + domain)
        if surprise > _HOUSE:
            return Agreement(PARTLY, surprise)
    return compare_values(one, other, rarity)


def _is_mistyped(one: str, other: str, least_length: int) -> bool:
    """Whether one character is wrong, absent or too many, or two neighbours are swapped."""
    short, long = len(one), len(other)
    return short >= least_length <= long and -2 < short - long < 2 and OSA.distance(one, other, score_cutoff=1) <= 1


def _mistyped(one: str, other: str, rarity: Rarity) -> Agreement:
    return Agreement(CLOSE, min(rarity.of(one), rarity.of(other)) * _TYPING_ERROR)


COMPARERS: Mapping[str, Callable[[Any, Any, Rarity], Agreement]] = {
    "name": compare_names,
    "text": compare_words,
    "exact": compare_values,
    "phone": compare_values,
    "email": compare_emails,
    "identifier": compare_identifiers,
    "date": compare_dates,
    "form": compare_forms,
}
"""By kind: a function of two values that are there, and of how rare such values are."""
