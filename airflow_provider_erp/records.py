"""Canonical records: what every vendor's rows are translated into, free of any vendor's words.

``None`` means that the vendor does not supply the field: it is never a
difference. An empty text means that the vendor supplies the field and it is
empty: that may be one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One customer of one system.

    ``source_id`` is the system's own lasting key and ``number`` what people
    call the customer by. ``status`` is ``active``, ``blocked``, ``closed`` or
    ``one_time``, or the vendor's own word where no map knows it. ``country``
    and ``language`` stand as the vendor wrote them; comparing normalises.
    ``version`` is what the vendor wants back on a conditional write.
    """

    source_id: str
    number: str | None = None
    name: str | None = None
    org_number: str | None = None
    vat_number: str | None = None
    email: str | None = None
    invoice_email: str | None = None
    phone: str | None = None
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None
    currency: str | None = None
    language: str | None = None
    payment_terms: str | None = None
    status: str | None = None
    modified_at: dt.datetime | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectTransaction:
    """One reported hour, cost or article on a project.

    ``hours`` are decimal hours, ``price`` is the line's total in ``currency``.
    The ``*_code`` and ``*_type`` integers are the vendor's own; their meaning
    is not public.
    """

    source_id: str
    transaction_id: str
    type_code: int
    exists_code: int | None = None
    project: str | None = None
    activity: str | None = None
    task: str | None = None
    employee_id: str | None = None
    date: dt.date | None = None
    accounting_period: str | None = None
    time_code: str | None = None
    role: str | None = None
    project_class_type: int | None = None
    employment_type: int | None = None
    profit_loss_id: str | None = None
    reported_by: str | None = None
    price_set_manually: int | None = None
    nodeb: int | None = None
    expense_code: str | None = None
    article: str | None = None
    hours: Decimal | None = None
    text: str | None = None
    cost: Decimal | None = None
    invoice_quantity: Decimal | None = None
    unit: str | None = None
    price: Decimal | None = None
    price_local: Decimal | None = None
    price_each: Decimal | None = None
    currency: str | None = None
    exchange_rate: Decimal | None = None
    internal_price: Decimal | None = None
    project_cost_center: str | None = None
    project_company: str | None = None
    project_object_2: str | None = None
    project_object_6: str | None = None
    project_object_7: str | None = None
    project_object_8: str | None = None
    employee_cost_center: str | None = None
    employee_company: str | None = None
    employee_object_2: str | None = None
    employee_object_6: str | None = None
    employee_object_7: str | None = None
    employee_object_8: str | None = None
    invoiced_code: int | None = None
    posted_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """One sales invoice's head; ``total`` is in ``currency``, the codes are the vendor's own."""

    source_id: str
    number: str | None = None
    date: dt.date | None = None
    due_date: dt.date | None = None
    customer_number: str | None = None
    customer_name: str | None = None
    total: Decimal | None = None
    currency: str | None = None
    state_code: int | None = None
    type_code: int | None = None
    project_number: str | None = None
    modified_at: dt.datetime | None = None


Record = Customer | ProjectTransaction | Invoice
