"""Comparable text for each canonical field, made here once because SQL engines fold differently.

``None`` (not supplied) stays ``None`` and empty stays empty, so that only what
two systems both say can differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from airflow_provider_erp.normalise.countries import country
from airflow_provider_erp.normalise.fold import compact, fold
from airflow_provider_erp.normalise.identifiers import org_number, vat_number
from airflow_provider_erp.normalise.phones import phone

_EURO = frozenset({"€", "EURO", "EUROS", "EUROA"})


def email(value: str) -> str:
    """The address without white space, in small letters."""
    return fold(fold(value).replace(" ", "").removeprefix("mailto:"))


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
