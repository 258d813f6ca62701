"""Lemonsoft: customers and invoices in pages of ten, behind a session.

Source: lemonsoft-customers-invoices document. ASSUMED: the path
of one customer takes the internal id, and the greatest page size.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from aiohttp import web

from airflow_provider_erp.sandbox.answers import json_answer
from airflow_provider_erp.sandbox.lemonsoft.filters import (
    Filter,
    Paging,
    number,
    numbers,
    select,
    stamped,
    text,
    text_in,
)
from airflow_provider_erp.sandbox.lemonsoft.invoices import invoices
from airflow_provider_erp.sandbox.lemonsoft.rows import base_row, customer_row
from airflow_provider_erp.sandbox.lemonsoft.sessions import Sessions, unauthorized
from airflow_provider_erp.sandbox.world.planting import Entry

DEFAULT_PAGE_SIZE = 10
MAX_PAGE_SIZE = 100
CUSTOMER_FILTERS: Mapping[str, Filter] = {
    "name": text("name", "name2"),
    "search_name": text("searchname"),
    "email": text("email"),
    "contact_email": text_in(lambda row: [contact["email"] for contact in row["contacts"]]),
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
    "attribute_ids": numbers(lambda row: {each["id"] for each in row["attributes"] if each["selected"]}),
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


class Lemonsoft:
    """The routes of Lemonsoft, over a fixed set of customers."""

    def __init__(self, entries: Iterable[Entry], sessions: Sessions) -> None:
        self._customers = [customer_row(entry) for entry in entries]
        self._by_id = {str(row["id"]): row for row in self._customers}
        self._sessions = sessions

    @cached_property
    def _invoices(self) -> list[dict[str, Any]]:
        return list(invoices(self._customers))

    def routes(self) -> list[web.RouteDef]:
        """The routes below the host, the session's among them."""
        return [
            *self._sessions.routes(),
            web.get("/api/customers", self.list_customers),
            web.get("/api/customers/base", self.list_base_customers),
            web.get("/api/customers/{customer_id}", self.get_customer),
            web.get("/api/invoices", self.list_invoices),
        ]

    async def list_customers(self, request: web.Request) -> web.Response:
        """One page of whole customers."""
        if not self._sessions.use(request):
            return unauthorized()
        return _page(request, select(self._customers, CUSTOMER_FILTERS, request))

    async def list_base_customers(self, request: web.Request) -> web.Response:
        """One page of customers with their basic fields only."""
        if not self._sessions.use(request):
            return unauthorized()
        return _page(request, [base_row(row) for row in select(self._customers, CUSTOMER_FILTERS, request)])

    async def get_customer(self, request: web.Request) -> web.Response:
        """The customer with the internal id of the path."""
        if not self._sessions.use(request):
            return unauthorized()
        row = self._by_id.get(request.match_info["customer_id"])
        return json_answer({"Message": "Customer was not found."}, 404) if row is None else json_answer(row)

    async def list_invoices(self, request: web.Request) -> web.Response:
        """One page of invoices."""
        if not self._sessions.use(request):
            return unauthorized()
        return _page(request, select(self._invoices, INVOICE_FILTERS, request))


def _page(request: web.Request, rows: list[dict[str, Any]]) -> web.Response:
    paging = Paging.of(request, default_size=DEFAULT_PAGE_SIZE, max_size=MAX_PAGE_SIZE)
    return json_answer(paging.envelope(rows))
