"""Customers as Fynn writes them, with all fields of the document's sample.

Source: fynn-customers document.
"""

from __future__ import annotations

import uuid
from typing import Any

from airflow_provider_erp.sandbox.world.phones import with_zeros
from airflow_provider_erp.sandbox.world.planting import Entry
from airflow_provider_erp.sandbox.world.vocabulary import COUNTRIES

_STATUSES = {"active": "STATUS_ACTIVE", "blocked": "STATUS_SUSPENDED", "closed": "STATUS_ARCHIVED"}


def customer_row(entry: Entry) -> dict[str, Any]:
    """One customer with all fields of the document's sample; a person has no company name."""
    customer, style = entry.customer, entry.style
    country = COUNTRIES[customer.country]
    first_name, _, last_name = customer.name.partition(" ") if customer.is_person else ("", "", "")
    return {
        "id": entry.source_id,
        "customerNumber": entry.number,
        "timeZone": "Europe/Helsinki",
        "firstName": first_name,
        "lastName": last_name,
        "currencyCode": customer.currency,
        "countryCode": customer.country,
        "companyName": None if customer.is_person else customer.name,
        "vatId": _spaced_vat(customer.vat_number, style),
        "isVatIdValid": bool(customer.vat_number),
        "datevId": str(100_000_000 + int(entry.number)),
        "commercialRegisterName": country.register if customer.org_number else "",
        "commercialRegisterNumber": customer.org_number,
        "status": _STATUSES[customer.status],
        "gender": "female" if style % 2 else "male",
        "phone": with_zeros(customer.phone),
        "language": country.language,
        "totalTurnOverRank": style % 100,
        "createdAt": customer.created.isoformat(timespec="seconds"),
        "customFields": {},
        "businessCustomer": not customer.is_person,
        "defaultAddress": _address(entry, first_name, last_name, "default"),
        "defaultInvoiceAddress": _address(entry, first_name, last_name, "invoice"),
        "defaultEmailAddress": _email(entry, customer.email, "default"),
        "defaultInvoiceEmailAddress": _email(entry, customer.invoice_email, "invoice"),
        "defaultPaymentMethod": {},
        "isPartner": style % 20 == 0,
    }


def _spaced_vat(vat_number: str, style: int) -> str:
    return f"{vat_number[:2]} {vat_number[2:]}" if vat_number and style % 2 else vat_number


def _address(entry: Entry, first_name: str, last_name: str, purpose: str) -> dict[str, Any]:
    customer = entry.customer
    return {
        "id": _part_id(entry, f"{purpose} address"),
        "vatId": customer.vat_number,
        "type": f"TYPE_{purpose.upper()}",
        "default": "true",
        "status": "active",
        "city": customer.city,
        "zip": customer.postal_code,
        "street": customer.street,
        "houseNumber": customer.house_number,
        "countryCode": customer.country,
        "companyName": None if customer.is_person else customer.name,
        "salutation": "",
        "addition": customer.addition,
        "costCentre": "",
        "firstName": first_name,
        "lastName": last_name,
    }


def _email(entry: Entry, address: str, purpose: str) -> dict[str, Any]:
    return {
        "id": _part_id(entry, f"{purpose} email"),
        "email": address.upper() if entry.style % 8 == 0 else address,
        "receiverName": entry.customer.name,
        "type": "TYPE_PRIVATE" if entry.customer.is_person else "TYPE_COMPANY",
        "default": "true",
    }


def _part_id(entry: Entry, part: str) -> str:
    return str(uuid.uuid5(uuid.UUID(entry.source_id), part))
