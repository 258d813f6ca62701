"""Customers as Visma PX writes them, with all fields of the document.

Source: visma-px-customer document.
"""

from __future__ import annotations

from typing import Any

from airflow_provider_erp.sandbox.world.identifiers import vat_from_organisation
from airflow_provider_erp.sandbox.world.phones import spaced
from airflow_provider_erp.sandbox.world.planting import Entry
from airflow_provider_erp.sandbox.world.stamps import with_seven_digits
from airflow_provider_erp.sandbox.world.vocabulary import COUNTRIES


def customer_row(entry: Entry) -> dict[str, Any]:
    """One customer with all fields of the document.

    Now and then the e-mail address stands with the contact only, the phone in
    the second field, and the organisation code is written as a VAT number.
    """
    customer, style = entry.customer, entry.style
    with_contact_only = style % 7 == 0 and bool(customer.email)
    phone = spaced(customer.phone)
    return {
        "Customerid": entry.source_id,
        "Name": f"{customer.name} " if style % 9 == 0 else customer.name,
        "Organizationcode": _organization_code(entry),
        "Globaltype": 0,
        "Countrycode": customer.country,
        "Languagecode": COUNTRIES[customer.country].language,
        "Companycode": "01",
        "Currency": customer.currency,
        "Address": _address(entry),
        "Phone1": "" if style % 6 == 0 else phone,
        "Phone2": phone if style % 6 == 0 else "",
        "Phone3": None,
        "Email": None if with_contact_only else _capitalised(customer.email, style),
        "Www": None if customer.is_person else f"https://www.{customer.email.rpartition('@')[2]}",
        "Contactname": customer.name if customer.is_person else None,
        "Contacttitle": None,
        "Contactphone1": "",
        "Contactphone2": "",
        "Contactemail": customer.email if with_contact_only else "",
        "Lastaction": with_seven_digits(customer.modified, style % 10),
        "Blocked": customer.status == "blocked" or (customer.status == "closed" and style % 2 == 0),
        "Closed": customer.status == "closed",
    }


def _organization_code(entry: Entry) -> str:
    customer = entry.customer
    derived = vat_from_organisation(customer.country, customer.org_number)
    if entry.style % 10 == 0 and derived:
        return f"{derived[:2]} {derived[2:]}"
    return customer.org_number.replace("-", "") if entry.style % 3 == 0 else customer.org_number


def _address(entry: Entry) -> str:
    customer = entry.customer
    lines = (f"{customer.street} {customer.house_number}", customer.addition)
    return "\r\n".join(filter(None, (*lines, f"{customer.postal_code} {customer.city}")))


def _capitalised(email: str, style: int) -> str:
    return email.capitalize() if style % 4 == 0 else email
