"""The sync and the async driver hold the same conversation."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Generator
from typing import Any

import pytest

from airflow_provider_erp.protocol.drivers import complete, run
from airflow_provider_erp.protocol.messages import Answer, Lost, Page, Request, Response, Sleep
from airflow_provider_erp.protocol.retry import Retry, persist
from airflow_provider_erp.transport.loop import arun

NOW = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)


def response(status: int = 200, body: bytes = b"", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=status, headers=named, body=body, received_at=NOW)


def conversation() -> Generator[Any, Any, str]:
    answer = yield from persist(Request("x", "http://x"), Retry(jitter=lambda: 0.5))
    yield Page(1, [])
    yield Sleep(7)
    return f"status {answer.status}"


def test_run_sends_sleeps_hands_on_pages_and_returns_the_conversations_result() -> None:
    answers: list[Answer] = [response(500), Lost("reset", sent=True), response(200)]
    pauses: list[float] = []
    pages = run(conversation(), lambda _: answers.pop(0), pauses.append)
    assert next(pages) == Page(1, [])
    assert complete(pages) == "status 200"
    assert pauses == [0.5, 1.0, 7]


def test_sync_and_async_drivers_send_the_same_requests() -> None:
    def answers() -> list[Answer]:
        return [Lost("reset", sent=True), response(503), response(200)]

    sent_sync: list[Any] = []
    script = answers()

    def send(request: Request) -> Answer:
        sent_sync.append(request)
        return script.pop(0)

    pages_sync = list(run(conversation(), send, sent_sync.append))

    sent_async: list[Any] = []
    ascript = answers()

    async def asend(request: Request) -> Answer:
        sent_async.append(request)
        return ascript.pop(0)

    async def asleep(seconds: float) -> None:
        sent_async.append(seconds)

    async def collect() -> list[Page]:
        return [page async for page in arun(conversation(), asend, asleep)]

    assert asyncio.run(collect()) == pages_sync
    assert sent_async == sent_sync


def test_error_of_a_conversation_comes_out_of_the_driver() -> None:
    def fails() -> Generator[Any, Any, None]:
        yield Sleep(1)
        raise ValueError("told")

    with pytest.raises(ValueError, match="told"):
        list(run(fails(), lambda _: response(), lambda _: None))


def test_driver_that_gives_no_answer_is_found_out() -> None:
    talk = persist(Request("x", "http://x"), Retry())
    next(talk)
    with pytest.raises(TypeError, match="no answer to a request"):
        talk.send(None)
