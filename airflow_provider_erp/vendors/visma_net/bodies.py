"""Customers and dunning letters in the shape of Visma.net's writes.

Source: visma-net-customer document for bodies; Visma.net ERP API (swagger) for the names of addresses, contacts and
references.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from airflow_provider_erp.vendors.writing import Known, known_fields, scalars

_ADDRESS = scalars("addressLine1 addressLine2 addressLine3 postalCode city countryId")
_CONTACT = scalars("name attention email web phone1 phone2 fax")
CUSTOMER: dict[str, Known] = {
    **scalars(
        """number name status corporateId vatRegistrationId currencyId customerClassId creditTermsId vatZoneId
        parentRecordNumber overrideWithClassValues"""
    ),
    **dict.fromkeys(("mainAddress", "invoiceAddress", "deliveryAddress"), _ADDRESS),
    **dict.fromkeys(("mainContact", "invoiceContact", "deliveryContact"), _CONTACT),
    "attributeLines": [],
    "directDebitLines": [],
}
UNWRAPPED = frozenset({"overrideWithClassValues", "attributeLines", "directDebitLines"})
"""Fields that go out as they are. ASSUMED: of lines the inner fields, too; give them as the API takes them."""

READ_NAMES = {
    "creditTerms": ("id", "creditTermsId"),
    "customerClass": ("id", "customerClassId"),
    "vatZone": ("id", "vatZoneId"),
    "country": ("id", "countryId"),
    "parentRecord": ("number", "parentRecordNumber"),
}
"""Where a read shows a reference, and the name under which it is written."""

MINIMUM = ("name", "overrideWithClassValues", "customerClassId", "mainAddress")
MINIMUM_ADDRESS = ("addressLine1", "postalCode", "countryId")


def customer_body(customer: object) -> dict[str, Any]:
    """A customer, or changes of one, in the shape of a write: plain values wrapped, None as a null that clears.

    Raises:
        ValueError: an unknown field, or a value that it does not take.
    """
    what = "visma_net customer"
    plain = known_fields(what, _by_write_names(what, customer), CUSTOMER)
    override = plain.get("overrideWithClassValues", False)
    if not isinstance(override, bool):
        raise ValueError(f"{what}: field 'overrideWithClassValues': expected true or false")
    return {name: value if name in UNWRAPPED else _wrapped(value) for name, value in plain.items()}


def new_customer_body(customer: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a new customer.

    Raises:
        ValueError: as ``customer_body``, or less than the minimum that the document shows.
    """
    body = customer_body(customer)
    address = body.get("mainAddress", {}).get("value") or {}
    missing = [name for name in MINIMUM if body.get(name) in (None, {"value": None})]
    missing += [f"mainAddress.{name}" for name in MINIMUM_ADDRESS if address.get(name) in (None, {"value": None})]
    if missing:
        raise ValueError(f"visma_net customer: a new one needs {', '.join(missing)}; the number may be left out")
    return body


def dunning_letter_body(date: str | dt.datetime, levels: tuple[int, int]) -> dict[str, Any]:
    """The body of a dunning letter.

    Raises:
        ValueError: a datetime without a zone, or a level that is no whole number.
    """
    if not all(type(level) is int for level in levels):
        raise ValueError("visma_net dunning letter: expected whole numbers as levels")
    return {"dunningLetterDate": _stamp(date), "levelFrom": levels[0], "levelTo": levels[1]}


def _wrapped(value: Any) -> dict[str, Any]:
    inner = {name: {"value": each} for name, each in value.items()} if isinstance(value, dict) else value
    return {"value": inner}


def _by_write_names(what: str, given: object) -> object:
    """The same with references as they are written; anything that is no dict stays as it is."""
    if not isinstance(given, Mapping):
        return given
    renamed: dict[Any, Any] = {}
    for name, value in given.items():
        written, each = name, _by_write_names(what, value)
        if name == "attributes":
            written, each = "attributeLines", value
        elif name in READ_NAMES:
            key, written = READ_NAMES[name]
            each = _reference(f"{what}: field {name!r}", value, key)
        if written in renamed:
            raise ValueError(f"{what}: field {written!r} is given twice, by its name in reads and in writes")
        renamed[written] = each
    return renamed


def _reference(where: str, value: object, key: str) -> object:
    if value is None:
        return None
    if not isinstance(value, Mapping) or key not in value:
        raise ValueError(f"{where}: expected None or a dict with {key!r}")
    return value[key]


def _stamp(date: object) -> str:
    """Source: visma-net-customer document, ``2025-01-21T09:39:48.538Z``."""
    if isinstance(date, dt.datetime) and date.tzinfo is not None:
        return f"{date.astimezone(dt.UTC).replace(tzinfo=None).isoformat('T', 'milliseconds')}Z"
    if not isinstance(date, str) or not date.strip():
        raise ValueError("visma_net dunning letter: expected a datetime with a zone or the text to send as date")
    return date
