"""Visma PX: whole dumps of customers and project transactions behind basic credentials.

Source: visma-px-customer and visma-px-trans documents.
ASSUMED: basic credentials (the document names no scheme), Helsinki as the
server's zone, .NET's usual ``{"Message": ...}`` for refusals, and that "not
active" means closed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from aiohttp import web

from airflow_provider_erp.sandbox.answers import basic_header, json_answer
from airflow_provider_erp.sandbox.visma_px.rows import customer_row
from airflow_provider_erp.sandbox.visma_px.transactions import transactions
from airflow_provider_erp.sandbox.world.planting import Entry
from airflow_provider_erp.sandbox.world.stamps import NOW, read_ticks, with_seven_digits

CREDENTIALS = ("px-reader", "px-sandbox-phrase")
COMPANY_ID = "PX-SANDBOX"
SERVER_TIME = with_seven_digits(NOW, 9)
_SUBCOUNTS = {f"Noofrowssub{place}": 0 for place in range(1, 7)}
_MESSAGE = {
    "Messagetype": 1,
    "Datareference": "",
    "Messagetext": "",
    "Created": SERVER_TIME,
    **_SUBCOUNTS,
    "AutoInvoiceData": {
        "Status": 0,
        "Documentid": 0,
        "Errortext": None,
        "Xmlfilesuffix": None,
        "Filereference": None,
        "Document": None,
        "Attachments": [],
    },
}


class VismaPx:
    """The routes of PX, over a fixed set of customers."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._customers = [customer_row(entry) for entry in entries]

    @cached_property
    def _transactions(self) -> list[tuple[dict[str, Any], str, bool]]:
        return list(transactions([row["Customerid"] for row in self._customers]))

    def routes(self) -> list[web.RouteDef]:
        """The routes below the host."""
        return [web.get("/pxapi/Customer", self.list_customers), web.get("/pxapi/Trans", self.list_transactions)]

    async def list_customers(self, request: web.Request) -> web.Response:
        """All customers that changed at or after ``changedSince``; any ``selection`` is taken for 1."""
        everything = _flag(request, "inclNotActive")
        rows = ((row, row["Lastaction"], not row["Closed"]) for row in self._customers)
        return _dump(request, "Customers", rows, everything=everything)

    async def list_transactions(self, request: web.Request) -> web.Response:
        """All transactions that changed at or after ``changedSince``; their own stamp is never shown."""
        everything = _flag(request, "inclNotActiveProjects")
        return _dump(request, "Transactions", self._transactions, everything=everything)


def _dump(
    request: web.Request, name: str, rows: Iterable[tuple[dict[str, Any], str, bool]], *, everything: bool
) -> web.Response:
    """The envelope with those of the rows (row, stamp, active) that were asked for, or a refusal."""
    if basic_header(*CREDENTIALS) != request.headers.get("Authorization"):
        message = {"Message": "Authorization has been denied for this request."}
        return json_answer(message, 401, headers={"WWW-Authenticate": 'Basic realm="PX"'})
    if request.query.get("companyId") != COMPANY_ID:
        return json_answer({"Message": "The company is not known. Check companyId."}, 400)
    try:
        is_recent = _since(request.query.get("changedSince"))
    except ValueError:
        return json_answer({"Message": "The value of changedSince is not valid for DateTimeOffset."}, 400)
    kept = [row for row, stamp, active in rows if (everything or active) and is_recent(stamp)]
    wants_text = request.headers.get("Accept") == "text/json"
    content = {"Servertime": SERVER_TIME, name: kept, "Message": _MESSAGE}
    return json_answer(content, content_type="text/json" if wants_text else "application/json")


def _since(changed_since: str | None) -> Callable[[str], bool]:
    """A test for stamps; all seven digits count, so that a value rounded up misses the rows in between."""
    if not changed_since:
        return lambda _stamp: True
    threshold = read_ticks(changed_since)
    return lambda stamp: read_ticks(stamp) >= threshold


def _flag(request: web.Request, name: str) -> bool:
    """A boolean parameter. ASSUMED: an absent one is false."""
    return request.query.get(name, "").lower() == "true"
