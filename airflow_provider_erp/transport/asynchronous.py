"""Sends a conversation's requests with ``aiohttp``: many in flight on one thread."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus

import aiohttp
import yarl
from aiohttp.abc import AbstractCookieJar

from airflow_provider_erp.protocol.messages import Answer, Lost, Opened, Request, Response
from airflow_provider_erp.transport.options import (
    PIECE_BYTES,
    USER_AGENT,
    TransportOptions,
    proxy_for,
    too_long,
    unsendable,
)
from airflow_provider_erp.transport.redact import redact_library_logs
from airflow_provider_erp.transport.shared import shared

POOLED_PER_HOST = 8
"""How many connections to one host all triggers of a loop have together."""


class AsyncTransport:
    """Connections of one event loop, as many as the options say; made by ``opened``.

    Behaves like the sync transport: no netrc, no redirects, nothing raised
    that holds an address.
    """

    def __init__(self, session: aiohttp.ClientSession, options: TransportOptions) -> None:
        self.options = options
        self._session = session

    async def send(self, request: Request) -> Answer:
        """The server's answer, whole, or opened where a stream was asked for and comes; or why there is none.

        Raises:
            ErpConfigError: a header of the request cannot be sent.
            ErpProtocolError: the answer is longer than ``max_body_bytes``.
        """
        started = time.monotonic()
        try:
            answer = await self._session.request(
                request.method,
                yarl.URL(request.url, encoded=True),
                headers=dict(request.headers),
                data=request.body,
                allow_redirects=False,
                proxy=proxy_for(request.url),
            )
            is_opened = request.stream and answer.status == HTTPStatus.OK
            body = b"" if is_opened else await self._whole(request, answer)
        except aiohttp.InvalidURL as exc:
            raise unsendable(request, exc) from None
        except (aiohttp.ClientError, OSError) as exc:  # a time-out is an OSError
            return _lost(exc, time.monotonic() - started, self.options)
        except ValueError as exc:
            raise unsendable(request, exc) from None
        headers = {name.lower(): value for name, value in answer.headers.items()}
        now, seconds = datetime.now(UTC), time.monotonic() - started
        if is_opened:
            return Opened(answer.status, headers, b"", now, seconds, source=_Source(answer, self.options))
        return Response(answer.status, headers, body, now, seconds)

    async def _whole(self, request: Request, answer: aiohttp.ClientResponse) -> bytes:
        async with answer:
            pieces, length = [], 0
            async for piece in answer.content.iter_any():
                pieces.append(piece)
                length += len(piece)
                if length > self.options.max_body_bytes:
                    raise too_long(request, self.options)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


class _Source:
    """The body of an opened answer, piece by piece."""

    def __init__(self, answer: aiohttp.ClientResponse, options: TransportOptions) -> None:
        self._answer = answer
        self._options = options

    async def read(self) -> bytes | Lost:
        """The next piece, empty at the end."""
        pieces, length = [], 0
        try:
            while length < PIECE_BYTES and (piece := await self._answer.content.read(PIECE_BYTES - length)):
                pieces.append(piece)
                length += len(piece)
        except (aiohttp.ClientError, OSError) as exc:
            return _lost(exc, 0.0, self._options)
        return b"".join(pieces)

    async def close(self) -> None:
        """Gives the connection back, or closes it where there is more to come."""
        self._answer.close()


@asynccontextmanager
async def opened(options: TransportOptions) -> AsyncIterator[AsyncTransport]:
    """A transport on the running loop with connections of its own, closed at the end."""
    connector = aiohttp.TCPConnector(limit=options.connections, ssl=_tls(options))
    async with _session(options, connector) as session:
        yield AsyncTransport(session, options)


@asynccontextmanager
async def pooled(options: TransportOptions) -> AsyncIterator[AsyncTransport]:
    """A transport on the connections that all users of the running loop share, a few to each host.

    It keeps no cookies: one user's must not go out with another's request.
    """

    def opening() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=0, limit_per_host=POOLED_PER_HOST, ssl=_tls(options))
        return _session(options, connector, aiohttp.DummyCookieJar())

    async with shared(("sockets", options.verify, options.timeout_seconds), opening) as session:
        yield AsyncTransport(session, options)


def _session(
    options: TransportOptions, connector: aiohttp.TCPConnector, cookies: AbstractCookieJar | None = None
) -> aiohttp.ClientSession:
    redact_library_logs()
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=options.timeout_seconds, sock_read=options.timeout_seconds)
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=cookies,
        timeout=timeout,
        headers={"User-Agent": USER_AGENT},
        trust_env=False,
        read_bufsize=PIECE_BYTES,
    )


def _tls(options: TransportOptions) -> ssl.SSLContext | bool:
    if isinstance(options.verify, bool):
        return options.verify
    return ssl.create_default_context(cafile=options.verify)


def _lost(exc: Exception, seconds: float, options: TransportOptions) -> Lost:
    """The failure in words; the library's own words hold the address with its query, so they are left out.

    Not sent is what aiohttp's connector raises, which opens connections and
    does no more: its errors are of no other part of the library.
    """
    match exc:
        case aiohttp.ClientSSLError() | aiohttp.ClientConnectorCertificateError():
            return Lost("the TLS handshake failed (certificate? see ca_bundle)", sent=False, seconds=seconds)
        case ssl.SSLError():
            return Lost("the TLS connection broke", sent=True, seconds=seconds)
        case aiohttp.ConnectionTimeoutError():
            return Lost(f"no connection within {options.timeout_seconds:g} s", sent=False, seconds=seconds)
        case aiohttp.ServerTimeoutError() | asyncio.TimeoutError():
            return Lost(f"no answer within {options.timeout_seconds:g} s", sent=True, seconds=seconds)
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            return Lost("the proxy refused the connection", sent=False, seconds=seconds)
        case aiohttp.ClientConnectorError():
            return Lost("no connection could be opened", sent=False, seconds=seconds)
        case aiohttp.ClientPayloadError():
            return Lost("the body broke off", sent=True, seconds=seconds)
        case aiohttp.ClientConnectionError() | ConnectionError():
            return Lost("the connection was reset", sent=True, seconds=seconds)
        case _:
            return Lost(f"the request failed ({type(exc).__name__})", sent=True, seconds=seconds)
