"""Customers in the words that Visma.net's writes take.

Source: Visma.net ERP API (swagger) for the names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_provider_erp.normalise.countries import country, is_known
from airflow_provider_erp.vendors.visma_net.api import customer_path
from airflow_provider_erp.vendors.visma_net.bodies import customer_body, new_customer_body
from airflow_provider_erp.vendors.words import Pushes, Value, Write, in_words, spellings, under, whole, word_of
from airflow_provider_erp.vendors.writing import encode


def customer_words(fields: Mapping[str, Value]) -> dict[str, Any]:
    """The fields of a customer as Visma.net's hook takes them; an empty value clears.

    A street goes whole into the first of the three lines of an address, and
    the others are cleared. ASSUMED: ``OnHold`` is written for blocked, of the
    two words that read as that.

    Raises:
        ValueError: a field that Visma.net does not have, or a value that it cannot take; the message names the field.
    """
    return in_words("Visma.net", fields, _WORDS)


def _country_code(value: Value) -> Mapping[str, Any]:
    if not value:
        return {"mainAddress": {"countryId": None}}
    code = country(value)
    if not is_known(code):
        raise ValueError("expected a country's name or its code of two letters")
    return {"mainAddress": {"countryId": code}}


def _held(fields: Mapping[str, Value]) -> Mapping[str, Value]:
    """A country is read as its code, however it was said."""
    said = fields.get("country")
    return {**fields, "country": country(said)} if said else fields


_WORDS: Mapping[str, Write] = {
    "number": under("number"),
    "name": under("name"),
    "org_number": under("corporateId"),
    "vat_number": under("vatRegistrationId"),
    "email": under("email", "mainContact"),
    "invoice_email": under("email", "invoiceContact"),
    "phone": under("phone1", "mainContact"),
    "street": whole("addressLine1", "addressLine2", "addressLine3", part="mainAddress"),
    "postal_code": under("postalCode", "mainAddress"),
    "city": under("city", "mainAddress"),
    "country": _country_code,
    "currency": under("currencyId"),
    "payment_terms": under("creditTermsId"),
    "status": word_of(
        {
            "active": {"status": "Active"},
            "blocked": {"status": "OnHold"},
            "closed": {"status": "Inactive"},
            "one_time": {"status": "OneTime"},
        }
    ),
}

PUSHES = Pushes(
    words=customer_words,
    address="number",
    lookups={
        "number": lambda number: [customer_path(number)],
        "org_number": lambda number: [{"corporateId": each} for each in spellings(number)],
        "vat_number": lambda number: [{"vatRegistrationId": each} for each in spellings(number)],
    },
    check=lambda words: encode(customer_body(words)),
    check_new=lambda words: encode(new_customer_body(words)),
    held=_held,
)
"""A customer is addressed by its number; ``internalId`` is no filter of the list.

ASSUMED: the filters compare whole values as they are written, so that two spellings are asked for.
"""
