"""Invoices of Lemonsoft: some for each customer, naming the customer's project in Visma PX.

Source: Lemonsoft swagger, invoices. The codes of type and state are not public: the
values here mean nothing. ASSUMED: the fields of rows and payments, and that the
delivery customer stands in ``delivery_customer_number``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from random import Random
from typing import Any

from airflow_provider_erp.sandbox.world.identifiers import project_number
from airflow_provider_erp.sandbox.world.stamps import NOW, naive_milliseconds

_PER_CUSTOMER = 3


def invoices(customers: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Three invoices for each customer, in an order of no meaning."""
    rng = Random("lemonsoft invoices")  # noqa: S311 - invented invoices, not secrets
    numbered = sorted(customers, key=lambda row: int(row["number"])) * _PER_CUSTOMER
    for place, customer in enumerate(numbered):
        yield _invoice(500 + place, customer, rng)


def _invoice(invoice_id: int, customer: dict[str, Any], rng: Random) -> dict[str, Any]:
    day = (NOW - dt.timedelta(days=rng.randrange(1, 400))).date()
    rows = [_row(invoice_id, line, rng) for line in range(1, rng.randrange(2, 5))]
    total = sum((row["total"] for row in rows), start=Decimal(0))
    paid = rng.random() < 0.7
    return {
        "id": invoice_id,
        "number": 700_000 + invoice_id,
        "date": f"{day}T00:00:00",
        "due_date": f"{day + dt.timedelta(days=14)}T00:00:00",
        "customer_number": customer["number"],
        "customer_name": customer["name"],
        "delivery_customer_number": customer["number"],
        "total_sum": total,
        "currency_code": customer["currency_code"],
        "state": 3 if paid else 2,
        "type": 1,
        "project_number": project_number(str(customer["number"])) if invoice_id % 4 else None,
        "modified_date": naive_milliseconds(NOW - dt.timedelta(seconds=rng.randrange(3600, 20_000_000))),
        "rows": rows,
        "payments": [{"id": invoice_id * 10 + 9, "date": f"{day}T00:00:00", "sum": total}] if paid else [],
    }


def _row(invoice_id: int, line: int, rng: Random) -> dict[str, Any]:
    amount = Decimal(rng.randrange(1, 20))
    unit_price = Decimal(rng.randrange(500, 20_000)) / 100
    return {
        "id": invoice_id * 10 + line,
        "product_code": f"P{rng.randrange(100, 130)}",
        "description": "Work on site",
        "amount": amount,
        "unit": "h",
        "unit_price": unit_price.quantize(Decimal("0.01")),
        "total": (amount * unit_price).quantize(Decimal("0.01")),
    }
