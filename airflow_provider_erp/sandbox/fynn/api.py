"""Fynn: customers in numbered pages of ``limit``, behind an API key.

Source: fynn-customers document. ASSUMED: lists hold the archived; names and
``search`` match in part, other filters as a whole; ``limit=0`` answers no rows
and the totals.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from functools import partial

from aiohttp import web

from airflow_provider_erp.sandbox.answers import json_answer, whole_number
from airflow_provider_erp.sandbox.fynn.rows import customer_row
from airflow_provider_erp.sandbox.serving import Fields, Row, Shelf, Test, announced, page, select
from airflow_provider_erp.sandbox.world.books import Changes
from airflow_provider_erp.sandbox.world.calendar import World

API_KEY = "fynn-sandbox-phrase"
_DEFAULT_LIMIT = 30
_MAX_LIMIT = 100
_FIELDS = Fields(text="companyName", number=("totalTurnOverRank",), optional="datevId", retyped="totalTurnOverRank")


def _text(name: str) -> Callable[[Row], str]:
    return lambda row: str(row[name] or "")


def _boolean(name: str) -> Callable[[Row], str]:
    return lambda row: str(row[name]).lower()


_EXACT_FILTERS: dict[str, Callable[[Row], str]] = {
    "customerNumber": _text("customerNumber"),
    "vatId": _text("vatId"),
    "datevId": _text("datevId"),
    "isVatIdValid": _boolean("isVatIdValid"),
    "partner": _boolean("isPartner"),
    "emailAddresses.email": lambda row: str(row["defaultEmailAddress"]["email"]),
    "customerGroup.name": lambda row: "Business" if row["businessCustomer"] else "Private",
}
_PARTIAL_FILTERS: dict[str, Callable[[Row], str]] = {
    "companyName": _text("companyName"),
    "firstName": _text("firstName"),
    "lastName": _text("lastName"),
    "search": lambda row: " ".join(
        (
            row["customerNumber"],
            row["companyName"] or "",
            row["firstName"],
            row["lastName"],
            _EXACT_FILTERS["emailAddresses.email"](row),
        )
    ),
}


class Fynn:
    """The routes of Fynn, over the customers of one day."""

    def __init__(self, world: World) -> None:
        self.show(world)

    def routes(self) -> list[web.RouteDef]:
        """The routes below the host."""
        return [web.get("/customers", self.list_customers)]

    def show(self, world: World) -> None:
        """Serves the customers of this day from now on."""
        self._customers = Shelf(world.books["fynn"], customer_row)

    def changes(self) -> dict[str, Changes]:
        """What happened since the day before."""
        return {"customer": self._customers.book.changes}

    async def list_customers(self, request: web.Request) -> web.Response:
        """One page; what is not known in the query is ignored."""
        if request.headers.get("Authorization") != f"Bearer {API_KEY}":
            return json_answer({"title": "Unauthorized", "detail": "Der API-Schlüssel ist ungültig."}, 401)
        number = whole_number(request.query.get("page"), 1)
        limit = whole_number(request.query.get("limit"), _DEFAULT_LIMIT)
        if number is None or number < 1:
            return _violation("page", "Dieser Wert sollte größer als 0 sein.")
        if limit is None or not 0 <= limit <= _MAX_LIMIT:
            return _violation("limit", f"Dieser Wert sollte zwischen 0 und {_MAX_LIMIT} liegen.")
        kept = select(self._customers.rows, _tests(request))
        rows = page(kept[(number - 1) * limit : number * limit], _FIELDS)
        pagination = _pagination(announced(len(kept)), limit, number, len(rows))
        return json_answer({"data": rows, "meta": {"pagination": pagination}})


def _pagination(total: int, limit: int, page: int, rows: int) -> dict[str, int]:
    return {
        "totalItems": total,
        "itemsPerPage": limit,
        "currentPage": page,
        "lastPage": max(1, -(-total // limit)) if limit else 1,
        "pageTotalItems": rows,
    }


def _violation(path: str, message: str) -> web.Response:
    code = str(uuid.uuid5(uuid.NAMESPACE_OID, path))
    violations = [{"propertyPath": path, "message": message, "code": code}]
    return json_answer(
        {"title": "Ein Fehler ist aufgetreten", "detail": f"{path}: {message}", "violations": violations}, 400
    )


def _tests(request: web.Request) -> Iterator[Test]:
    for name, wanted in request.query.items():
        if name in _EXACT_FILTERS:
            yield partial(_equals, _EXACT_FILTERS[name], wanted.casefold())
        if name in _PARTIAL_FILTERS:
            yield partial(_contains, _PARTIAL_FILTERS[name], wanted.casefold())


def _equals(value_of: Callable[[Row], str], wanted: str, row: Row) -> bool:
    return value_of(row).casefold() == wanted


def _contains(value_of: Callable[[Row], str], wanted: str, row: Row) -> bool:
    return wanted in value_of(row).casefold()
