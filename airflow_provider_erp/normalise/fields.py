"""Comparable text for each canonical field, made here once because SQL engines fold differently.

``None`` (not supplied) stays ``None`` and empty stays empty, so that only what
two systems both say can differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from airflow_provider_erp.normalise.countries import country
from airflow_provider_erp.normalise.currencies import currency
from airflow_provider_erp.normalise.emails import email, email_domain
from airflow_provider_erp.normalise.fold import compact, fold
from airflow_provider_erp.normalise.identifiers import org_number, vat_number
from airflow_provider_erp.normalise.languages import language
from airflow_provider_erp.normalise.legal_forms import split_legal_form
from airflow_provider_erp.normalise.phones import phone
from airflow_provider_erp.normalise.streets import street

Normaliser = Callable[[str, str], str]


def postal_code(value: str, country: str = "") -> str:
    """Letters and digits; the country's own code in front of the digits is cut (``FI-00100``)."""
    text = compact(value)
    rest = text.removeprefix(country)
    return rest if rest[:1].isdigit() else text


def _anywhere(normaliser: Callable[[str], str]) -> Normaliser:
    return lambda value, _country: normaliser(value)


BY_NAME: Mapping[str, Normaliser] = {
    "text": _anywhere(fold),
    "compact": _anywhere(compact),
    "name_core": _anywhere(lambda name: split_legal_form(name)[0]),
    "org_number": org_number,
    "vat_number": vat_number,
    "email": _anywhere(email),
    "email_domain": _anywhere(email_domain),
    "phone": phone,
    "street": street,
    "postal_code": postal_code,
    "country": _anywhere(country),
    "currency": currency,
    "language": _anywhere(language),
}
"""Every normaliser that a spec may name: a function of the value and the customer's country (alpha-2, or empty)."""

_DEFAULT = {
    "number": "text",
    "name": "text",
    "org_number": "org_number",
    "vat_number": "vat_number",
    "email": "email",
    "invoice_email": "email",
    "phone": "phone",
    "street": "street",
    "postal_code": "postal_code",
    "city": "text",
    "country": "country",
    "currency": "currency",
    "language": "language",
    "payment_terms": "text",
    "status": "text",
}

_REPEATED = ("postal_code", "city", "country", "currency", "language", "payment_terms", "status")
"""Fields in which many customers have the same value."""

NORMALISERS: Mapping[str, Normaliser] = {
    field: lru_cache(maxsize=16_384)(BY_NAME[name]) if field in _REPEATED else BY_NAME[name]
    for field, name in _DEFAULT.items()
}
"""By canonical field: the normaliser that a spec need not name."""


def normalise(field: str, value: str | None, country_code: str = "") -> str | None:
    """The comparable text of one value; ``None`` when it is not supplied."""
    return None if value is None else NORMALISERS[field](value, country_code)
