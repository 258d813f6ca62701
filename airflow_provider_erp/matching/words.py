"""How two names or texts compare, word by word: words that are spelled alike count, too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import fsum
from typing import NamedTuple

from rapidfuzz.distance import OSA

from airflow_provider_erp.matching.agreement import CLOSE, CONFLICT, NO_AGREEMENT, PARTLY, SAME, Agreement
from airflow_provider_erp.matching.frequencies import Rarity
from airflow_provider_erp.matching.values import Tokens

_CONFLICT_SHARE = 0.12
"""Of what a name says: when more of it contradicts, the two may be sisters. A rare word is more, a town often less."""
_TEXT_SHARE = 0.5
"""The same of a text: half an address is often written otherwise."""

_ALIKE = 0.8
"""Words less alike than this are two words: one letter in five may differ."""
_INITIAL, _BEGINNING, _ONE_LETTER = 0.82, 0.9, 0.85
"""How alike an initial, an abbreviation or a word with one wrong letter is to the whole word."""
_SHORTEST = 3
"""Of two letters one is too many to be wrong."""
_MISSPELLED_BEGINNING = 4
"""An abbreviation of so many letters may have one of them wrong, if the word is longer by more than two."""
_MOST_PAIRS_OF_WORDS = 1_000
"""Of longer texts only the words that are the same count: no name takes seconds."""
_LEAST_LETTERS = 6
"""Shorter texts, with their blanks moved, are too often other words."""
_ROMAN = re.compile(r"x{0,3}(?:ix|iv|v?i{0,3})")
"""Up to 39; no house has more companies of one name."""
_LONG = 12
"""A text of so many letters may have two of them wrong when its blanks are moved, a shorter one."""


class _Alignment(NamedTuple):
    """The words of two texts: how rare those are that both have, and what only one of them has."""

    shared: list[float]
    only_one: Sequence[str] = ()
    only_other: Sequence[str] = ()
    is_exact: bool = False


def compare_names(one: Tokens, other: Tokens, rarity: Rarity) -> Agreement:
    """Names: every word counts, for a sister company differs in one; ``Meri II`` is a sister of ``Meri``."""
    return _compare(one, other, rarity, _CONFLICT_SHARE, numbers_tell=True)


def compare_words(one: Tokens, other: Tokens, rarity: Rarity) -> Agreement:
    """Texts: most of the words are enough."""
    return _compare(one, other, rarity, _TEXT_SHARE, numbers_tell=False)


def _compare(one: Tokens, other: Tokens, rarity: Rarity, conflict_share: float, *, numbers_tell: bool) -> Agreement:
    if one == other:
        return Agreement(SAME, rarity.of_all(map(rarity.of, one)))
    found = _align(one, other, rarity)
    if not found.shared:
        return NO_AGREEMENT
    surprise = rarity.of_all(found.shared)
    lost, lost_other = fsum(map(rarity.of, found.only_one)), fsum(map(rarity.of, found.only_other))
    if not lost and not lost_other:
        return Agreement(SAME if found.is_exact else CLOSE, surprise)
    matched, against = fsum(found.shared), min(lost, lost_other)
    numbered = numbers_tell and any(map(_is_number, (*found.only_one, *found.only_other)))
    if numbered or against > conflict_share * (matched + against):
        return Agreement(CONFLICT, surprise)
    return Agreement(PARTLY, surprise * matched / (matched + max(lost, lost_other)))


def _align(one: Tokens, other: Tokens, rarity: Rarity) -> _Alignment:
    shared = [rarity.of(word) for word in one if word in other]
    rest, rest_other = [w for w in one if w not in other], [w for w in other if w not in one]
    if not rest and not rest_other:
        return _Alignment(shared, is_exact=True)
    for alike, word, word_other in _alike_words(rest, rest_other):
        if word in rest and word_other in rest_other:
            rest.remove(word)
            rest_other.remove(word_other)
            shared.append(min(rarity.of(word), rarity.of(word_other)) * alike)
    if (rest or rest_other) and _same_letters(one, other, (*rest, *rest_other)):
        return _Alignment(_without_blanks(one, other, rarity) or shared)
    return _Alignment(shared, rest, rest_other)


def _without_blanks(one: Tokens, other: Tokens, rarity: Rarity) -> list[float]:
    """How rare the words of the text in more words are, so far as others have them, too."""
    words = max((one, other), key=lambda each: (len(each), each))
    return [rarity.of(word) * _ALIKE for word in words if rarity.counts[word] > 1]


def _alike_words(words: Sequence[str], others: Sequence[str]) -> list[tuple[float, str, str]]:
    """Pairs of words that are spelled alike, the most alike first, in an order that does not know the sides."""
    if len(words) * len(others) > _MOST_PAIRS_OF_WORDS:
        return []
    pairs = [(alike, word, other) for word in words for other in others if (alike := _alike(word, other))]
    pairs.sort(key=lambda pair: (-pair[0], min(pair[1:]), max(pair[1:])))
    return pairs


def _same_letters(words: Tokens, others: Tokens, unlike: Iterable[str]) -> bool:
    """Whether only blanks are elsewhere and a letter or two wrong; none where a mark is ``unlike``, never a digit."""
    one, other = "".join(words), "".join(others)
    length = min(len(one), len(other))
    if length < _LEAST_LETTERS or max(len(one), len(other)) > length + 2:
        return False
    usual = 1 if length < _LONG else 2
    wrong = 0 if any(map(_is_mark, unlike)) else usual
    return OSA.distance(one, other, score_cutoff=wrong) <= wrong and _digits(one) == _digits(other)


def _is_mark(word: str) -> bool:
    """Whether the word may number a company among its sisters: a letter (``Meri B``) or a Roman numeral."""
    return len(word) == 1 or _ROMAN.fullmatch(word) is not None


def _is_number(word: str) -> bool:
    """Whether the word is a number; of one letter it may be an initial."""
    return word.isdigit() or (len(word) > 1 and _ROMAN.fullmatch(word) is not None)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


@lru_cache(maxsize=100_000)
def _alike(one: str, other: str) -> float:
    """How alike two words are, from ``_ALIKE`` to 1, or 0: misspelled, or abbreviated; numbers never are."""
    if one.isdigit() or other.isdigit() or (_is_mark(one) and _is_mark(other)):
        return 0.0
    short, long = sorted((one, other), key=len)
    if len(short) < _SHORTEST:
        return _INITIAL if len(short) == 1 and long.startswith(short) else 0.0
    if long.startswith(short):
        return _BEGINNING
    if abs(len(long) - len(short)) < 2 and OSA.distance(short, long, score_cutoff=1) <= 1:
        return _ONE_LETTER
    if len(short) == _MISSPELLED_BEGINNING and len(long) > len(short) + 2:
        return _ALIKE if OSA.distance(short, long[: len(short)], score_cutoff=1) <= 1 else 0.0
    return float(OSA.normalized_similarity(short, long, score_cutoff=_ALIKE))
