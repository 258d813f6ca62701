"""Faults that answer late, to nobody, or to another question than was asked."""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler

from airflow_provider_erp.sandbox.answers import whole_number
from airflow_provider_erp.sandbox.faults.kind import Kind, Need
from airflow_provider_erp.sandbox.faults.targets import Target

_SLOW_SECONDS = 1.0


async def _expire(request: web.Request, handler: Handler, target: Target) -> web.StreamResponse:
    target.expire(request)
    return await handler(request)


async def wait(request: web.Request, handler: Handler, _target: Target) -> web.StreamResponse:
    """Handles the request after a while."""
    await asyncio.sleep(_SLOW_SECONDS)
    return await handler(request)


async def _ask_page_before(request: web.Request, handler: Handler, target: Target) -> web.StreamResponse:
    number = whole_number(request.query.get(target.page), 1) or 1
    url = request.rel_url.update_query({target.page: str(max(1, number - 1))})
    return await handler(request.clone(rel_url=url))


async def _ask_without_change_filter(request: web.Request, handler: Handler, target: Target) -> web.StreamResponse:
    kept = [(name, value) for name, value in request.query.items() if name not in target.change_filters]
    return await handler(request.clone(rel_url=request.rel_url.with_query(kept)))


KINDS = (
    Kind("expired_token", "the token or session of the request ends", _expire, Need.TOKEN),
    Kind("slow", "an answer after 1 s", wait),
    Kind("repeated_page", "the page before is served again", _ask_page_before, Need.PAGES),
    Kind("ignored_filter", "all rows, whatever the change filter", _ask_without_change_filter, Need.CHANGE_FILTER),
)
