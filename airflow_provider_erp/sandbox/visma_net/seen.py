"""A row of Visma.net as a comparison sees it."""

from __future__ import annotations

from airflow_provider_erp.sandbox.serving import Row
from airflow_provider_erp.sandbox.world.seen import Seen, seen, street
from airflow_provider_erp.sandbox.world.stamps import aware

_STATUSES = {"Inactive": "closed", "OnHold": "blocked", "CreditHold": "blocked", "OneTime": "one_time"}


def seen_row(row: Row) -> Seen:
    """What the row supplies: all fields."""
    address, contact = row["mainAddress"], row["mainContact"]
    return seen(
        row["internalId"],
        row["number"],
        aware(row["lastModifiedDateTime"]),
        {
            "name": row["name"],
            "org_number": row["corporateId"],
            "vat_number": row["vatRegistrationId"],
            "email": contact["email"],
            "invoice_email": row["invoiceContact"]["email"],
            "phone": contact["phone1"],
            "street": street(*(address[f"addressLine{line}"] for line in (1, 2, 3))),
            "postal_code": address["postalCode"],
            "city": address["city"],
            "country": address["country"]["id"],
            "currency": row["currencyId"],
            "status": _STATUSES.get(row["status"], "active"),
        },
    )
