"""Visma.net ERP: customers as bare arrays, page by page, behind a token.

Source: visma-net-customer document and the project's vendor notes.
ASSUMED: filters compare whole values without letter case, a date filter needs
its condition, values are Helsinki's time, ``attributes`` is ``ID:VALUE``.
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable, Iterator
from typing import Any

from aiohttp import web

from airflow_provider_erp.sandbox.answers import json_answer, whole_number
from airflow_provider_erp.sandbox.serving import Fields, Row, Shelf, Test, announced, page, select
from airflow_provider_erp.sandbox.visma_net.limits import Limit
from airflow_provider_erp.sandbox.visma_net.rows import customer_row
from airflow_provider_erp.sandbox.visma_net.tokens import Tokens
from airflow_provider_erp.sandbox.world.books import Changes
from airflow_provider_erp.sandbox.world.calendar import World

MAX_PAGE_SIZE = 100
_CONDITIONS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
_DATE = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d{3})?)?")
_TEXT_FILTERS: dict[str, Callable[[Row], str]] = {
    "name": lambda row: str(row["name"]),
    "status": lambda row: str(row["status"]),
    "corporateId": lambda row: str(row["corporateId"]),
    "vatRegistrationId": lambda row: str(row["vatRegistrationId"]),
    "email": lambda row: str(row["mainContact"]["email"]),
    "phone": lambda row: str(row["mainContact"]["phone1"]),
    "attributes": lambda row: ",".join(f"{each['id']}:{each['value']}" for each in row["attributes"]),
}
_FIELDS = Fields(text="name", number=("mainAddress", "addressId"), optional="attributes", retyped="internalId")


class VismaNet:
    """The routes of one company of Visma.net, over the customers of one day."""

    def __init__(self, world: World, tokens: Tokens, limit: Limit) -> None:
        self._tokens, self._limit = tokens, limit
        self.show(world)

    def routes(self) -> list[web.RouteDef]:
        """The routes below the host, the token endpoint among them."""
        return [
            web.post("/connect/token", self._tokens.issue),
            web.get("/v1/customer", self._limit.guarding(self.list_customers)),
            web.get("/v1/customer/{number}", self._limit.guarding(self.get_customer)),
        ]

    def show(self, world: World) -> None:
        """Serves the customers of this day from now on."""
        self._customers = Shelf(world.books["visma_net"], customer_row)

    def changes(self) -> dict[str, Changes]:
        """What happened since the day before."""
        return {"customer": self._customers.book.changes}

    async def list_customers(self, request: web.Request) -> web.Response:
        """One page as a bare array, the totals on every row; what is not known in the query is ignored."""
        if not self._tokens.is_valid(request):
            return _unauthorized()
        number, size = _page(request)
        if number is None or size is None:
            return json_answer({"message": "pageNumber and pageSize must be whole numbers above 0."}, 400)
        try:
            tests = list(_tests(request))
        except ValueError as exc:
            return json_answer({"message": str(exc)}, 400)
        kept = select(self._customers.rows, tests)
        metadata = {"totalCount": announced(len(kept)), "maxPageSize": MAX_PAGE_SIZE}
        rows = page(kept[(number - 1) * size : number * size], _FIELDS)
        return json_answer([{**row, "metadata": metadata} for row in rows])

    async def get_customer(self, request: web.Request) -> web.Response:
        """The customer with the number of the path."""
        if not self._tokens.is_valid(request):
            return _unauthorized()
        number = request.match_info["number"]
        entry = next((each for each in self._customers.book.things.values() if each.number == number), None)
        if entry is None:
            return json_answer({"message": "Customer is not found."}, 404)
        return json_answer({**customer_row(entry), "metadata": {"totalCount": 1, "maxPageSize": MAX_PAGE_SIZE}})


def _unauthorized() -> web.Response:
    message = {"message": "Authorization has been denied for this request."}
    return json_answer(message, 401, headers={"WWW-Authenticate": "Bearer"})


def _page(request: web.Request) -> tuple[int | None, int | None]:
    """The page and its size, which is cut to the greatest in silence; ``None`` where it is no number above 0."""
    number = whole_number(request.query.get("pageNumber"), 1)
    size = whole_number(request.query.get("pageSize"), MAX_PAGE_SIZE)
    return (number if number and number > 0 else None), (min(size, MAX_PAGE_SIZE) if size and size > 0 else None)


def _tests(request: web.Request) -> Iterator[Test]:
    """One test of rows for each known filter.

    Raises:
        ValueError: a date in another than the three documented formats, or without a known condition.
    """
    for name, value_of in _TEXT_FILTERS.items():
        if wanted := request.query.get(name):
            yield _equals(value_of, wanted)
    for name in ("lastModifiedDateTime", "createdDateTime"):
        if wanted := request.query.get(name):
            yield _compares(name, wanted, request.query.get(f"{name}Condition", ""))


def _equals(value_of: Callable[[Row], str], wanted: str) -> Test:
    return lambda row: value_of(row).casefold() == wanted.casefold()


def _compares(name: str, wanted: str, condition: str) -> Test:
    if condition not in _CONDITIONS:
        raise ValueError(f"{name}Condition must be one of > < >= <=.")
    if not _DATE.fullmatch(wanted):
        raise ValueError(f"The value of {name} is not a valid date.")
    threshold, holds = dt.datetime.fromisoformat(wanted), _CONDITIONS[condition]
    return lambda row: holds(dt.datetime.fromisoformat(row[name]), threshold)
