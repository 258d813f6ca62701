"""The only code that moves a conversation on: the same few lines, sync and async."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator

from airflow_provider_erp.protocol.messages import Answer, Conversation, Page, Request, Sleep, T


def run(
    conversation: Conversation[T], send: Callable[[Request], Answer], sleep: Callable[[float], object]
) -> Generator[Page, None, T]:
    """Yields the conversation's pages as they come and returns what it returns."""
    answer: Answer | None = None
    while True:
        try:
            step = conversation.send(answer)
        except StopIteration as stop:
            value: T = stop.value
            return value
        answer = None
        if isinstance(step, Page):
            yield step
        elif isinstance(step, Sleep):
            sleep(step.seconds)
        else:
            answer = send(step)


def complete(pages: Generator[Page, None, T]) -> T:
    """What a conversation returns; its pages, if any, are passed over."""
    while True:
        try:
            next(pages)
        except StopIteration as stop:
            value: T = stop.value
            return value


async def arun(
    conversation: Conversation[object],
    send: Callable[[Request], Awaitable[Answer]],
    sleep: Callable[[float], Awaitable[object]],
) -> AsyncIterator[Page]:
    """Yields the conversation's pages as they come, like ``run``; an async iterator cannot return a value."""
    answer: Answer | None = None
    while True:
        try:
            step = conversation.send(answer)
        except StopIteration:
            return
        answer = None
        if isinstance(step, Page):
            yield step
        elif isinstance(step, Sleep):
            await sleep(step.seconds)
        else:
            answer = await send(step)
