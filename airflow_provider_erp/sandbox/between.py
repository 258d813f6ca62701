"""What stands between a request and its vendor: the note of it, the pause before it, the fault that it meets."""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from airflow_provider_erp.sandbox.faults.board import FaultBoard
from airflow_provider_erp.sandbox.faults.targets import Target

_WRITES = frozenset({"POST", "PUT"})


def recording(seen: list[tuple[str, str]]) -> Middleware:
    """Notes every request that came whole, as it was sent; of a body that was cut nothing is done."""

    @web.middleware
    async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            await request.read()  # kept with it: whoever sent it may be gone before it is handled
        except ConnectionError:
            return web.Response(status=400)
        seen.append((request.method, request.raw_path))
        return await handler(request)

    return record


def late(seconds: float) -> Middleware:
    """Answers every data request so much later."""

    @web.middleware
    async def wait(request: web.Request, handler: Handler) -> web.StreamResponse:
        if seconds and _is_for_data(request):
            await asyncio.sleep(seconds)
        return await handler(request)

    return wait


def faulty(board: FaultBoard, vendor: str, target: Target) -> Middleware:
    """Lets a vendor's data requests meet the armed faults."""

    @web.middleware
    async def meet(request: web.Request, handler: Handler) -> web.StreamResponse:
        is_write = request.method in _WRITES
        kind = board.next(vendor, is_write=is_write) if _is_for_data(request) else None
        return await handler(request) if kind is None else await kind.hit(request, handler, target)

    return meet


def _is_for_data(request: web.Request) -> bool:
    return "/connect/" not in request.path and "/api/auth/" not in request.path
