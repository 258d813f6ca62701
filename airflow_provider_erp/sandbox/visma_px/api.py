"""Visma PX: whole dumps of customers and project transactions behind basic credentials.

Source: visma-px-customer and visma-px-trans documents.
ASSUMED: basic credentials (the document names no scheme), Helsinki as the
server's zone, .NET's usual ``{"Message": ...}`` for refusals, which are JSON
whatever is accepted, and that "not active" means closed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from aiohttp import web

from airflow_provider_erp.sandbox.answers import Dump, basic_header, json_answer
from airflow_provider_erp.sandbox.serving import Fields, Row, Shelf, page
from airflow_provider_erp.sandbox.visma_px.documents import json_pieces, xml_pieces
from airflow_provider_erp.sandbox.visma_px.rows import customer_row
from airflow_provider_erp.sandbox.visma_px.transactions import Posted, first_transactions, next_transactions
from airflow_provider_erp.sandbox.world.books import Book, Changes
from airflow_provider_erp.sandbox.world.calendar import World
from airflow_provider_erp.sandbox.world.stamps import now, read_ticks, with_seven_digits

CREDENTIALS = ("px-reader", "px-sandbox-phrase")
COMPANY_ID = "PX-SANDBOX"
_SUBCOUNTS = {f"Noofrowssub{place}": 0 for place in range(1, 7)}
_INVOICE_DATA: dict[str, Any] = {
    "Status": 0,
    "Documentid": 0,
    "Errortext": None,
    "Xmlfilesuffix": None,
    "Filereference": None,
    "Document": None,
    "Attachments": [],
}
_FORMATS = {
    "application/json": json_pieces,
    "text/json": json_pieces,
    "application/xml": xml_pieces,
    "text/xml": xml_pieces,
}
_CUSTOMER = Fields(text="Name", number=("Globaltype",), optional="Www", retyped="Globaltype")
_TRANSACTION = Fields(text="Textreported", number=("Hoursreported",), optional="Namereported", retyped="Hoursreported")


class _Day:
    """The customers and transactions of one day; the transactions of day 0 are made when they are first asked for."""

    def __init__(self, world: World) -> None:
        book = world.books["visma_px"]
        self.server_time = with_seven_digits(now(book.day), 9)
        self.customers, self.postings = Shelf(book, customer_row), world.postings

    @cached_property
    def transactions(self) -> Book[Posted]:
        return first_transactions(self.customers.book.things, self.postings)

    def next(self, world: World) -> _Day:
        day = _Day(world)
        day.transactions = next_transactions(self.transactions, list(day.customers.book.things), world.postings)
        return day


class VismaPx:
    """The routes of PX, over the customers and transactions of one day."""

    def __init__(self, world: World) -> None:
        self._day = _Day(world)

    def routes(self) -> list[web.RouteDef]:
        """The routes below the host."""
        return [web.get("/pxapi/Customer", self.list_customers), web.get("/pxapi/Trans", self.list_transactions)]

    def show(self, world: World) -> None:
        """Serves the next day's customers and transactions from now on."""
        self._day = self._day.next(world)

    def changes(self) -> dict[str, Changes]:
        """What happened since the day before."""
        return {"customer": self._day.customers.book.changes, "project_transaction": self._day.transactions.changes}

    async def list_customers(self, request: web.Request) -> web.Response:
        """All customers that changed at or after ``changedSince``; any ``selection`` is taken for 1."""
        everything = _flag(request, "inclNotActive")
        day = self._day
        rows = ((row, row["Lastaction"], everything or not row["Closed"]) for row in day.customers.rows)
        return _dump(request, _Head("Customers", day.server_time, _CUSTOMER), rows)

    async def list_transactions(self, request: web.Request) -> web.Response:
        """All transactions that changed at or after ``changedSince``; their own stamp is never shown."""
        everything = _flag(request, "inclNotActiveProjects")
        day = self._day
        rows = ((each.row, each.stamp, everything or each.active) for each in day.transactions.things.values())
        return _dump(request, _Head("Transactions", day.server_time, _TRANSACTION), rows)


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands around the rows of a dump."""

    name: str
    server_time: str
    fields: Fields


def _dump(request: web.Request, head: _Head, rows: Iterable[tuple[Row, str, bool]]) -> web.Response:
    """The envelope with those of the rows (row, stamp, wanted) that were asked for, or a refusal."""
    if basic_header(*CREDENTIALS) != request.headers.get("Authorization"):
        message = {"Message": "Authorization has been denied for this request."}
        return json_answer(message, 401, headers={"WWW-Authenticate": 'Basic realm="PX"'})
    if request.query.get("companyId") != COMPANY_ID:
        return json_answer({"Message": "The company is not known. Check companyId."}, 400)
    try:
        is_recent = _since(request.query.get("changedSince"))
    except ValueError:
        return json_answer({"Message": "The value of changedSince is not valid for DateTimeOffset."}, 400)
    kept = page([row for row, stamp, wanted in rows if wanted and is_recent(stamp)], head.fields)
    content_type = _content_type(request.headers.get("Accept", ""))
    pieces = _FORMATS[content_type](head.name, kept, head.server_time, _message(head.server_time))
    return Dump(pieces, content_type)


def _content_type(accept: str) -> str:
    """The first documented type that the client accepts, or JSON; weights are not looked at."""
    wanted = (each.partition(";")[0].strip().lower() for each in accept.split(","))
    return next((each for each in wanted if each in _FORMATS), "application/json")


def _message(created: str) -> dict[str, Any]:
    heading = {"Messagetype": 1, "Datareference": "", "Messagetext": "", "Created": created}
    return {**heading, **_SUBCOUNTS, "AutoInvoiceData": _INVOICE_DATA}


def _since(changed_since: str | None) -> Callable[[str], bool]:
    """A test for stamps; all seven digits count, so that a value rounded up misses the rows in between."""
    if not changed_since:
        return lambda _stamp: True
    threshold = read_ticks(changed_since)
    return lambda stamp: read_ticks(stamp) >= threshold


def _flag(request: web.Request, name: str) -> bool:
    """A boolean parameter. ASSUMED: an absent one is false."""
    return request.query.get(name, "").lower() == "true"
