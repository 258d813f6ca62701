"""Customers as Lemonsoft writes them: every field of the document's customer body, one field for two identifiers.

Source: lemonsoft-customers-invoices document. ASSUMED: the basic list holds the
fields that the document's body ends with.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from airflow_provider_erp.sandbox.lemonsoft.parts import account, agreement, circulation, contact, dimension
from airflow_provider_erp.sandbox.world.identifiers import vat_from_organisation
from airflow_provider_erp.sandbox.world.phones import national
from airflow_provider_erp.sandbox.world.planting import Entry
from airflow_provider_erp.sandbox.world.population import Customer
from airflow_provider_erp.sandbox.world.stamps import naive_milliseconds
from airflow_provider_erp.sandbox.world.vocabulary import COUNTRIES

_LANGUAGES = {"FI": "FIN", "SE": "SWE", "NO": "ENG", "DE": "ENG"}
_NAME_LENGTH = 28
_NOTHING = Decimal("0.00")
_BASE = (
    *("id", "number", "name", "name2", "phone", "vat", "street", "street2", "city", "postal_code", "country", "www"),
    *("language_code", "group", "customer_group_id", "invoicing_name", "invoicing_name2", "invoicing_address"),
    *("invoicing_postaladdress", "invoicing_postal_code", "invoicing_city", "type", "seller_number", "fax"),
)


def base_row(row: dict[str, Any]) -> dict[str, Any]:
    """The basic fields of a customer."""
    return {name: row[name] for name in _BASE}


def selected_attributes(row: dict[str, Any]) -> set[int]:
    """The ids of the attributes that are selected."""
    ids = (each.get("id") for each in row["attributes"] if each.get("selected"))
    return {each for each in ids if isinstance(each, int)}


def customer_row(entry: Entry) -> dict[str, Any]:
    """One customer with all fields."""
    return {**_heading(entry), **_lists(entry), **_ledger(entry), **_master_data(entry)}


def stamp(row: dict[str, Any], moment: str) -> None:
    """Marks a row as changed at a moment: no earlier than it was."""
    row["modified"] = max(row["modified"], moment)


def _heading(entry: Entry) -> dict[str, Any]:
    customer, style = entry.customer, entry.style
    return {
        "searchname": customer.name.upper()[:20],
        "email": customer.email,
        "currency_code": customer.currency,
        "costcenter": None,
        "delivery_code": "",
        "invoicing_customer_number": int(entry.number),
        "orderer_customer_number": int(entry.number),
        "is_customer": True,
        "is_nonactive": customer.status == "closed",
        "is_prospect": False,
        "is_supplier": style % 12 == 0,
        "created": naive_milliseconds(customer.created),
        "modified": naive_milliseconds(customer.modified),
        "deny_credit": customer.status == "blocked" and style % 2 == 0,
        "prevent_delivery": customer.status == "blocked" and style % 2 == 1,
        "partial_delivery_disabled": False,
    }


def _lists(entry: Entry) -> dict[str, Any]:
    """Lists inside a customer, empty for most."""
    style = entry.style
    return {
        "attributes": [{"id": 1 + style % 3, "name": f"Attribute {1 + style % 3}", "selected": style % 2 == 0}],
        "contacts": [contact(entry)] if not entry.customer.is_person else [],
        "texts": [{"id": style, "header_number": 1, "note": "Call before delivery"}] if style % 15 == 0 else [],
        "agreements": [agreement(entry)] if style % 18 == 0 else [],
        "accounts": [account(entry)] if style % 14 == 0 else [],
        "circulations": [circulation(entry)] if style % 21 == 0 else [],
        "dimension": dimension(),
    }


def _ledger(entry: Entry) -> dict[str, Any]:
    """How a customer is sold to and invoiced; amounts are decimals."""
    return {
        "delivery_method_number": 1,
        "delivery_term": 1,
        "payment_term_number": 14,
        "interest": Decimal("8.0"),
        "sales_account": "3000",
        "purchase_account": None,
        "receivables_account": "1700",
        "accountspayable_account": None,
        "customer_edi": None,
        "invoice_method_id": 1,
        "invoice_code": None,
        "finvoice_address": None if entry.customer.is_person else f"0037{entry.number}",
        "reference": None,
        "creditlimit": _NOTHING,
        "reseller": 0,
        "default_reference": None,
        "invoiceperiod": 0,
        "invoicedates": None,
        "due_invoice_sum": _NOTHING,
        "open_invoice_sum": _NOTHING,
    }


def _master_data(entry: Entry) -> dict[str, Any]:
    """The part that the basic list shows too, but for the person in charge."""
    customer, style = entry.customer, entry.style
    name, name2 = split_name(customer.name)
    street = f"{customer.street} {customer.house_number}"
    country = COUNTRIES[customer.country].name
    return {
        "person_responsible_number": 101,
        "id": int(entry.source_id),
        "number": int(entry.number),
        "name": name,
        "name2": name2,
        "phone": national(customer.phone, customer.country),
        "vat": _vat(customer, style),
        "street": street,
        "street2": customer.addition,
        "city": customer.city.upper() if style % 5 == 0 else customer.city,
        "postal_code": customer.postal_code,
        "country": country.title() if style % 4 == 0 else country,
        "www": "",
        "language_code": _LANGUAGES[customer.country],
        "group": 2 if customer.is_person else 1,
        "customer_group_id": 2 if customer.is_person else 1,
        "invoicing_name": name,
        "invoicing_name2": name2,
        "invoicing_address": street,
        "invoicing_postaladdress": "",
        "invoicing_postal_code": customer.postal_code,
        "invoicing_city": customer.city,
        "type": 1,
        "seller_number": 101,
        "fax": "",
    }


def split_name(name: str) -> tuple[str, str]:
    """The name, and the words that do not fit for the second name field."""
    if len(name) <= _NAME_LENGTH:
        return name, ""
    place = name.rfind(" ", 0, _NAME_LENGTH)
    return name[:place], name[place + 1 :]


def _vat(customer: Customer, style: int) -> str:
    """The VAT number of a German and of every second other customer, else the organisation number.

    A VAT number is written only where the organisation number derives from it: the one field cannot hold both.
    """
    derived = vat_from_organisation(customer.country, customer.org_number)
    is_registered = bool(derived) and customer.vat_number == derived
    if customer.country != "DE" and not (is_registered and style % 2):
        return customer.org_number
    vat_number = customer.vat_number
    return f"{vat_number[:2]} {vat_number[2:]}" if vat_number and style % 3 == 0 else vat_number
