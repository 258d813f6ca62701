"""How two values of one field compare: a level, and how much an agreement of that kind says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from airflow_provider_erp.matching.frequencies import Rarity
from airflow_provider_erp.matching.values import Tokens

DIFFERENT, CONFLICT, PARTLY, CLOSE, SAME = range(5)
"""Levels of agreement. ``CONFLICT`` is partial agreement where each side has a word that the other lacks."""

_IDENTIFIER_SURPRISE = 12.0
_WORD_ALIKE = 0.8
_CONFLICT_SHARE = 0.12
_TEXT_SHARE = 0.5


class Agreement(NamedTuple):
    """``surprise`` is the natural logarithm of one over the chance that two strangers agree like this."""

    level: int
    surprise: float


_NONE = Agreement(DIFFERENT, 0.0)


def compare_texts(one: str, other: str, rarity: Rarity) -> Agreement:
    """Texts that are compared whole: the same, or one typing error apart."""
    if one == other:
        return Agreement(SAME, rarity.of(one))
    if len(one) > 4 and OSA.distance(one, other, score_cutoff=1) <= 1:
        return Agreement(CLOSE, min(rarity.of(one), rarity.of(other)) * 0.7)
    return _NONE


def compare_identifiers(one: str, other: str, rarity: Rarity) -> Agreement:
    """Numbers that a register gives once: sharing one is no chance, unless many rows carry it."""
    if one == other:
        return Agreement(SAME, max(rarity.of(one), _IDENTIFIER_SURPRISE - max(rarity.count(one) - 4, 0)))
    if len(one) > 5 and OSA.distance(one, other, score_cutoff=1) <= 1:
        return Agreement(CLOSE, 5.0)
    return _NONE


def compare_dates(one: str, other: str, rarity: Rarity) -> Agreement:
    """Days: the same, day and month swapped, or one digit apart."""
    if one[:4] == other[:4] and one[4:6] == other[6:] and one[6:] == other[4:6] and one != other:
        return Agreement(CLOSE, min(rarity.of(one), rarity.of(other)) * 0.7)
    return compare_texts(one, other, rarity)


def compare_forms(one: str, other: str, rarity: Rarity) -> Agreement:
    """Legal forms: one in common says next to nothing."""
    return Agreement(SAME, 0.0) if one == other else _NONE


def compare_emails(one: str, other: str, rarity: Rarity) -> Agreement:
    """Addresses: the same, nearly, or another mailbox of the same house."""
    whole = compare_texts(one, other, rarity)
    if whole.level == SAME:
        return whole
    domain = one.partition("@")[2]
    if domain and domain == other.partition("@")[2]:
        surprise = rarity.of("@" + domain)
        if surprise > 3:
            return Agreement(PARTLY, surprise)
    return whole


def compare_names(one: Tokens, other: Tokens, rarity: Rarity) -> Agreement:
    """Names: every word counts, for a sister company differs in one."""
    return _compare_words(one, other, rarity, _CONFLICT_SHARE)


def compare_words(one: Tokens, other: Tokens, rarity: Rarity) -> Agreement:
    """Texts: most of the words are enough."""
    return _compare_words(one, other, rarity, _TEXT_SHARE)


def _compare_words(one: Tokens, other: Tokens, rarity: Rarity, conflict_share: float) -> Agreement:
    if one == other:
        return Agreement(SAME, rarity.of_all(map(rarity.of, one)))
    found = _align(one, other, rarity)
    if not found.shared:
        return _NONE
    surprise = rarity.of_all(found.shared)
    lost, lost_other = sum(map(rarity.of, found.only_one)), sum(map(rarity.of, found.only_other))
    if not lost and not lost_other:
        return Agreement(SAME if found.is_exact else CLOSE, surprise)
    matched, against = sum(found.shared), min(lost, lost_other)
    if against > conflict_share * (matched + against):
        return Agreement(CONFLICT, surprise)
    return Agreement(PARTLY, surprise * matched / (matched + max(lost, lost_other)))


class _Alignment(NamedTuple):
    """The words of two texts: how rare those are that both have, and what only one of them has."""

    shared: list[float]
    only_one: list[str]
    only_other: list[str]
    is_exact: bool


def _align(one: Tokens, other: Tokens, rarity: Rarity) -> _Alignment:
    common = sorted(set(one).intersection(other))
    shared = [rarity.of(word) for word in common]
    rest, rest_other = [w for w in one if w not in common], [w for w in other if w not in common]
    if not rest and not rest_other:
        return _Alignment(shared, rest, rest_other, True)
    for alike, word, word_other in _alike_words(rest, rest_other):
        if word in rest and word_other in rest_other:
            rest.remove(word)
            rest_other.remove(word_other)
            shared.append(min(rarity.of(word), rarity.of(word_other)) * alike)
    if (rest or rest_other) and _same_letters(one, other):
        words = max((one, other), key=len)
        return _Alignment([rarity.of(word) * _WORD_ALIKE for word in words if rarity.count(word) > 1] or shared, [], [], False)
    return _Alignment(shared, rest, rest_other, False)


def _alike_words(words: list[str], others: list[str]) -> list[tuple[float, str, str]]:
    """Pairs of words that are spelled alike, the most alike first, in an order that does not know the sides."""
    pairs = ((_alike(word, other), word, other) for word in words for other in others)
    return sorted((p for p in pairs if p[0] >= _WORD_ALIKE), key=lambda p: (-p[0], min(p[1:]), max(p[1:])))


def _same_letters(one: Tokens, other: Tokens) -> bool:
    """Whether only the blanks between the words, and little else, are elsewhere."""
    joined, joined_other = "".join(one), "".join(other)
    if len(joined) < 6 or abs(len(joined) - len(joined_other)) > 2:
        return False
    return OSA.distance(joined, joined_other, score_cutoff=2) <= (1 if len(joined) < 12 else 2)


@lru_cache(maxsize=200_000)
def _alike(one: str, other: str) -> float:
    """From 0 to 1: spelling errors and abbreviations are alike, two numbers only when they are equal."""
    if one.isdigit() or other.isdigit():
        return 0.0
    short, long = sorted((one, other), key=len)
    if len(short) < 3:
        return 0.82 if len(short) == 1 and long.startswith(short) else 0.0
    if long.startswith(short):
        return 0.9
    if OSA.distance(short, long, score_cutoff=1) <= 1:
        return 0.85
    if len(long) > len(short) + 2 and len(short) <= 4 and OSA.distance(short, long[: len(short)], score_cutoff=1) <= 1:
        return 0.8 if len(short) == 4 else 0.0
    return OSA.normalized_similarity(short, long, score_cutoff=_WORD_ALIKE)


COMPARERS: Mapping[str, Callable[..., Agreement]] = {
    "name": compare_names,
    "text": compare_words,
    "exact": compare_texts,
    "phone": compare_texts,
    "email": compare_emails,
    "identifier": compare_identifiers,
    "date": compare_dates,
    "form": compare_forms,
}
"""By kind: a function of two values that are there, and of how rare such values are."""
