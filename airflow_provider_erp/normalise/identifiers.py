"""Organisation and VAT numbers in one spelling, without judging whether they are valid.

Source: the registers' public formats, as the project's vendor notes give them.
Finnish ``FI`` + 8 digits is the Y-tunnus without its dash; a Swedish VAT
number is ``SE`` + 10 digits + ``01`` and ``16`` before 10 digits marks an
organisation; a Norwegian one is ``NO`` + 9 digits + ``MVA``. Leading zeros
stay. ASSUMED: ``DK`` + 8 digits is the CVR number.
"""

from __future__ import annotations

import re

from airflow_provider_erp.normalise.fold import compact

_PREFIXED = re.compile(r"(FI|DK)([0-9]{8})|(SE)([0-9]{10})(?:01)?|(NO)([0-9]{9})(?:MVA)?|([0-9]{9})MVA")
_BARE = {
    "": re.compile(r"16([0-9]{10})"),
    "DK": re.compile(r"([0-9]{8})"),
    "FI": re.compile(r"([0-9]{8})"),
    "NO": re.compile(r"([0-9]{9})"),
    "SE": re.compile(r"16([0-9]{10})|([0-9]{10})(?:01)?"),
}
_VAT_FORM = {"DK": "DK{}", "FI": "FI{}", "NO": "NO{}MVA", "SE": "SE{}01"}
_VAT_PREFIX = re.compile(
    "AT|BE|BG|CHE|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|NO|PL|PT|RO|SE|SI|SK|XI"
)


def org_number(value: str, country: str = "") -> str:
    """The number of the register, without the marks that make a VAT number of it.

    ``country`` is an ISO alpha-2 code, or empty when it is not known. German
    register numbers keep their letters: ``HRB 123456`` is ``HRB123456``.
    """
    text = compact(value)
    _, digits = _nordic(text, country)
    return digits or text


def vat_number(value: str, country: str = "") -> str:
    """The VAT number with its country's prefix, where the country or the number tells it.

    A Nordic organisation number in its place becomes the VAT number that
    belongs to it, so that a system that mixes the two agrees with one that does not.
    """
    text = compact(value)
    nation, digits = _nordic(text, country)
    if nation:
        return _VAT_FORM[nation].format(digits)
    prefix = "EL" if country == "GR" else country
    if text and _VAT_PREFIX.fullmatch(prefix) and not _VAT_PREFIX.match(text):
        return prefix + text
    return text


def is_placeholder(value: str, country: str = "") -> bool:
    """Whether an organisation or VAT number stands for none: no digit in it, or the same one throughout.

    The marks that make a VAT number of it (``SE`` ... ``01``) do not count.
    Check digits are not judged: ``123456789`` is no placeholder.
    """
    return len(set(filter(str.isdigit, org_number(value, country)))) < 2


def _nordic(text: str, country: str) -> tuple[str, str]:
    """The country and the digits of its register, or two empty texts."""
    if found := _PREFIXED.fullmatch(text):
        nation, *rest = (part for part in found.groups() if part)
        return (nation, rest[0]) if rest else ("NO", nation)
    bare = _BARE.get(country)
    if bare and (found := bare.fullmatch(text)):
        return country or "SE", next(part for part in found.groups() if part)
    return "", ""
