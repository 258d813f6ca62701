"""Customers in the words that Lemonsoft's writes take.

Source: lemonsoft-customers-invoices document, customer payload, for the names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET

from airflow_provider_erp.normalise.languages import language
from airflow_provider_erp.vendors.lemonsoft.records import Flag, split_vat
from airflow_provider_erp.vendors.lemonsoft.writes import CUSTOMER
from airflow_provider_erp.vendors.words import Pushes, Value, Write, in_words, number, spellings, under, whole, word_of
from airflow_provider_erp.vendors.writing import encode, known_fields


def customer_words(fields: Mapping[str, Value]) -> dict[str, Any]:
    """The fields of a customer as Lemonsoft's hook takes them; an empty value clears.

    Names and streets go whole into the first of their two fields. The one
    field ``vat`` takes either number: the VAT number where both are given.
    ASSUMED: ``deny_credit`` is written for blocked, of the two flags that read
    as that.

    Raises:
        ValueError: a field that Lemonsoft does not have, or a value that it cannot take; the message names the field.
    """
    dropped = "vat_number" if fields.get("org_number") and not fields.get("vat_number") else "org_number"
    both = fields.keys() >= {"org_number", "vat_number"}
    given = {name: value for name, value in fields.items() if not (both and name == dropped)}
    return in_words("Lemonsoft", given, _WORDS)


def _language_code(value: Value) -> Mapping[str, Any]:
    code = language(value) if value else ""
    if code not in _LANGUAGES:
        raise ValueError(f"expected one of {', '.join(filter(None, _LANGUAGES))}")
    return {"language_code": _LANGUAGES[code]}


_LANGUAGES = {"": "", "fi": "FIN", "sv": "SWE", "en": "ENG"}
"""Source: Lemonsoft swagger, ``language_code``."""

_WORDS: Mapping[str, Write] = {
    "number": number("number"),
    "name": whole("name", "name2", empty=""),
    "org_number": under("vat"),
    "vat_number": under("vat"),
    "email": under("email"),
    "phone": under("phone"),
    "street": whole("street", "street2", empty=""),
    "postal_code": under("postal_code"),
    "city": under("city"),
    "country": under("country"),
    "currency": under("currency_code"),
    "language": _language_code,
    "payment_terms": number("payment_term_number"),
    "status": word_of(
        {
            "active": {"is_nonactive": False, "deny_credit": False, "prevent_delivery": False},
            "blocked": {"is_nonactive": False, "deny_credit": True},
            "closed": {"is_nonactive": True},
        }
    ),
}


def _held(fields: Mapping[str, Value]) -> Mapping[str, Value]:
    """Of the two numbers that share a field one may not be told apart from the other when it is read again.

    A language is read as the code that is written for it.
    """
    if fields.get("language"):
        fields = {**fields, "language": str(_language_code(fields["language"])["language_code"])}
    if not fields.keys() & {"org_number", "vat_number"}:
        return fields
    org_number, vat_number = split_vat(customer_words(_only(fields, "org_number", "vat_number"))["vat"])
    return {**fields, "org_number": org_number, "vat_number": vat_number}


class _Kind(msgspec.Struct):
    is_customer: Flag = UNSET
    is_supplier: Flag = UNSET
    is_prospect: Flag = UNSET


_KIND = msgspec.json.Decoder(_Kind).decode


def _other_kind(row: bytes, defaults: Mapping[str, Any]) -> str | None:
    """Suppliers and prospects share the table with customers; who pushes those says ``is_customer: False``.

    ASSUMED: a row without the flag is a customer's.
    """
    kind = _KIND(row)
    if defaults.get("is_customer") is False or kind.is_customer is UNSET or kind.is_customer:
        return None
    flags = {"a supplier": kind.is_supplier, "a prospect": kind.is_prospect}
    named = [name for name, flag in flags.items() if flag is not UNSET and flag]
    return " and ".join(named) or "neither supplier nor prospect"


def _only(fields: Mapping[str, Value], *names: str) -> dict[str, Value]:
    return {name: fields[name] for name in names if name in fields}


def _check(words: Mapping[str, Any]) -> object:
    return encode(known_fields("lemonsoft customer", words, CUSTOMER))


PUSHES = Pushes(
    words=customer_words,
    address="source_id",
    lookups={
        "source_id": lambda customer_id: [{"object_ids": [customer_id]}],
        "number": lambda number: [{"customer_number": [number]}],
        "org_number": lambda number: [{"vat": each} for each in spellings(number)],
        "vat_number": lambda number: [{"vat": each} for each in spellings(number)],
    },
    check=_check,
    check_new=_check,
    held=_held,
    other_kind=_other_kind,
)
"""A customer is addressed by its internal id. ASSUMED: the filter ``vat`` compares the text as it is written."""
