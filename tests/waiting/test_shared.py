"""What conversations of one event loop share, and what becomes of it when one of them is cancelled."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from airflow_provider_erp.protocol.auth import Login
from airflow_provider_erp.protocol.messages import Answer, Request, Response
from airflow_provider_erp.protocol.retry import Retry
from airflow_provider_erp.transport.loop import acomplete, pause
from airflow_provider_erp.transport.shared import shared


class Opened:
    """Counts what is open."""

    def __init__(self, *faults: Exception) -> None:
        self.opened = self.closed = 0
        self._faults = list(faults)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[int]:
        if self._faults:
            raise self._faults.pop()
        self.opened += 1
        number = self.opened
        await asyncio.sleep(0)
        try:
            yield number
        finally:
            self.closed += 1


def test_all_at_once_have_the_same_and_the_last_closes_it() -> None:
    counter = Opened()

    async def use() -> int:
        async with shared("key", counter.one) as value:
            await asyncio.sleep(0)
            assert counter.closed == 0
            return value

    async def many() -> list[int]:
        return list(await asyncio.gather(*(use() for _ in range(5))))

    assert asyncio.run(many()) == [1] * 5
    assert (counter.opened, counter.closed) == (1, 1)


def test_who_comes_after_the_last_gets_a_new_one_and_other_keys_are_apart() -> None:
    counter = Opened()

    async def in_turn() -> tuple[int, ...]:
        async with shared("key", counter.one) as first, shared("other", counter.one) as other:
            pass
        async with shared("key", counter.one) as second:
            return first, other, second

    assert asyncio.run(in_turn()) == (1, 2, 3)
    assert counter.closed == 3


def test_what_could_not_be_opened_is_opened_by_the_next() -> None:
    counter = Opened(OSError("no more files"))

    async def in_turn() -> int:
        with pytest.raises(OSError, match="no more files"):
            async with shared("key", counter.one):
                pass
        async with shared("key", counter.one) as value:
            return value

    assert asyncio.run(in_turn()) == 1


def test_who_is_cancelled_while_it_signs_in_for_all_does_not_cancel_the_others() -> None:
    tokens: list[str] = []
    auth = Login(
        Request("token", "http://127.0.0.1/token"),
        lambda response: response.body.decode(),
        lambda token: {"Authorization": token},
        Retry(),
        "default",
        tokens.append,
    )

    async def both() -> str | None:
        asked, answers = asyncio.Event(), asyncio.Event()

        async def send(_: Request) -> Answer:
            asked.set()
            await answers.wait()
            return Response(200, {}, b"secret", dt.datetime.now(dt.UTC))

        async def signed() -> str | None:
            return (await acomplete(auth.sign(Request("list", "http://127.0.0.1/list")), send, pause)).token

        first, second = asyncio.create_task(signed()), asyncio.create_task(signed())
        await asked.wait()
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(Exception, match="given up together with the task that began it"):
            await second
        answers.set()
        with pytest.raises(asyncio.CancelledError):
            await first
        return await signed()

    assert asyncio.run(both()) == "secret"
    assert tokens == ["secret"]


def test_who_is_cancelled_while_it_waits_for_anothers_sign_in_is_cancelled_alone() -> None:
    auth = Login(
        Request("token", "http://127.0.0.1/token"), lambda _: "secret", lambda _: {}, Retry(), "default", lambda _: None
    )

    async def both() -> str | None:
        asked, answers = asyncio.Event(), asyncio.Event()

        async def send(_: Request) -> Answer:
            asked.set()
            await answers.wait()
            return Response(200, {}, b"", dt.datetime.now(dt.UTC))

        async def signed() -> str | None:
            return (await acomplete(auth.sign(Request("list", "http://127.0.0.1/list")), send, pause)).token

        first, second = asyncio.create_task(signed()), asyncio.create_task(signed())
        await asked.wait()
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        answers.set()
        return await first

    assert asyncio.run(both()) == "secret"
