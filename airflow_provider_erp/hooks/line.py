"""What triggers of one event loop share: for each connection its hook with the sign-in, for each host its sockets."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Self

import msgspec

from airflow_provider_erp.hooks.erp import ErpHook
from airflow_provider_erp.hooks.looking import Look
from airflow_provider_erp.protocol.glimpse import Glimpse
from airflow_provider_erp.protocol.messages import Answer, Request
from airflow_provider_erp.transport.asynchronous import POOLED_PER_HOST, AsyncTransport, pooled
from airflow_provider_erp.transport.shared import in_turn, shared
from airflow_provider_erp.versions import amask_secret


class Line:
    """Looks over one connection: opened when it is first needed, kept while it works, opened anew after an error.

    So a field of the connection that was mended counts from the next look on.
    """

    def __init__(self, conn_id: str) -> None:
        self._conn_id = conn_id
        self._stack = AsyncExitStack()
        self._asked: _Asked | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Lets go of the connection; the next look opens it anew."""
        self._asked = None
        await self._stack.aclose()

    async def hook(self) -> ErpHook:
        """The connection's hook, whose settings are read."""
        return (await self._opened()).hook

    async def look(self, look: Look) -> Glimpse:
        """What a look finds.

        Raises:
            ValueError, ErpError: as ``ErpHook.fetch``.
        """
        return await (await self._opened()).look(look)

    async def _opened(self) -> _Asked:
        if self._asked is None:
            async with in_turn("connections", 4):
                self._asked = await self._stack.enter_async_context(_asked(self._conn_id))
        return self._asked


class _Asked:
    """A hook on the loop's pool of sockets; a secret that it fetches is hidden before anything more is sent."""

    def __init__(self, hook: ErpHook, transport: AsyncTransport) -> None:
        self.hook = hook
        self._transport = transport
        self._secrets: list[str] = []
        hook.on_secret = self._secrets.append

    async def look(self, look: Look) -> Glimpse:
        async with in_turn(self, POOLED_PER_HOST):
            return await self.hook.alook(look, self._send)

    async def _send(self, request: Request) -> Answer:
        while self._secrets:
            await amask_secret(self._secrets.pop())
        return await self._transport.send(request)


@asynccontextmanager
async def _asked(conn_id: str) -> AsyncIterator[_Asked]:
    """The one for all who read the same in this connection's fields."""
    hook = await ErpHook.afor_connection(conn_id)

    @asynccontextmanager
    async def opening() -> AsyncIterator[_Asked]:
        async with pooled(hook.transport_options) as transport:
            yield _Asked(hook, transport)

    async with shared(("connection", _fingerprint(hook)), opening) as asked:
        yield asked


def _fingerprint(hook: ErpHook) -> str:
    return hashlib.sha256(msgspec.json.encode(hook.settings)).hexdigest()
