"""Visma.net ERP: customers as bare arrays, page by page, behind a token.

Source: visma-net-customer document and the project's vendor notes.
ASSUMED: filters compare whole values without letter case, a date filter needs
its condition, values are Helsinki's time, ``attributes`` is ``ID:VALUE``.
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from aiohttp import web

from airflow_provider_erp.sandbox.answers import json_answer, whole_number
from airflow_provider_erp.sandbox.visma_net.rows import customer_row
from airflow_provider_erp.sandbox.visma_net.tokens import Tokens
from airflow_provider_erp.sandbox.world.planting import Entry

MAX_PAGE_SIZE = 100
_CONDITIONS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
_DATE = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d{3})?)?")
_TEXT_FILTERS: dict[str, Callable[[dict[str, Any]], str]] = {
    "name": lambda row: str(row["name"]),
    "status": lambda row: str(row["status"]),
    "corporateId": lambda row: str(row["corporateId"]),
    "vatRegistrationId": lambda row: str(row["vatRegistrationId"]),
    "email": lambda row: str(row["mainContact"]["email"]),
    "phone": lambda row: str(row["mainContact"]["phone1"]),
    "attributes": lambda row: ",".join(f"{each['id']}:{each['value']}" for each in row["attributes"]),
}
_Test = Callable[[dict[str, Any]], bool]


class VismaNet:
    """The routes of one company of Visma.net, over a fixed set of customers."""

    def __init__(self, entries: Iterable[Entry], tokens: Tokens) -> None:
        self._rows = [customer_row(entry) for entry in entries]
        self._by_number = {row["number"]: row for row in self._rows}
        self._tokens = tokens

    def routes(self) -> list[web.RouteDef]:
        """The routes below the host, the token endpoint among them."""
        return [
            web.post("/connect/token", self._tokens.issue),
            web.get("/v1/customer", self.list_customers),
            web.get("/v1/customer/{number}", self.get_customer),
        ]

    async def list_customers(self, request: web.Request) -> web.Response:
        """One page as a bare array, the totals on every row; what is not known in the query is ignored."""
        if not self._tokens.is_valid(request):
            return _unauthorized()
        page, size = _page(request)
        if page is None or size is None:
            return json_answer({"message": "pageNumber and pageSize must be whole numbers above 0."}, 400)
        try:
            tests = list(_tests(request))
        except ValueError as exc:
            return json_answer({"message": str(exc)}, 400)
        kept = [row for row in self._rows if all(test(row) for test in tests)]
        metadata = {"totalCount": len(kept), "maxPageSize": MAX_PAGE_SIZE}
        start = (page - 1) * size
        return json_answer([{**row, "metadata": metadata} for row in kept[start : start + size]])

    async def get_customer(self, request: web.Request) -> web.Response:
        """The customer with the number of the path."""
        if not self._tokens.is_valid(request):
            return _unauthorized()
        row = self._by_number.get(request.match_info["number"])
        if row is None:
            return json_answer({"message": "Customer is not found."}, 404)
        return json_answer({**row, "metadata": {"totalCount": 1, "maxPageSize": MAX_PAGE_SIZE}})


def _unauthorized() -> web.Response:
    message = {"message": "Authorization has been denied for this request."}
    return json_answer(message, 401, headers={"WWW-Authenticate": "Bearer"})


def _page(request: web.Request) -> tuple[int | None, int | None]:
    """The page and its size, which is cut to the greatest in silence; ``None`` where it is no number above 0."""
    page = whole_number(request.query.get("pageNumber"), 1)
    size = whole_number(request.query.get("pageSize"), MAX_PAGE_SIZE)
    return (page if page and page > 0 else None), (min(size, MAX_PAGE_SIZE) if size and size > 0 else None)


def _tests(request: web.Request) -> Iterator[_Test]:
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


def _equals(value_of: Callable[[dict[str, Any]], str], wanted: str) -> _Test:
    return lambda row: value_of(row).casefold() == wanted.casefold()


def _compares(name: str, wanted: str, condition: str) -> _Test:
    if condition not in _CONDITIONS:
        raise ValueError(f"{name}Condition must be one of > < >= <=.")
    if not _DATE.fullmatch(wanted):
        raise ValueError(f"The value of {name} is not a valid date.")
    threshold, holds = dt.datetime.fromisoformat(wanted), _CONDITIONS[condition]
    return lambda row: holds(dt.datetime.fromisoformat(row[name]), threshold)
