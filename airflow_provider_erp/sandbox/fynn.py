"""Fynn: customers in numbered pages of ``limit``, behind an API key.

Source: fynn-customers document. ASSUMED: lists hold the archived; names and
``search`` match in part, other filters as a whole; ``limit=0`` answers no rows
and the totals.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from aiohttp import web

from airflow_provider_erp.sandbox.answers import json_answer, whole_number
from airflow_provider_erp.sandbox.phones import with_zeros
from airflow_provider_erp.sandbox.planting import Entry
from airflow_provider_erp.sandbox.vocabulary import COUNTRIES

API_KEY = "fynn-sandbox-phrase"
_DEFAULT_LIMIT = 30
_MAX_LIMIT = 100
_STATUSES = {"active": "STATUS_ACTIVE", "blocked": "STATUS_SUSPENDED", "closed": "STATUS_ARCHIVED"}
_Row = dict[str, Any]


def _text(name: str) -> Callable[[_Row], str]:
    return lambda row: str(row[name] or "")


def _boolean(name: str) -> Callable[[_Row], str]:
    return lambda row: str(row[name]).lower()


_WHOLE: dict[str, Callable[[_Row], str]] = {
    "customerNumber": _text("customerNumber"),
    "vatId": _text("vatId"),
    "datevId": _text("datevId"),
    "isVatIdValid": _boolean("isVatIdValid"),
    "partner": _boolean("isPartner"),
    "emailAddresses.email": lambda row: str(row["defaultEmailAddress"]["email"]),
    "customerGroup.name": lambda row: "Business" if row["businessCustomer"] else "Private",
}
_PARTS: dict[str, Callable[[_Row], str]] = {
    "companyName": _text("companyName"),
    "firstName": _text("firstName"),
    "lastName": _text("lastName"),
    "search": lambda row: " ".join(
        (
            row["customerNumber"],
            row["companyName"] or "",
            row["firstName"],
            row["lastName"],
            _WHOLE["emailAddresses.email"](row),
        )
    ),
}


class Fynn:
    """Answers for Fynn from a fixed set of customers."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._rows = [customer_row(entry) for entry in entries]

    def routes(self) -> list[web.RouteDef]:
        """Answer the routes below the host."""
        return [web.get("/customers", self.list_customers)]

    async def list_customers(self, request: web.Request) -> web.Response:
        """Answer one page; what is not known in the query is ignored."""
        if request.headers.get("Authorization") != f"Bearer {API_KEY}":
            return json_answer({"title": "Unauthorized", "detail": "Der API-Schlüssel ist ungültig."}, 401)
        page = whole_number(request.query.get("page"), 1)
        limit = whole_number(request.query.get("limit"), _DEFAULT_LIMIT)
        if page is None or page < 1:
            return _violation("page", "Dieser Wert sollte größer als 0 sein.")
        if limit is None or not 0 <= limit <= _MAX_LIMIT:
            return _violation("limit", f"Dieser Wert sollte zwischen 0 und {_MAX_LIMIT} liegen.")
        kept = [row for row in self._rows if _matches(row, request)]
        rows = kept[(page - 1) * limit : page * limit]
        return json_answer({"data": rows, "meta": {"pagination": _pagination(len(kept), limit, page, len(rows))}})


def _pagination(total: int, limit: int, page: int, rows: int) -> dict[str, int]:
    return {
        "totalItems": total,
        "itemsPerPage": limit,
        "currentPage": page,
        "lastPage": max(1, -(-total // limit)) if limit else 1,
        "pageTotalItems": rows,
    }


def _violation(path: str, message: str) -> web.Response:
    code = str(uuid.uuid5(uuid.NAMESPACE_OID, path))
    violations = [{"propertyPath": path, "message": message, "code": code}]
    return json_answer(
        {"title": "Ein Fehler ist aufgetreten", "detail": f"{path}: {message}", "violations": violations}, 400
    )


def _matches(row: _Row, request: web.Request) -> bool:
    for name, wanted in request.query.items():
        if name in _WHOLE and _WHOLE[name](row).casefold() != wanted.casefold():
            return False
        if name in _PARTS and wanted.casefold() not in _PARTS[name](row).casefold():
            return False
    return True


def customer_row(entry: Entry) -> _Row:
    """Write one customer with all fields of the document's sample; a person has no company name."""
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


def _address(entry: Entry, first_name: str, last_name: str, purpose: str) -> _Row:
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


def _email(entry: Entry, address: str, purpose: str) -> _Row:
    return {
        "id": _part_id(entry, f"{purpose} email"),
        "email": address.upper() if entry.style % 8 == 0 else address,
        "receiverName": entry.customer.name,
        "type": "TYPE_PRIVATE" if entry.customer.is_person else "TYPE_COMPANY",
        "default": "true",
    }


def _part_id(entry: Entry, part: str) -> str:
    return str(uuid.uuid5(uuid.UUID(entry.source_id), part))
