"""Faults that spoil the bytes of an answer, or the way in which they are sent."""

from __future__ import annotations

import gzip
import socket
import struct
from codecs import BOM_UTF8
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Handler

from airflow_provider_erp.sandbox.answers import whole_body
from airflow_provider_erp.sandbox.faults.kind import Hit, Kind
from airflow_provider_erp.sandbox.faults.targets import Target

_LINGER_FOR_0_SECONDS = struct.pack("ii", 1, 0)
_OF_THE_BODY = {"Content-Length", "Transfer-Encoding"}


def _spoiling(spoil: Callable[[web.Request, web.StreamResponse], Awaitable[web.StreamResponse]]) -> Hit:
    async def hit(request: web.Request, handler: Handler, _target: Target) -> web.StreamResponse:
        return await spoil(request, await handler(request))

    return hit


def _rewriting(rewrite: Callable[[bytes], bytes], **headers: str) -> Hit:
    """Another body with the same headers, and some more."""

    async def spoil(_request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(
            body=rewrite(whole_body(response)), status=response.status, headers=_headers(response) | named
        )

    return _spoiling(spoil)


def _headers(response: web.StreamResponse) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name not in _OF_THE_BODY}


def _in_latin_1(body: bytes) -> bytes:
    return body.decode().encode("latin-1", errors="replace")


def _cut_gzip(body: bytes) -> bytes:
    packed = gzip.compress(body)
    return packed[: len(packed) // 2]


async def _send_half(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """The first half of an answer that announced its whole body."""
    body = whole_body(response)
    half = web.StreamResponse(status=response.status, headers=_headers(response))
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


KINDS = (
    Kind("reset", "half an answer, then the connection is reset", _spoiling(_reset)),
    Kind("truncated", "half an answer, then the connection ends", _spoiling(_truncate)),
    Kind("bom", "a byte order mark before the body", _rewriting(lambda body: BOM_UTF8 + body)),
    Kind("latin1", "a body in Latin-1 whose header says UTF-8", _rewriting(_in_latin_1)),
    Kind("gzip", "a body packed with gzip, as it should be", _rewriting(gzip.compress, Content_Encoding="gzip")),
    Kind("gzip_cut", "a body packed with gzip that ends early", _rewriting(_cut_gzip, Content_Encoding="gzip")),
)
