"""Comparable text for each canonical field, made here once because SQL engines fold differently.

``None`` (not supplied) stays ``None`` and empty stays empty, so that only what
two systems both say can differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import phonenumbers

from airflow_provider_erp.reconciliation.normalise.countries import country
from airflow_provider_erp.reconciliation.normalise.fold import compact, fold
from airflow_provider_erp.reconciliation.normalise.identifiers import org_number, vat_number

_PHONE = re.compile(r"[0-9+(][0-9+().\-/ ]*")
_EURO = frozenset({"€", "EURO", "EUROS", "EUROA"})


def email(value: str) -> str:
    """The address without white space, in small letters."""
    return fold(fold(value).replace(" ", "").removeprefix("mailto:"))


def phone(value: str, country: str = "") -> str:
    """The number as E.164, read in the customer's country; else its digits, else its text.

    Whatever follows the first number (a name, an extension, a second number)
    is cut, because the parser would dial the letters.
    """
    text = fold(value)
    found = _PHONE.search(text)
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


def postal_code(value: str, country: str = "") -> str:
    """Letters and digits; the country's own code in front of the digits is cut (``FI-00100``)."""
    text = compact(value)
    rest = text.removeprefix(country)
    return rest if rest[:1].isdigit() else text


def currency(value: str) -> str:
    """The code in capitals; the euro's sign and name are ``EUR``."""
    text = fold(value).upper()
    return "EUR" if text in _EURO else text


def _anywhere(normaliser: Callable[[str], str]) -> Callable[[str, str], str]:
    return lambda value, _country: normaliser(value)


NORMALISERS: Mapping[str, Callable[[str, str], str]] = {
    "number": _anywhere(fold),
    "name": _anywhere(fold),
    "org_number": org_number,
    "vat_number": vat_number,
    "email": _anywhere(email),
    "invoice_email": _anywhere(email),
    "phone": phone,
    "street": _anywhere(fold),
    "postal_code": postal_code,
    "city": _anywhere(fold),
    "country": _anywhere(country),
    "currency": _anywhere(currency),
    "language": _anywhere(fold),
    "payment_terms": _anywhere(fold),
    "status": _anywhere(fold),
}
"""By field: a function of the value and the customer's country (alpha-2, or empty)."""


def normalise(field: str, value: str | None, country_code: str = "") -> str | None:
    """The comparable text of one value; ``None`` when it is not supplied."""
    return None if value is None else NORMALISERS[field](value, country_code)
