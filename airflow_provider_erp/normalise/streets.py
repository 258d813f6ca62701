"""Streets with their kind in one spelling: ``Möllert. 79`` is ``möllertie 79``, ``Storgata`` is ``storgatan``.

Source: the postal services' customary abbreviations. ASSUMED: the Swedish,
Norwegian and Danish word for one kind of street mean the same, as do their
forms with and without the article.
"""

from __future__ import annotations

import re
from functools import lru_cache

from airflow_provider_erp.normalise.fold import fold

_KINDS = """
gatan: gata gate gaten gade gaden
vägen: vagen väg vei veien veg vegen vej vejen
strasse: str strase straße
allee: allé allén alleen alleén
plats: platsen plads pladsen plass plassen platz
torg: torget torv torvet
stien: stigen
"""
_LETTERS = """
gatan: g gt
vägen: v vn
katu: k
tie: t
kuja: kj
polku: p
plats: pl
"""
_NOT_FINNISH = {"gt", "vn"}  # "Bergt." is "Bergtie" there
_BEFORE_A_NUMBER = r"\.\s*(?=[0-9]|$)"


def _table(lines: str) -> dict[str, str]:
    kinds = (line.split(": ") for line in lines.strip().splitlines())
    return {fold(spelling): kind for kind, spellings in kinds for spelling in spellings.split()}


def _one_of(table: dict[str, str]) -> str:
    return "|".join(sorted(table, key=len, reverse=True))


def _dotted(table: dict[str, str]) -> re.Pattern[str]:
    return re.compile(rf"(?:(?<=[^\W\d]{{2}})|(?<= )(?=gt|vn))({_one_of(table)}){_BEFORE_A_NUMBER}")


_KIND, _ABBREVIATED = _table(_KINDS), _table(_LETTERS)
_FINNISH = {short: kind for short, kind in _ABBREVIATED.items() if short not in _NOT_FINNISH}
_ENDING = re.compile(rf"({_one_of(_KIND)})(?:({_BEFORE_A_NUMBER})|(?!\w))")
_DOTTED, _DOTTED_IN_FINLAND = _dotted(_ABBREVIATED), _dotted(_FINNISH)
_FLAT = re.compile(r"((?<!\S)[0-9]+ ?[a-z])([0-9]+)$")
"""``5 A3`` and ``5 A 3`` are one flat, and ``5a`` one house."""
_HOUSE_LETTER = re.compile(r" (?=[a-z](?!\w))(?<=[0-9] )")


def street(value: str, country: str = "") -> str:
    """The folded street, kind and abbreviations spelt out, no commas, the house's letter at its number (``5a``).

    A letter with a dot abbreviates only in front of a number and at the end:
    ``St. Eriksg. 5`` is ``st. eriksgatan 5``.
    """
    name, blank, house = value.rpartition(" ")
    if blank and house.isascii() and house.isdecimal():
        return _numbered(f"{name} 1", country).removesuffix("1") + house
    return _spelt_out(value, country)


def _spelt_out(value: str, country: str) -> str:
    text = fold(value)
    if "," in text:
        text = " ".join(text.replace(",", " ").split())
    text = _ENDING.sub(lambda found: _KIND[found[1]] + (" " if found[2] else ""), text)
    if "." in text:
        dotted = _DOTTED_IN_FINLAND if country == "FI" else _DOTTED
        text = dotted.sub(lambda found: _ABBREVIATED[found[1]] + " ", text)
    return _HOUSE_LETTER.sub("", _FLAT.sub(r"\1 \2", text.rstrip()))


_numbered = lru_cache(maxsize=16_384)(_spelt_out)
"""Memoised at one house for all others: many customers live in a ``Storgatan``, and most in another house of it."""
