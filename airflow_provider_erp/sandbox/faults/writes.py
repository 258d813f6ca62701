"""Faults that only writes meet; each says whether the write is done."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from airflow_provider_erp.sandbox.answers import json_answer
from airflow_provider_erp.sandbox.faults.asked import wait
from airflow_provider_erp.sandbox.faults.kind import Hit, Kind, Need
from airflow_provider_erp.sandbox.faults.replaced import refusal
from airflow_provider_erp.sandbox.faults.targets import Target
from airflow_provider_erp.sandbox.visma_net.background import unasked

_REASON = "The record breaks a rule of the sandbox."


async def _lose(request: web.Request, handler: Handler, _target: Target) -> web.StreamResponse:
    """Does what is asked, then ends the connection without an answer."""
    answer = await handler(request)
    if request.transport is not None:
        request.transport.close()
    return answer


async def _fail_after(request: web.Request, handler: Handler, target: Target) -> web.StreamResponse:
    await handler(request)
    return await refusal(HTTPStatus.INTERNAL_SERVER_ERROR)(request, handler, target)


async def _never_reach(request: web.Request, _handler: Handler, _target: Target) -> web.StreamResponse:
    """Reads the request, then ends the connection: nothing is done."""
    await request.read()
    if request.transport is not None:
        request.transport.close()
    return web.Response()


async def _reject(_request: web.Request, _handler: Handler, target: Target) -> web.StreamResponse:
    return json_answer({"Message" if target.refusals_in_200 else "message": _REASON}, HTTPStatus.BAD_REQUEST)


async def _reject_in_200(_request: web.Request, _handler: Handler, _target: Target) -> web.StreamResponse:
    return json_answer({"has_errors": True, "errors": [_REASON]})


async def _put_off(request: web.Request, handler: Handler, _target: Target) -> web.StreamResponse:
    with unasked():
        return await handler(request)


def _kind(name: str, words: str, hit: Hit, need: Need = Need.WRITES) -> Kind:
    return Kind(f"write_{name}", words, hit, need, only_writes=True)


KINDS = (
    _kind("lost", "a write is done, and the connection ends without an answer", _lose),
    _kind("500", "a write is done, and the answer is an error of the server", _fail_after),
    _kind("unsent", "a write is not done, and the connection ends without an answer", _never_reach),
    _kind("500_undone", "a write is not done, and the answer is the same", refusal(HTTPStatus.INTERNAL_SERVER_ERROR)),
    _kind("rejected", "a write is refused with status 400", _reject),
    _kind("rejected_200", "a write is refused with status 200", _reject_in_200, Need.REFUSALS_IN_200),
    _kind("429", "too many writes, Retry-After: 1", refusal(HTTPStatus.TOO_MANY_REQUESTS, Retry_After="1")),
    _kind("slow", "a write that is done and answered after 1 s", wait),
    _kind("background", "a write is answered with 202 and done in the background", _put_off, Need.BACKGROUND),
)
