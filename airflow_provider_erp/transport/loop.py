"""Moves a conversation on with many requests in flight, on an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from typing import Any, cast

from airflow_provider_erp.exceptions import ErpUnavailable
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
    T,
    Wait,
)

ASend = Callable[[Request], Awaitable[Answer]]
ASleep = Callable[[float], Awaitable[object]]


async def pause(seconds: float) -> None:
    """Lets the other conversations go on for so long."""
    await asyncio.sleep(seconds)


async def in_thread(work: Callable[[], T]) -> T:
    """What ``work`` returns, which may take its time: it blocks a thread and not the loop."""
    return await asyncio.to_thread(work)


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


async def acomplete(conversation: Conversation[T], send: ASend, sleep: ASleep) -> T:
    """What the conversation returns; its pages, if any, are passed over."""
    returned: list[T] = []

    def kept() -> Conversation[None]:
        returned.append((yield from conversation))

    async for _ in arun(kept(), send, sleep):
        pass
    return returned[0]


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
            return await _waited(step.ticket)
        case More():
            return await step.opened.source.read()
        case Request():
            while step.stream and opened:
                await opened.pop().source.close()
            answer = await send(step)
            if isinstance(answer, Opened):
                opened.append(answer)
            return answer


async def _waited(ticket: asyncio.Task[Outcome]) -> Outcome:
    """The outcome of what another conversation may have started, and may have been cancelled with."""
    try:
        return await asyncio.shield(ticket)
    except asyncio.CancelledError:
        own = asyncio.current_task()
        if not ticket.cancelled() or (own is not None and own.cancelling()):
            raise
    reason = "the request was given up together with the task that began it"
    return Outcome(error=ErpUnavailable(f"{reason}; try again", reason=reason))


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
