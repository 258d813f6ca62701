"""Visma.net ERP: customers as bare arrays, page by page, behind a token.

Source: visma-net-customer document and the project's vendor notes.
ASSUMED: filters compare whole values without letter case, a date filter needs
its condition, values are Helsinki's time, ``attributes`` is ``ID:VALUE``.
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from aiohttp import web

from airflow_provider_erp.sandbox.answers import json_answer, whole_number
from airflow_provider_erp.sandbox.customers import Customers, Marks
from airflow_provider_erp.sandbox.serving import Fields, Row, Test, announced, page, select
from airflow_provider_erp.sandbox.visma_net.background import Background
from airflow_provider_erp.sandbox.visma_net.limits import Limit
from airflow_provider_erp.sandbox.visma_net.rows import customer_row, stamp
from airflow_provider_erp.sandbox.visma_net.tokens import Tokens
from airflow_provider_erp.sandbox.visma_net.writes import Writes, customer_of, etag, not_found
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


_MARKS = Marks(stamp, ("lastModifiedDateTime", "timeStamp"))
_Handler = Callable[[web.Request], Awaitable[web.Response]]


class VismaNet:
    """The routes of one company of Visma.net, over the customers of one day."""

    def __init__(self, world: World, tokens: Tokens, limit: Limit, *, unique_corporate_ids: bool) -> None:
        self._tokens, self._limit, self._background = tokens, limit, Background()
        self.customers = Customers(world.books["visma_net"], customer_row, _MARKS)
        self._writes = Writes(self.customers, unique_corporate_ids=unique_corporate_ids)

    def routes(self) -> list[web.RouteDef]:
        """The routes below the host, the token endpoint among them."""
        one, read, write = "/v1/customer/{number}", self._limit.guarding, self._writing
        return [
            web.post("/connect/token", self._tokens.issue),
            web.get("/v1/customer", read(self.list_customers)),
            web.get(one, read(self.get_customer)),
            web.post("/v1/customer", write(self._writes.create, "create")),
            web.put(one, write(self._writes.update, "update")),
            web.post(f"{one}/action/createDunningLetter", write(self._writes.create_dunning_letter, "create")),
            web.get("/v1/background/{operation}", read(self.get_operation)),
        ]

    def show(self, world: World) -> None:
        """Serves the customers of this day from now on."""
        self.customers.show(world.books["visma_net"])

    def changes(self) -> dict[str, Changes]:
        """What happened since the day before."""
        return {"customer": self.customers.book.changes}

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
        kept = select(self.customers.rows, tests)
        metadata = {"totalCount": announced(len(kept)), "maxPageSize": MAX_PAGE_SIZE}
        rows = page(kept[(number - 1) * size : number * size], _FIELDS)
        return json_answer([{**row, "metadata": metadata} for row in rows])

    async def get_customer(self, request: web.Request) -> web.Response:
        """The customer with the number of the path."""
        if not self._tokens.is_valid(request):
            return _unauthorized()
        row = customer_of(self.customers, request)
        if row is None:
            return not_found()
        whole = {**row, "metadata": {"totalCount": 1, "maxPageSize": MAX_PAGE_SIZE}}
        return json_answer(whole, headers={"ETag": etag(row)})

    async def get_operation(self, request: web.Request) -> web.Response:
        """What became of a write in the background."""
        return await self._background.state(request) if self._tokens.is_valid(request) else _unauthorized()

    def _writing(self, handler: _Handler, right: str) -> _Handler:
        """The handler of a write, behind the limit and a token with the right, in the background if that is asked."""
        handle = self._background.taking(handler)

        async def write(request: web.Request) -> web.Response:
            if not self._tokens.is_valid(request):
                return _unauthorized()
            if not self._tokens.may(request, right):
                return json_answer({"message": f"The scope of the token lacks the right to {right}."}, 403)
            return await handle(request)

        return self._limit.guarding(write)


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
