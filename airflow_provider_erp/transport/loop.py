"""Moves a conversation on with many requests in flight, on an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from typing import Any, cast

from airflow_provider_erp.protocol.drivers import Deed
from airflow_provider_erp.protocol.messages import (
    Answer,
    Conversation,
    More,
    Opened,
    Outcome,
    Page,
    Request,
    Sleep,
    Start,
    Wait,
)

ASend = Callable[[Request], Awaitable[Answer]]
ASleep = Callable[[float], Awaitable[object]]


async def pause(seconds: float) -> None:
    """Lets the other conversations go on for so long."""
    await asyncio.sleep(seconds)


def blocking(pages: AsyncGenerator[Page, None]) -> Iterator[Page]:
    """The pages of an async driver, on an event loop of this thread's own that moves on while a page is waited for.

    Raises:
        RuntimeError: an event loop runs in this thread already.
    """

    async def following() -> Page | None:
        return await anext(pages, None)

    with asyncio.Runner() as runner:
        try:
            while (page := runner.run(following())) is not None:
                yield page
        finally:
            runner.run(pages.aclose())


async def arun(conversation: Conversation[object], send: ASend, sleep: ASleep) -> AsyncGenerator[Page, None]:
    """Yields the conversation's pages as they come, like ``run``; an async iterator cannot return a value.

    Started conversations go on while this one waits; those that nobody waited for are cancelled at its end.
    """
    started: set[asyncio.Task[Outcome]] = set()
    opened: list[Opened] = []
    answer: Any = None
    try:
        while True:
            try:
                step = conversation.send(answer)
            except StopIteration:
                return
            if isinstance(step, Page):
                answer = None
                yield step
            else:
                answer = await _aperform(step, send, sleep, started, opened)
    finally:
        for task in started:
            task.cancel()
        await asyncio.gather(*started, return_exceptions=True)
        for each in opened:
            await each.source.close()


async def _aperform(
    step: Deed,
    send: ASend,
    sleep: ASleep,
    started: set[asyncio.Task[Outcome]],
    opened: list[Opened],
) -> Any:
    """What the conversation is given for a step that is no page."""
    match step:
        case Sleep():
            return await sleep(step.seconds)
        case Start():
            task = asyncio.create_task(_outcome(step.conversation, send, sleep, started, opened))
            started.add(task)
            task.add_done_callback(started.discard)
            return task
        case Wait():
            return await asyncio.shield(step.ticket)
        case More():
            return await step.opened.source.read()
        case Request():
            while step.stream and opened:
                await opened.pop().source.close()
            answer = await send(step)
            if isinstance(answer, Opened):
                opened.append(answer)
            return answer


async def _outcome(conversation: Conversation[Any], *driver: Any) -> Outcome:
    """How a started conversation ends; it hands on no pages."""
    answer: Any = None
    try:
        while True:
            answer = await _aperform(cast("Deed", conversation.send(answer)), *driver)
    except StopIteration as stop:
        return Outcome(stop.value)
    except Exception as exc:  # noqa: BLE001  # raised where it is waited for
        return Outcome(error=exc)
