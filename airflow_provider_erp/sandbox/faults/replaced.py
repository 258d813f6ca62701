"""Faults that answer in the vendor's place: the request is never handled."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from airflow_provider_erp.sandbox.answers import json_answer
from airflow_provider_erp.sandbox.faults.kind import Hit, Kind
from airflow_provider_erp.sandbox.faults.targets import Target

_MAINTENANCE_PAGE = "<!DOCTYPE html><html><body><h1>Service is under maintenance</h1></body></html>"


def refusal(status: HTTPStatus, **headers: str) -> Hit:
    """An answer with a status and its phrase as message."""

    async def hit(_request: web.Request, _handler: Handler, _target: Target) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return json_answer({"message": f"{status.phrase}."}, status, headers=named)

    return hit


async def _maintenance(_request: web.Request, _handler: Handler, _target: Target) -> web.StreamResponse:
    return web.Response(text=_MAINTENANCE_PAGE, content_type="text/html")


KINDS = (
    Kind("429", "too many requests, Retry-After: 1", refusal(HTTPStatus.TOO_MANY_REQUESTS, Retry_After="1")),
    Kind("429_long", "the same, Retry-After: 3600", refusal(HTTPStatus.TOO_MANY_REQUESTS, Retry_After="3600")),
    Kind("500", "an error of the server", refusal(HTTPStatus.INTERNAL_SERVER_ERROR)),
    Kind("403", "forbidden", refusal(HTTPStatus.FORBIDDEN)),
    Kind("404", "not found", refusal(HTTPStatus.NOT_FOUND)),
    Kind("html", "a page about maintenance, with status 200", _maintenance),
)
