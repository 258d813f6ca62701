"""What a field's value is compared by: words of a name or a text, one comparable text for the other kinds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import chain

from airflow_provider_erp.normalise.emails import email as read_email
from airflow_provider_erp.normalise.fold import compact, fold
from airflow_provider_erp.normalise.identifiers import org_number
from airflow_provider_erp.normalise.legal_forms import split_legal_form
from airflow_provider_erp.normalise.phones import phone as read_phone

Tokens = tuple[str, ...]

_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "œ": "oe", "'": "", "\u2019": ""}
)
_TOKEN = re.compile(r"[^\W_]+")
_EMPTY_WORDS = frozenset(("and", "och", "og", "ja", "und", "the", "of", "a", "an"))
_LETTER = "a"
"""No article where it is the last word: ``Meri A`` has a sister ``Meri B``."""
_LEAST_DIGITS = 6
"""What is left of a number when its country is cut has at least so many digits."""
_SWEDISH_VAT = 12
"""Ten digits and the suffix ``01``."""
_NOT_A_DIGIT = re.compile(r"[^0-9]+")
_DAY_FIRST = re.compile(r"\D*(\d{1,2})\D+(\d{1,2})\D+(\d{4})\D*", re.ASCII)
_YEAR_FIRST = re.compile(r"\D*(\d{4})\D+(\d{1,2})\D+(\d{1,2})(?:\D.*)?", re.ASCII)


def plain(value: str) -> str:
    """The folded text in plain letters: ``Müller``, ``Mueller`` and ``Muller`` are the same."""
    text = fold(value)
    if text.isascii():
        bare = text.replace("'", "")
    else:
        letters = unicodedata.normalize("NFKD", text.translate(_LETTERS))
        bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return bare.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def words(value: str) -> Tokens:
    """The words and numbers, each once, in plain letters and in their order."""
    found = dict.fromkeys(chain.from_iterable(map(_words_between_blanks, value.split())))
    last = next(reversed(found), "")
    return tuple(word for word in found if word not in _EMPTY_WORDS or word == last == _LETTER) or tuple(found)


@lru_cache(maxsize=50_000)
def _words_between_blanks(value: str) -> Tokens:
    return tuple(_TOKEN.findall(plain(value)))


def name(value: str) -> tuple[Tokens, str]:
    """The words of a name without its legal form, and that form; empty where there is none."""
    core, form = split_legal_form(value)
    return words(core), form


def text(value: str, _country: str) -> Tokens:
    """The words of a text, such as an address or a title."""
    return words(value)


def date(value: str, _country: str) -> str:
    """Eight digits, the year first, where the value says one; else its digits."""
    if found := _YEAR_FIRST.fullmatch(value):
        year, month, day = found.groups()
    elif found := _DAY_FIRST.fullmatch(value):
        day, month, year = found.groups()
    else:
        return _NOT_A_DIGIT.sub("", value)
    return f"{year}{month:0>2}{day:0>2}"


def identifier(value: str, country: str) -> str:
    """The canonical number without its country's prefix; nothing for a placeholder.

    A number with a typing error in it loses its prefix, too.
    """
    number = org_number(value, country)
    if country and number.startswith(country) and len(number) > _LEAST_DIGITS:
        number = number[2:].removesuffix("MVA")
        if country == "SE" and len(number) == _SWEDISH_VAT:
            number = number.removesuffix("01")
    return number if len(set(number)) > 1 else ""


def exact(value: str, _country: str) -> str:
    """Letters and digits only."""
    return compact(plain(value))


def email(value: str, _country: str) -> str:
    """The address in small letters."""
    return read_email(value)


READERS: Mapping[str, Callable[[str, str], Tokens | str]] = {
    "text": text,
    "exact": exact,
    "phone": read_phone,
    "email": email,
    "identifier": identifier,
    "date": date,
}
"""By kind: a function of the value and the row's country (alpha-2, or empty); empty = there is no value.

Names are read by :func:`name`: their legal form is compared apart.
"""
