"""Customers as Visma.net writes them, all but the ``metadata`` of their list.

Source: visma-net-customer document and the project's vendor notes.
"""

from __future__ import annotations

from typing import Any

from airflow_provider_erp.sandbox.world.planting import Entry
from airflow_provider_erp.sandbox.world.stamps import naive_milliseconds
from airflow_provider_erp.sandbox.world.vocabulary import COUNTRIES

_STATUSES = {"active": ("Active",), "blocked": ("OnHold", "CreditHold"), "closed": ("Inactive",)}


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
        "mainContact": _contact(entry, 1, customer.email, customer.phone),
        "invoiceContact": _contact(entry, 2, customer.invoice_email, ""),
        "creditTerms": {"id": "14", "description": "14 days net"},
        "customerClass": {"id": "2" if customer.is_person else "1", "description": "Customers"},
        "vatZone": {"id": "01" if country.code == "FI" else "02", "description": "VAT zone"},
        "corporateId": customer.org_number.replace("-", "") if style % 2 else customer.org_number,
        "vatRegistrationId": customer.vat_number,
        "currencyId": customer.currency,
        "attributes": [{"id": "SEGMENT", "description": "Segment", "value": "AB"[style % 2]}],
        "lastModifiedDateTime": naive_milliseconds(customer.modified),
        "createdDateTime": naive_milliseconds(customer.created),
        "timeStamp": f"{(entry.revision << 32) + int(entry.source_id):016X}",
        "errorInfo": "",
    }


def _contact(entry: Entry, place: int, email: str, phone: str) -> dict[str, Any]:
    return {
        "contactId": int(entry.source_id) * 10 + place,
        "name": entry.customer.name,
        "attention": "",
        "email": email,
        "web": "",
        "phone1": phone,
        "phone2": "",
        "fax": "",
    }
