"""Faults on request: what a vendor's server does on a bad day, armed for the next data requests."""

from __future__ import annotations

import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from threading import Lock

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from airflow_provider_erp.sandbox.answers import json_answer

VENDORS = ("visma_px", "visma_net", "lemonsoft", "fynn")
EXPIRED = "expired_token"
KINDS = ("429", "500", "reset", "truncated", EXPIRED, "html")
_WITH_TOKENS = ("visma_net", "lemonsoft")
_LINGER_FOR_0_SECONDS = struct.pack("ii", 1, 0)
_MAINTENANCE_PAGE = "<!DOCTYPE html><html><body><h1>Service is under maintenance</h1></body></html>"


@dataclass(slots=True)
class Fault:
    """One armed fault: it lets ``after`` data requests of its vendor pass and hits the next ``count``."""

    vendor: str
    kind: str
    count: int = 1
    after: int = 0

    def __post_init__(self) -> None:
        """Checks the words and numbers.

        Raises:
            ValueError: an unknown vendor or kind, a number out of range, or a token where the vendor has none.
        """
        if self.vendor not in VENDORS:
            raise ValueError(f"fault: expected a vendor of {', '.join(VENDORS)}, got {self.vendor!r}")
        if self.kind not in KINDS:
            raise ValueError(f"fault: expected a kind of {', '.join(KINDS)}, got {self.kind!r}")
        if self.count < 1 or self.after < 0:
            raise ValueError(f"fault: expected count >= 1 and after >= 0, got {self.count} and {self.after}")
        if self.kind == EXPIRED and self.vendor not in _WITH_TOKENS:
            raise ValueError(
                f"fault: {self.vendor} has no token that could expire; only {', '.join(_WITH_TOKENS)} have"
            )


class FaultBoard:
    """The armed faults, in the order of arming; safe to use from other threads than the server's."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []
        self._lock = Lock()

    def arm(self, fault: Fault) -> None:
        """Puts a fault behind those that are armed already."""
        with self._lock:
            self._armed.append(fault)

    def clear(self) -> None:
        """Disarms everything."""
        with self._lock:
            self._armed.clear()

    def armed(self) -> list[Fault]:
        """Copies of what is still armed."""
        with self._lock:
            return [Fault(fault.vendor, fault.kind, fault.count, fault.after) for fault in self._armed]

    def next(self, vendor: str) -> str | None:
        """The kind of fault that the vendor's next data request meets, if any; counts that request.

        Faults of one vendor queue: a later one counts its ``after`` from the end of the one before.
        """
        with self._lock:
            fault = next((fault for fault in self._armed if fault.vendor == vendor), None)
            if fault is None:
                return None
            if fault.after:
                fault.after -= 1
                return None
            fault.count -= 1
            if not fault.count:
                self._armed.remove(fault)
            return fault.kind


def _is_for_data(request: web.Request) -> bool:
    return "/connect/" not in request.path and "/api/auth/" not in request.path


def middleware(board: FaultBoard, vendor: str, expire: Callable[[web.Request], None]) -> Middleware:
    """The middleware that lets a vendor's data requests meet the armed faults.

    ``expire`` makes the vendor's own token or session of a request unknown.
    """

    @web.middleware
    async def apply_faults(request: web.Request, handler: Handler) -> web.StreamResponse:
        kind = board.next(vendor) if _is_for_data(request) else None
        if kind == EXPIRED:
            expire(request)
        if kind in _ANSWERS:
            return _ANSWERS[kind]()
        response = await handler(request)
        if kind in _BREAKS:
            return await _BREAKS[kind](request, response)
        return response

    return apply_faults


def _too_many() -> web.Response:
    return json_answer({"message": "Too many requests."}, 429, headers={"Retry-After": "1"})


def _broken() -> web.Response:
    return json_answer({"message": "An error has occurred."}, 500)


def _html() -> web.Response:
    return web.Response(text=_MAINTENANCE_PAGE, content_type="text/html")


async def _send_half(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """The first half of an answer that announced its whole body."""
    body = response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b"{}"
    half = web.StreamResponse(status=response.status, headers={"Content-Type": "application/json"})
    half.content_length = len(body)
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    return half


async def _truncate(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    half = await _send_half(request, response)
    if request.transport is not None:
        request.transport.close()
    return half


async def _reset(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Half an answer, then a TCP reset instead of an orderly end."""
    half = await _send_half(request, response)
    if request.transport is not None:
        request.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_FOR_0_SECONDS
        )
        request.transport.abort()
    return half


_ANSWERS: dict[str | None, Callable[[], web.Response]] = {"429": _too_many, "500": _broken, "html": _html}
_BREAKS: dict[str | None, Callable[[web.Request, web.StreamResponse], Awaitable[web.StreamResponse]]] = {
    "truncated": _truncate,
    "reset": _reset,
}
