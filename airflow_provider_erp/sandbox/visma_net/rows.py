"""Customers as Visma.net writes them, all but the ``metadata`` of their list.

Source: visma-net-customer document and the project's vendor notes.
"""

from __future__ import annotations

from typing import Any

from airflow_provider_erp.sandbox.world.planting import Entry
from airflow_provider_erp.sandbox.world.stamps import naive_milliseconds
from airflow_provider_erp.sandbox.world.vocabulary import COUNTRIES

_STATUSES = {"active": ("Active",), "blocked": ("OnHold", "CreditHold"), "closed": ("Inactive",)}
_VERSION_STEP = 1 << 32


def stamp(row: dict[str, Any], moment: str) -> None:
    """Marks a row as changed at a moment: another version, and no earlier a time than it had."""
    row["lastModifiedDateTime"] = max(row["lastModifiedDateTime"], moment)
    row["timeStamp"] = f"{int(row['timeStamp'], 16) + _VERSION_STEP:016X}"


def empty_row(source_id: str, number: str, created: str) -> dict[str, Any]:
    """A customer of whom nothing but the number is known."""
    return {
        "internalId": int(source_id),
        "number": number,
        "name": "",
        "status": "Active",
        "mainAddress": {
            "addressId": int(source_id) * 10,
            **dict.fromkeys(("addressLine1", "addressLine2", "addressLine3", "postalCode", "city"), ""),
            "country": {"id": "", "name": "", "errorInfo": ""},
        },
        "mainContact": _contact(source_id, 1, "", "", ""),
        "invoiceContact": _contact(source_id, 2, "", "", ""),
        "creditTerms": {"id": "14", "description": "14 days net"},
        "customerClass": {"id": "1", "description": "Customers"},
        "vatZone": {"id": "01", "description": "VAT zone"},
        **dict.fromkeys(("corporateId", "vatRegistrationId"), ""),
        "currencyId": "EUR",
        "attributes": [],
        "lastModifiedDateTime": created,
        "createdDateTime": created,
        "timeStamp": f"{int(source_id):016X}",
        "errorInfo": "",
    }


def customer_row(entry: Entry) -> dict[str, Any]:
    """One customer, all but its ``metadata``; identifiers are compact, times naive with a T."""
    customer, style = entry.customer, entry.style
    country = COUNTRIES[customer.country]
    return {
        "internalId": int(entry.source_id),
        "number": entry.number,
        "name": customer.name,
        "status": _STATUSES[customer.status][style % len(_STATUSES[customer.status])],
        "mainAddress": {
            "addressId": int(entry.source_id) * 10,
            "addressLine1": f"{customer.street} {customer.house_number}",
            "addressLine2": customer.addition,
            "addressLine3": "",
            "postalCode": customer.postal_code,
            "city": customer.city,
            "country": {"id": country.code, "name": country.name.title(), "errorInfo": ""},
        },
        "mainContact": _contact(entry.source_id, 1, customer.name, customer.email, customer.phone),
        "invoiceContact": _contact(entry.source_id, 2, customer.name, customer.invoice_email, ""),
        "creditTerms": {"id": "14", "description": "14 days net"},
        "customerClass": {"id": "2" if customer.is_person else "1", "description": "Customers"},
        "vatZone": {"id": "01" if country.code == "FI" else "02", "description": "VAT zone"},
        "corporateId": customer.org_number.replace("-", "") if style % 2 else customer.org_number,
        "vatRegistrationId": customer.vat_number,
        "currencyId": customer.currency,
        "attributes": [{"id": "SEGMENT", "description": "Segment", "value": "AB"[style % 2]}],
        "lastModifiedDateTime": naive_milliseconds(customer.modified),
        "createdDateTime": naive_milliseconds(customer.created),
        "timeStamp": f"{entry.revision * _VERSION_STEP + int(entry.source_id):016X}",
        "errorInfo": "",
    }


def _contact(source_id: str, place: int, name: str, email: str, phone: str) -> dict[str, Any]:
    return {
        "contactId": int(source_id) * 10 + place,
        "name": name,
        "attention": "",
        "email": email,
        "web": "",
        "phone1": phone,
        "phone2": "",
        "fax": "",
    }
