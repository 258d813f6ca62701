"""Moves a conversation on, one request at a time; ``transport.loop`` does the same with many in flight."""

from __future__ import annotations

from collections.abc import Callable, Generator
from threading import Lock
from typing import Any

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

Deed = Request | Sleep | More | Start | Wait
"""A step that the driver acts on; pages it hands on."""

Send = Callable[[Request], Answer]


def run(conversation: Conversation[T], send: Send, sleep: Callable[[float], object]) -> Generator[Page, None, T]:
    """Yields the conversation's pages as they come and returns what it returns.

    A started conversation is held when somebody waits for it: one request at a time. Asking for a stream ends the
    one before.
    """
    opened: list[Opened] = []
    answer: Any = None
    try:
        while True:
            try:
                step = conversation.send(answer)
            except StopIteration as stop:
                value: T = stop.value
                return value
            if isinstance(step, Page):
                answer = None
                yield step
            else:
                answer = _perform(step, send, sleep, opened)
    finally:
        for each in opened:
            each.source.close()


def _perform(step: Deed, send: Send, sleep: Callable[[float], object], opened: list[Opened]) -> Any:
    """What the conversation is given for a step that is no page."""
    match step:
        case Sleep():
            return sleep(step.seconds)
        case Start():
            return _Ticket(step.conversation, send, sleep)
        case Wait():
            return step.ticket.outcome()
        case More():
            return step.opened.source.read()
        case Request():
            while step.stream and opened:
                opened.pop().source.close()
            answer = send(step)
            if isinstance(answer, Opened):
                opened.append(answer)
            return answer


def complete(pages: Generator[Page, None, T]) -> T:
    """What a conversation returns; its pages, if any, are passed over."""
    while True:
        try:
            next(pages)
        except StopIteration as stop:
            value: T = stop.value
            return value


class _Ticket:
    """A conversation that is held once, by the first who waits for it, also among threads."""

    def __init__(self, conversation: Conversation[Any], send: Send, sleep: Callable[[float], object]) -> None:
        self._pages = run(conversation, send, sleep)
        self._lock = Lock()
        self._outcome: Outcome | None = None

    def outcome(self) -> Outcome:
        with self._lock:
            if self._outcome is None:
                try:
                    self._outcome = Outcome(complete(self._pages))
                except Exception as exc:  # noqa: BLE001  # raised where it is waited for
                    self._outcome = Outcome(error=exc)
            return self._outcome
