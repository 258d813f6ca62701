"""Phone numbers as dialled from abroad.

ASSUMED: a zero in front of a Danish or Norwegian number of eight digits or
more is a habit from countries with trunk prefixes; neither has numbers like it.
"""

from __future__ import annotations

import re

from airflow_provider_erp.normalise.fold import fold

_NUMBER = re.compile(r"(?:[1-9][.)] (?=[0+]))?([0-9+(][0-9+().\-/ ]*)")
_ANOTHER = re.compile(r"/ ?(?=[0+])| / |\((?!0\))|\+| 24/7| [0-9]\. ?[^\W\d_]| [0-9]{1,2}(?:h|st|nd|rd|th)\b")
"""What does not belong to the number before it: a second one, office hours, a floor."""
_ANOTHER_IN_LONG = re.compile(r"/| (?=0)")
_LONGEST = 13
"""Digits of a number as it is written; of more, a blank or a slash may part two."""
_SHORTEST, _SHORTEST_ABROAD = 7, 9
"""Digits that stand before another number; fewer are an area code."""
_TELLING = 5
"""Digits of what is a number, and no counting of numbers (``tel 1:``)."""
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_FIRST = frozenset("0123456789+(")
_NOT_DIGITS = str.maketrans("", "", "+().-/ ")

_COMMON = re.compile(r"\+(358|46|49)0?([1-9][0-9]{5,9})|\+(45|47)0?([2-9][0-9]{7,8})")
_LONG = re.compile(r"0([1-9][0-9]{5,9})")
_SHORT = re.compile(r"0?([2-9][0-9]{7}|(?<=0)[2-9][0-9]{8})")
_COMMON_AT_HOME = {
    "DE": ("+49", _LONG),
    "DK": ("+45", _SHORT),
    "FI": ("+358", _LONG),
    "NO": ("+47", _SHORT),
    "SE": ("+46", _LONG),
}
"""Shapes that ``phonenumbers`` reads in but one way, which a test holds them to; it takes ten times as long."""


def phone(value: str, country: str = "") -> str:
    """The number as E.164, read in the customer's country; else its digits, else its text.

    Whatever follows the first number (a name, an extension, office hours, a
    second number) is cut, because the parser would dial it.
    """
    if value[:1] in _FIRST:
        usual = value.replace(" ", "").replace("-", "")
        if found := _common(usual, country) or _common(_dialled(value, value.translate(_NOT_DIGITS)), country):
            return found
    text = fold(value)
    written = _first_number(text)
    digits = written.translate(_NOT_DIGITS)
    if not digits:
        return text
    dialled = _dialled(written, digits)
    return _common(dialled, country) or _read(text, dialled, country)


def _first_number(text: str) -> str:
    """The first number as it is written, or what has too few digits for one."""
    runs = [found for found in _NUMBER.finditer(text) if any(map(str.isdigit, found[1]))]
    if not runs:
        return ""
    first = next((run for run in runs if _count(run[1]) >= _TELLING), runs[0])
    rest = text[first.start(1) :]
    written = first[1][: _end(_ANOTHER, rest)]
    return written[: _end(_ANOTHER_IN_LONG, written)] if _count(written) > _LONGEST else written


def _end(another: re.Pattern[str], text: str) -> int:
    """Where a number ends: in front of what is another, after as many digits as a number has."""
    for found in another.finditer(text):
        before = text[: found.start()]
        if _count(before) >= (_SHORTEST_ABROAD if before.lstrip("( ").startswith(("+", "00")) else _SHORTEST):
            return found.start()
    return len(text)


def _count(written: str) -> int:
    return len(written.translate(_NOT_DIGITS))


def _dialled(written: str, digits: str) -> str:
    """The digits, after a plus where they begin with a country's code."""
    if written.lstrip("( ").startswith("+"):
        return "+" + digits
    return "+" + digits[2:] if digits.startswith("00") else digits


def _common(dialled: str, country: str) -> str:
    """The number where it has one of the common shapes of the five largest countries, else an empty text."""
    if found := _COMMON.fullmatch(dialled):
        code, national, short_code, short = found.groups()
        return f"+{code}{national}" if code else f"+{short_code}{short}"
    code, shape = _COMMON_AT_HOME.get(country, ("", _E164))
    found = shape.fullmatch(dialled) if code else None
    return code + found[1] if found else ""


def _read(text: str, dialled: str, country: str) -> str:
    """What ``phonenumbers`` reads, until reading it once more changes nothing."""
    import phonenumbers  # noqa: PLC0415  # not when a DAG file is parsed

    if _is_settled(text):
        return text
    try:
        number = phonenumbers.parse(dialled, country or None)
    except phonenumbers.NumberParseException:
        return dialled
    read = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return read if read == text else phone(read, country)  # one trunk prefix may hide another


def _is_settled(text: str) -> bool:
    """Whether reading the text, the dearest step of a comparison, would change nothing.

    So it is when it is E.164 and no trunk prefix follows its country's code.
    """
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE  # noqa: PLC0415

    if not _E164.fullmatch(text):
        return False
    for end in (2, 3, 4):
        regions = COUNTRY_CODE_TO_REGION_CODE.get(int(text[1:end]))
        if regions:
            return not _begins_with_trunk_prefix(text[end:], int(text[1:end]), regions[0])
    return False


def _begins_with_trunk_prefix(national: str, code: int, region: str) -> bool:
    from phonenumbers import PhoneMetadata  # noqa: PLC0415

    metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    prefix = metadata.national_prefix_for_parsing if metadata else ""
    return prefix is not None and re.match(prefix, national) is not None
