"""Invoices of Lemonsoft: some for each customer, without a project, and those of the work on projects in Visma PX.

Source: Lemonsoft swagger, invoices. The codes of type and state are not public: those
of the sandbox are its own, with type 2 for a credit note. ASSUMED: the fields of rows and payments, and that the
delivery customer stands in ``delivery_customer_number``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from random import Random

from airflow_provider_erp.sandbox.lemonsoft.rows import split_name
from airflow_provider_erp.sandbox.serving import Row
from airflow_provider_erp.sandbox.world.bookings import Bill
from airflow_provider_erp.sandbox.world.books import Book
from airflow_provider_erp.sandbox.world.planting import Entry
from airflow_provider_erp.sandbox.world.postings import FIRST_ID, Postings
from airflow_provider_erp.sandbox.world.stamps import NOW, naive_milliseconds, now

_PER_CUSTOMER = 3
_CUSTOMERS_PER_EVENT = 50


def first_invoices(customers: Iterable[Entry], postings: Postings) -> Book[Row]:
    """Three invoices for each customer, in an order of no meaning, and those that are planted."""
    rng = Random("lemonsoft invoices")  # noqa: S311 - invented invoices, not secrets
    numbered = sorted(customers, key=lambda entry: int(entry.number)) * _PER_CUSTOMER
    rows = (_invoice(500 + place, entry, rng) for place, entry in enumerate(numbered))
    return Book({str(row["id"]): row for row in (*rows, *map(_bill_row, postings.bills()))})


def next_invoices(before: Book[Row], customers: Sequence[Entry], postings: Postings) -> Book[Row]:
    """The next day's: some are paid or reopened, one is deleted, some are new.

    The newest invoice is never deleted, so that no number is given twice.
    """
    day = before.day + 1
    rng = Random(f"lemonsoft invoices of day {day}")  # noqa: S311 - invented invoices, not secrets
    rows = {key: row for key, row in before.things.items() if int(key) < FIRST_ID}
    many, next_id = 1 + len(customers) // _CUSTOMERS_PER_EVENT, 1 + max(map(int, rows), default=499)
    changeable = sorted(rows, key=int)[:-1]
    drawn = rng.sample(changeable, min(1 + many, len(changeable)))
    for key in drawn[:1]:
        del rows[key]
    for key in drawn[1:]:
        rows[key] = _toggled(rows[key], day, rng)
    invoiced = [*customers[-1:], *rng.sample(customers, min(many, len(customers)))]
    for invoice_id, entry in enumerate(invoiced, next_id):
        row = _invoice(invoice_id, entry, rng)
        rows[str(invoice_id)] = row | _unpaid(now(day).date()) | {"modified_date": _stamp(day, rng)}
    return before.turned(rows | {str(row["id"]): row for row in map(_bill_row, postings.bills())})


def _stamp(day: int, rng: Random) -> str:
    return naive_milliseconds(now(day) - dt.timedelta(seconds=rng.randrange(3600, 72_000)))


def _unpaid(day: dt.date) -> Row:
    due = day + dt.timedelta(days=14)
    return {"date": f"{day}T00:00:00", "due_date": f"{due}T00:00:00", "state": 2, "payments": []}


def _toggled(row: Row, day: int, rng: Random) -> Row:
    """The invoice paid, or where it was paid already, its payment taken back."""
    payment = {"id": row["id"] * 10 + 9, "date": f"{now(day).date()}T00:00:00", "sum": row["total_sum"]}
    change = {"state": 2, "payments": []} if row["payments"] else {"state": 3, "payments": [payment]}
    return row | change | {"modified_date": _stamp(day, rng)}


def _invoice(invoice_id: int, entry: Entry, rng: Random) -> Row:
    day = (NOW - dt.timedelta(days=rng.randrange(1, 400))).date()
    rows = [_row(invoice_id, line, rng) for line in range(1, rng.randrange(2, 5))]
    total = sum((row["total"] for row in rows), start=Decimal(0))
    paid = rng.random() < 0.7
    return {
        "id": invoice_id,
        "number": 700_000 + invoice_id,
        "date": f"{day}T00:00:00",
        "due_date": f"{day + dt.timedelta(days=14)}T00:00:00",
        "customer_number": int(entry.number),
        "customer_name": split_name(entry.customer.name)[0],
        "delivery_customer_number": int(entry.number),
        "total_sum": total,
        "currency_code": entry.customer.currency,
        "state": 3 if paid else 2,
        "type": 1,
        "project_number": None,
        "modified_date": naive_milliseconds(NOW - dt.timedelta(seconds=rng.randrange(3600, 20_000_000))),
        "rows": rows,
        "payments": [{"id": invoice_id * 10 + 9, "date": f"{day}T00:00:00", "sum": total}] if paid else [],
    }


def _bill_row(bill: Bill) -> Row:
    """An invoice of one row to a customer that no list holds, so that none of its changes is seen here."""
    rng = Random(f"{bill.invoice_id} on day {bill.changed_on}")  # noqa: S311 - invented invoices, not secrets
    customer_number, total = 300_000 + bill.project, bill.total
    line = {"product_code": "WORK", "description": "Work on site", "amount": Decimal(1), "unit": "pcs"}
    return {
        "id": bill.invoice_id,
        "number": 700_000 + bill.invoice_id,
        **_unpaid(bill.date),
        "customer_number": customer_number,
        "customer_name": f"Orderer of project {bill.project}",
        "delivery_customer_number": customer_number,
        "total_sum": total,
        "currency_code": bill.currency,
        "type": 2 if bill.is_credit else 1,
        "project_number": bill.project,
        "modified_date": _stamp(bill.changed_on, rng),
        "rows": [{"id": bill.invoice_id * 10 + 1, **line, "unit_price": total, "total": total}],
    }


def _row(invoice_id: int, line: int, rng: Random) -> Row:
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
