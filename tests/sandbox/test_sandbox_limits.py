"""The hourly limit of Visma.net."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from sandbox_client import open_client

from airflow_provider_erp.sandbox.visma_net.limits import Limit

LEFT = ("X-RateLimit-Limit", "X-RateLimit-Remaining")


@dataclass
class Clock:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


async def handle(_request: web.Request) -> web.Response:
    return web.Response()


def asked(limit: Limit) -> web.Response:
    return asyncio.run(limited(limit))


async def limited(limit: Limit) -> web.Response:
    return await limit.guarding(handle)(make_mocked_request("GET", "/v1/customer"))


def test_every_answer_tells_the_limit_what_is_left_and_the_seconds_until_the_window_ends() -> None:
    with open_client(customers=5, visma_net_limit=3) as client:
        answers = [client.visma_net(), client.visma_net("/v1/customer/9970"), client.visma_net("/v1/customer/nobody")]
        assert [[answer.headers[name] for name in LEFT] for answer in answers] == [["3", "2"], ["3", "1"], ["3", "0"]]
        assert 3500 < int(answers[0].headers["X-RateLimit-Reset"]) <= 3600


def test_request_beyond_the_limit_is_refused_until_the_window_ends() -> None:
    with open_client(customers=5, visma_net_limit=1) as client:
        assert [client.visma_net().status_code for _ in range(3)] == [200, 429, 429]
        refused = client.visma_net()
        assert refused.headers["Retry-After"] == refused.headers["X-RateLimit-Reset"]
        assert refused.headers["X-RateLimit-Remaining"] == "0"
        assert client.request_token().status_code == 200
        assert client.lemonsoft().status_code == client.fynn().status_code == 200


def test_limit_is_high_unless_asked() -> None:
    with open_client(customers=5) as client:
        assert client.visma_net().headers["X-RateLimit-Limit"] == "100000"


def test_next_window_begins_anew_an_hour_after_the_first() -> None:
    clock = Clock(17.5)
    limit = Limit(1, clock)
    statuses, resets = [], []
    for seconds in (17.5, 100.0, 3617.0, 3617.5, 3618.0):
        clock.seconds = seconds
        answer = asked(limit)
        statuses.append(answer.status)
        resets.append(answer.headers["X-RateLimit-Reset"])
    assert statuses == [200, 429, 429, 200, 429]
    assert resets == ["3600", "3518", "1", "3600", "3600"]


def test_negative_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="0 requests or more"):
        Limit(-1)
