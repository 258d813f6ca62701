"""Phone numbers as dialled from abroad."""

from __future__ import annotations

import re

import phonenumbers

from airflow_provider_erp.normalise.fold import fold

_NUMBER = re.compile(r"[0-9+(][0-9+().\-/ ]*")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def phone(value: str, country: str = "") -> str:
    """The number as E.164, read in the customer's country; else its digits, else its text.

    Whatever follows the first number (a name, an extension, a second number)
    is cut, because the parser would dial the letters.
    """
    text = fold(value)
    if _is_settled(text):
        return text
    found = _NUMBER.search(text)
    digits = "".join(filter(str.isdigit, found[0])) if found else ""
    if not found or not digits:
        return text
    abroad = found[0].lstrip("( ").startswith("+")
    dialled = "+" + digits if abroad else re.sub(r"^00", "+", digits)
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
    if not _E164.fullmatch(text):
        return False
    for end in (2, 3, 4):
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(text[1:end]))
        if regions:
            return not _begins_with_trunk_prefix(text[end:], int(text[1:end]), regions[0])
    return False


def _begins_with_trunk_prefix(national: str, code: int, region: str) -> bool:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    prefix = metadata.national_prefix_for_parsing if metadata else ""
    return prefix is not None and re.match(prefix, national) is not None
