"""Organisation and VAT numbers in one spelling, without judging whether they are valid.

Source: the registers' public formats, as the project's vendor notes and the
documentation of python-stdnum give them. Finnish ``FI`` + 8 digits is the
Y-tunnus without its dash; a Swedish VAT number is ``SE`` + 10 digits + ``01``,
``16`` before 10 digits marks an organisation and ``19`` or ``20`` before a
birthday a sole trader; a Norwegian one is ``NO`` + 9 digits + ``MVA``. Leading
zeros stay, and those that a spreadsheet ate come back where the length tells.
Åland's companies are in Finland's register, and Greece's prefix is ``EL``.
ASSUMED: ``DK`` + 8 digits is the CVR number; a Finnish number of seven digits
and a Belgian one of nine have lost a zero.
"""

from __future__ import annotations

import re

from airflow_provider_erp.normalise.fold import compact

Reading = tuple[str, str, str]
"""A number without its name, the country of its register, and its digits there; of both none where no shape tells."""

_BORN = "(?:19|20)([0-9]{2}(?:0[1-9]|1[0-2])[0-9]{6})"
_REGISTER = {
    "BE": r"([0-9]{9,10})",
    "BG": r"([0-9]{9,10})",
    "CZ": r"([0-9]{8})",
    "DK": r"([0-9]{8})",
    "FI": r"([0-9]{7,8})",
    "HR": r"([0-9]{11})",
    "IT": r"([0-9]{11})",
    "LV": r"([0-9]{11})",
    "NO": r"([0-9]{9})(?:MVA)?",
    "PL": r"([0-9]{10})",
    "PT": r"([0-9]{9})",
    "SE": rf"(?:([0-9]{{10}})(?:01)?|16([0-9]{{10}})|{_BORN})",
}
"""Where the VAT number is made of the register's number: what follows the country's code."""

_BARE = {nation: re.compile(pattern) for nation, pattern in _REGISTER.items()} | {
    "": re.compile(r"16([0-9]{10})"),
    "AX": re.compile(_REGISTER["FI"]),
    "SE": re.compile(rf"16([0-9]{{10}})|([0-9]{{10}})(?:01)?|{_BORN}"),
}
_AFTER_PREFIX = {nation: re.compile(pattern) for nation, pattern in _REGISTER.items()}
_GREEK = re.compile("GR[0-9]{9}")
_NORWEGIAN = re.compile("([0-9]{9})MVA")
_REGISTER_OF = {"": "SE", "AX": "FI"}
"""Whose register a bare number is of, where that is not the customer's country."""
_WIDTH = {"BE": 10, "FI": 8}
_PREFIX_OF = {"AX": "FI", "GR": "EL"}
_VAT_SUFFIX = {"NO": "MVA", "SE": "01"}
_VAT_PREFIX = re.compile(
    "AT|BE|BG|CHE|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|NO|PL|PT|RO|SE|SI|SK|XI"
)
_LABEL = re.compile(
    "(?:ORG(?:ANISATIONS?)?(?:NR|NO|NUMMER)|CVR(?:NR)?|SENR|YTUNNUS|LY|FO(?:NR|NUMMER)|ALV(?:NRO|TUNNUS)?|"
    "VAT(?:NO|NR|NUMBER|ID)?|MOMS(?:NR|REGNR)?|UST(?:ID)?(?:NR)?|UID(?:NR)?)+(?=[A-Z]{0,3}[0-9])"
)


def read_number(value: str, country: str = "") -> Reading:
    """One reading, from which follow the number in the register, the VAT number, and whether it can be one."""
    text = _unlabelled(value)
    nation, digits = _registered(text, country)
    return text, nation, digits


def org_number(value: str, country: str = "") -> str:
    """The number of the register, without the marks that make a VAT number of it.

    ``country`` is an ISO alpha-2 code, or empty when it is not known. German
    register numbers keep their letters: ``HRB 123456`` is ``HRB123456``.
    """
    text, _, digits = read_number(value, country)
    return digits or text


def vat_number(value: str, country: str = "") -> str:
    """The VAT number with its country's prefix, where the country or the number tells it.

    An organisation number in its place becomes the VAT number that belongs to
    it, so that a system that mixes the two agrees with one that does not. A
    text without a digit ("n/a") is no number and gets no prefix.
    """
    return as_vat_number(read_number(value, country), country)


def as_vat_number(reading: Reading, country: str) -> str:
    """What :func:`vat_number` gives, of a number that was read in the same country."""
    text, nation, digits = reading
    if nation:
        return nation + digits + _VAT_SUFFIX.get(nation, "")
    prefix = _PREFIX_OF.get(country, country)
    if any(map(str.isdigit, text)) and _VAT_PREFIX.fullmatch(prefix) and not _VAT_PREFIX.match(text):
        return prefix + text
    return text


def registered(value: str, country: str = "") -> tuple[str, str]:
    """The country of the register and the register's number; two empty texts where the shape tells of none."""
    return read_number(value, country)[1:]


def vat_prefix(text: str) -> str:
    """The prefix of a VAT number in its one spelling (``EL`` for Greece), or an empty text."""
    found = _VAT_PREFIX.match(text)
    return found[0] if found else ""


def is_placeholder(value: str, country: str = "") -> bool:
    """Whether an organisation or VAT number stands for none: no digit in it, or the same one throughout.

    The marks that make a VAT number of it (``SE`` ... ``01``) do not count.
    Check digits are not judged: ``123456789`` is no placeholder.
    """
    return says_nothing(org_number(value, country))


def says_nothing(text: str) -> bool:
    """Whether a number in its one spelling has no digit, or the same one throughout."""
    last = text[-2:]
    if last.isdecimal() and last[0] != last[-1]:
        return False
    return len(set(filter(str.isdigit, text))) < 2


def _unlabelled(value: str) -> str:
    """The number without its name in front (``Org.nr.``, ``Y-tunnus:``, ``USt-IdNr.``)."""
    text = compact(value)
    if text[:1].isdigit() or (text[2:3].isdigit() and text[:2] in _AFTER_PREFIX):
        return text
    found = _LABEL.match(text)
    text = text[found.end() :] if found else text
    return "EL" + text[2:] if _GREEK.fullmatch(text) else text


def _registered(text: str, country: str) -> tuple[str, str]:
    """The country and the digits of its register, or two empty texts."""
    prefix = text[:2]
    if (shape := _AFTER_PREFIX.get(prefix)) and (found := shape.fullmatch(text, 2)):
        return prefix, _digits(prefix, found)
    if text.endswith("MVA") and (found := _NORWEGIAN.fullmatch(text)):
        return "NO", found[1]
    if (shape := _BARE.get(country)) and (found := shape.fullmatch(text)):
        nation = _REGISTER_OF.get(country, country)
        return nation, _digits(nation, found)
    return "", ""


def _digits(nation: str, found: re.Match[str]) -> str:
    """The only group that matched, with the zeros that were lost."""
    digits: str = found[found.lastindex or 0]
    return digits.zfill(_WIDTH[nation]) if nation in _WIDTH else digits
