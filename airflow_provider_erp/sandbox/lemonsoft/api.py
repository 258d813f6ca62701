"""Lemonsoft: customers and invoices in pages of ten, behind a session.

Source: lemonsoft-customers-invoices document. ASSUMED: the path
of one customer takes the internal id, and the greatest page size.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from airflow_provider_erp.sandbox.answers import json_answer
from airflow_provider_erp.sandbox.customers import Customers, Marks
from airflow_provider_erp.sandbox.lemonsoft.day import Day
from airflow_provider_erp.sandbox.lemonsoft.deletions import deleted
from airflow_provider_erp.sandbox.lemonsoft.filters import (
    Filter,
    Paging,
    number,
    numbers,
    stamped,
    tests,
    text,
    text_in,
)
from airflow_provider_erp.sandbox.lemonsoft.rows import base_row, customer_row, selected_attributes, stamp
from airflow_provider_erp.sandbox.lemonsoft.sessions import Sessions, unauthorized
from airflow_provider_erp.sandbox.lemonsoft.writes import Writes, customer_of, not_found
from airflow_provider_erp.sandbox.serving import Fields, Row, select
from airflow_provider_erp.sandbox.world.books import Book, Changes
from airflow_provider_erp.sandbox.world.calendar import World

DEFAULT_PAGE_SIZE = 10
MAX_PAGE_SIZE = 100
CUSTOMER_FILTERS: Mapping[str, Filter] = {
    "name": text("name", "name2"),
    "search_name": text("searchname"),
    "email": text("email"),
    "contact_email": text_in(lambda row: [str(contact.get("email") or "") for contact in row["contacts"]]),
    "phone": text("phone"),
    "vat": text("vat"),
    **stamped("modified", "modified"),
    "has_email": number(lambda row: int(bool(row["email"]))),
    "is_customer": number(lambda row: int(row["is_customer"])),
    "is_supplier": number(lambda row: int(row["is_supplier"])),
    "customer_number": numbers(lambda row: {row["number"]}),
    "group": number(lambda row: int(row["group"])),
    "type": number(lambda row: int(row["type"])),
    **stamped("created", "created"),
    **stamped("updated", "modified"),
    "attribute_ids": numbers(selected_attributes),
    "object_ids": numbers(lambda row: {row["id"]}),
    "search": text("name", "name2", "searchname", "email", "number"),
}
INVOICE_FILTERS: Mapping[str, Filter] = {
    "numbers": numbers(lambda row: {row["number"]}),
    "customer_number": number(lambda row: int(row["customer_number"])),
    "delivery_customer_number": number(lambda row: int(row["delivery_customer_number"])),
    "type": number(lambda row: int(row["type"])),
    **stamped("invoice_date", "date"),
    **stamped("updated", "modified_date"),
    "object_ids": numbers(lambda row: {row["id"]}),
    "search": text("number", "customer_name", "customer_number"),
}


_CUSTOMER = Fields(text="name", number=("creditlimit",), optional="www", retyped="group")
_BASE_CUSTOMER = Fields(text="name", number=("type",), optional="www", retyped="group")
_INVOICE = Fields(text="customer_name", number=("total_sum",), optional="payments", retyped="total_sum")
_Handler = Callable[[web.Request], Awaitable[web.Response]]


class Lemonsoft:
    """The routes of Lemonsoft, over the customers and invoices of one day."""

    def __init__(self, world: World, sessions: Sessions) -> None:
        self._sessions = sessions
        self._day = Day(world)
        self.customers = Customers(world.books["lemonsoft"], customer_row, Marks(stamp, ("modified",)))
        self._writes = Writes(self.customers)

    def routes(self) -> list[web.RouteDef]:
        """The routes below the host, the session's among them."""
        return [
            *self._sessions.routes(),
            web.get("/api/customers", self.list_customers),
            web.get("/api/customers/base", self.list_base_customers),
            web.get("/api/customers/{customer_id}", self.get_customer),
            web.post("/api/customers", self._in_session(self._writes.create)),
            web.put("/api/customers/{customer_id}", self._in_session(self._writes.update)),
            web.post("/api/customers/{customer_id}/accounts", self._in_session(self._writes.add_account)),
            web.get("/api/invoices", self.list_invoices),
            web.get("/api/log/deleted", self.list_deleted),
        ]

    def show(self, world: World) -> None:
        """Serves the next day's customers and invoices from now on."""
        self._day = self._day.next(world)
        self.customers.show(world.books["lemonsoft"])

    def changes(self) -> dict[str, Changes]:
        """What happened since the day before."""
        return {"customer": self.customers.book.changes, "invoice": self._day.invoices.book.changes}

    async def list_customers(self, request: web.Request) -> web.Response:
        """One page of whole customers."""
        if not self._sessions.use(request):
            return unauthorized()
        return _page(request, select(self.customers.rows, tests(CUSTOMER_FILTERS, request)), _CUSTOMER)

    async def list_base_customers(self, request: web.Request) -> web.Response:
        """One page of customers with their basic fields only."""
        if not self._sessions.use(request):
            return unauthorized()
        kept = select(self.customers.rows, tests(CUSTOMER_FILTERS, request))
        return _page(request, [base_row(row) for row in kept], _BASE_CUSTOMER)

    async def get_customer(self, request: web.Request) -> web.Response:
        """The customer with the internal id of the path."""
        if not self._sessions.use(request):
            return unauthorized()
        row = customer_of(self.customers, request)
        return not_found() if row is None else json_answer(row)

    async def list_invoices(self, request: web.Request) -> web.Response:
        """One page of invoices."""
        if not self._sessions.use(request):
            return unauthorized()
        return _page(request, select(self._day.invoices.rows, tests(INVOICE_FILTERS, request)), _INVOICE)

    async def list_deleted(self, request: web.Request) -> web.Response:
        """What was deleted at or after ``startDate``, customers or invoices, all on one page."""
        if not self._sessions.use(request):
            return unauthorized()
        books: dict[str, Book[Any]] = {"Customer": self.customers.book, "Invoice": self._day.invoices.book}
        return deleted(request, books)

    def _in_session(self, handler: _Handler) -> _Handler:
        async def handle(request: web.Request) -> web.Response:
            return await handler(request) if self._sessions.use(request) else unauthorized()

        return handle


def _page(request: web.Request, rows: list[Row], fields: Fields) -> web.Response:
    paging = Paging.of(request, default_size=DEFAULT_PAGE_SIZE, max_size=MAX_PAGE_SIZE)
    return json_answer(paging.envelope(rows, fields))
