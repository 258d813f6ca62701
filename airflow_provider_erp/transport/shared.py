"""What conversations of one event loop use together: opened for the first of them, closed after the last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


@dataclass(slots=True)
class _Held:
    users: int = 0
    value: Any = None
    is_open: bool = False
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)


_held: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, _Held]] = WeakKeyDictionary()


@asynccontextmanager
async def shared(key: Hashable, opening: Callable[[], AbstractAsyncContextManager[T]]) -> AsyncIterator[T]:
    """The one value that all who ask for ``key`` on the running loop have, as long as one of them does."""
    of_loop = _held.setdefault(asyncio.get_running_loop(), {})
    held = of_loop.setdefault(key, _Held())
    held.users += 1
    try:
        async with held.opening:
            if not held.is_open:
                held.value = await held.stack.enter_async_context(opening())
                held.is_open = True
        yield held.value
    finally:
        held.users -= 1
        if not held.users:
            del of_loop[key]
            await held.stack.aclose()


@asynccontextmanager
async def in_turn(key: Hashable, most: int) -> AsyncIterator[None]:
    """Waits until fewer than ``most`` others of the running loop are within a block of this key.

    What hundreds of tasks want to do in the same moment is so spread over many
    rounds of the loop, and none of these takes long.
    """

    @asynccontextmanager
    async def opening() -> AsyncIterator[asyncio.Semaphore]:
        yield asyncio.Semaphore(most)

    async with shared(("turns", key), opening) as turns, turns:
        yield
