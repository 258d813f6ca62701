"""A row of Lemonsoft as a comparison sees it: of its one field for two identifiers, the one that it holds."""

from __future__ import annotations

from airflow_provider_erp.sandbox.serving import Row
from airflow_provider_erp.sandbox.world.seen import Seen, compact, seen, street
from airflow_provider_erp.sandbox.world.stamps import aware
from airflow_provider_erp.sandbox.world.vocabulary import COUNTRIES

_CODES = {country.name: code for code, country in COUNTRIES.items()}


def seen_row(row: Row) -> Seen:
    """What the row supplies: all but the e-mail address for invoices, and one of the identifiers or both."""
    written = (row["country"] or "").strip().upper()
    country = _CODES.get(written, written)
    number = row["vat"] or ""
    is_vat_number = bool(country) and compact(number).startswith(country)
    return seen(
        row["id"],
        row["number"],
        aware(row["modified"]),
        {
            "name": f"{row['name'] or ''} {row['name2'] or ''}",
            "org_number": None if is_vat_number and country == "DE" else number,
            "vat_number": number if is_vat_number else None,
            "email": row["email"] or "",
            "phone": row["phone"] or "",
            "street": street(row["street"], row["street2"]),
            "postal_code": row["postal_code"] or "",
            "city": row["city"] or "",
            "country": country,
            "currency": row["currency_code"] or "",
            "status": _status(row),
        },
    )


def _status(row: Row) -> str:
    if row["is_nonactive"]:
        return "closed"
    return "blocked" if row["deny_credit"] or row["prevent_delivery"] else "active"
