"""Whether an organisation or VAT number can be one, by its shape and its check digits (python-stdnum)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal, cast

from airflow_provider_erp.normalise.check_digits import CHECKSUMS
from airflow_provider_erp.normalise.identifiers import Reading, as_vat_number, read_number, says_nothing, vat_prefix

Validity = Literal["valid", "invalid", "unknown", ""]

_ANY_SHAPE = ".+"
_REGISTERS = {
    "BE": ("vat", _ANY_SHAPE),
    "BG": ("vat", "[0-9]{9,10}"),
    "CZ": ("dic", "[0-9]{8}"),
    "DE": ("vat", "(DE)?[0-9]{9}"),
    "DK": ("cvr", _ANY_SHAPE),
    "EE": ("registrikood", "(?![0-9]{9}$).+"),
    "ES": ("nif", "[A-Z][0-9]{7}[0-9A-Z]|[0-9]{8}[A-Z]"),
    "FI": ("ytunnus", _ANY_SHAPE),
    "FR": ("siren", "[0-9]{9}"),
    "HR": ("oib", _ANY_SHAPE),
    "IT": ("iva", "[0-9]{11}"),
    "LV": ("pvn", _ANY_SHAPE),
    "NO": ("orgnr", _ANY_SHAPE),
    "PL": ("nip", "[1-9][0-9]{9}"),
    "PT": ("nif", _ANY_SHAPE),
    "RO": ("cf", "(RO)?[0-9]{2,10}"),
    "SE": ("orgnr", _ANY_SHAPE),
}
"""By country: the checker of its register's numbers, and which numbers it judges.

Where a country has registers without check digits (HRB of Germany, KRS of
Poland), only the shape that has them is judged. ASSUMED: nine digits in the
place of a German organisation number are its VAT number, and of an Estonian
one, too, which has eight.
"""

_DIGITS = {
    "DK": re.compile("[1-9][0-9]{7}"),
    "FI": re.compile("[0-9]{8}"),
    "NO": re.compile("[0-9]{9}"),
    "SE": re.compile("[0-9]{10}"),
}
"""By country: numbers that only a wrong checksum can rule out; without cleaning them first it takes half the time."""

_VAT_COUNTRY = {"CHE": "CH", "EL": "GR", "XI": "GB"}


def validity(field: str, value: str, country: str = "") -> Validity:
    """Whether the value of ``org_number`` or ``vat_number`` can be one; empty for nothing and for placeholders.

    ``invalid`` is a wrong check digit, or a wrong shape in a country that has
    but one; ``unknown`` where nothing can be checked: no country, a country or
    a register without a checker. The number's own prefix goes before the
    customer's country.
    """
    return validity_of(field, read_number(value, country), country)


def validity_of(field: str, reading: Reading, country: str) -> Validity:
    """What :func:`validity` gives, of a number that was read in the same country."""
    text, nation, digits = reading
    number = digits or text
    if says_nothing(number):
        return ""
    if nation or field == "org_number":  # a VAT number may be made of the register's
        return _in_register(nation or country, number)
    vat = as_vat_number(reading, country)
    if not vat_prefix(vat):
        return "unknown"
    return "valid" if _is_vat_number(vat) else "invalid"


def only_register(number: str) -> str:
    """The country of the only Nordic register in which bare digits have the right check digits, or an empty text."""
    found = [nation for nation, shape in _DIGITS.items() if shape.fullmatch(number) and not CHECKSUMS[nation](number)]
    return found[0] if len(found) == 1 else ""


def _in_register(nation: str, number: str) -> Validity:
    if number[0].isalpha() and _is_vat_number(number):
        return "valid"
    if (digits := _DIGITS.get(nation)) and digits.fullmatch(number):
        return "valid" if CHECKSUMS[nation](number) == 0 else "invalid"
    module, shape = _REGISTERS.get(nation, ("", ""))
    fits = shape == _ANY_SHAPE or re.fullmatch(shape, number)
    return _judged(nation, module, number) if fits else "unknown"


def _is_vat_number(text: str) -> bool:
    """Whether it is a valid one by the prefix that it bears."""
    prefix = vat_prefix(text)
    return bool(prefix) and _judged(_VAT_COUNTRY.get(prefix, prefix), "vat", text) == "valid"


@lru_cache(maxsize=1_024)
def _judged(country: str, module: str, number: str) -> Validity:
    """Memoised for the VAT number that stands beside the organisation number it is made of."""
    return "valid" if _checker(country, module)(number) else "invalid"


@lru_cache(maxsize=64)
def _checker(country: str, module: str) -> Callable[[str], bool]:
    from stdnum import get_cc_module  # noqa: PLC0415  # not when a DAG file is parsed

    return cast("Callable[[str], bool]", cast("Any", get_cc_module(country, module)).is_valid)
