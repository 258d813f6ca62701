"""Several pages in flight over one hook: in order, over as many connections as places, renewed and failed together."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import msgspec
import pytest
from loopback import Asked, Reply, reply_json, serving

from airflow_provider_erp.exceptions import ErpAuthError, ErpProtocolError, ErpUnavailable
from airflow_provider_erp.protocol.messages import Page

PAGES = 12


def row(number: int) -> dict[str, Any]:
    return {"internalId": number, "number": str(number), "metadata": {"totalCount": 2 * PAGES, "maxPageSize": 2}}


def page_of(number: int) -> Reply:
    return reply_json([row(2 * number), row(2 * number + 1)] if number <= PAGES else [])


def ids(pages: list[Page]) -> list[int]:
    return [msgspec.json.decode(raw)["internalId"] for page in pages for raw in page.raw]


class Server:
    """Hands out tokens t1, t2, ...; from page 2 on the first token is no longer taken."""

    def __init__(self, *, expires: bool = False) -> None:
        self.expires = expires
        self.tokens = 0
        self.refused = 0
        self.lock = threading.Lock()

    def __call__(self, asked: Asked) -> Reply:
        with self.lock:
            if asked.path == "/connect/token":
                self.tokens += 1
                return reply_json({"access_token": f"t{self.tokens}", "token_type": "Bearer", "expires_in": 3600})
            number = int(asked.query["pageNumber"])
            if self.expires and number > 1 and asked.headers["authorization"] == "Bearer t1":
                self.refused += 1
                return Reply(401)
        return page_of(number)


def test_pages_come_in_order_whatever_the_window(connect: Any) -> None:
    for window in (1, 2, 7):
        with serving(Server()) as server:
            pages = list(connect("visma_net", server.url, window=window).pages("customer"))
        assert ids(pages) == list(range(2, 2 * PAGES + 2))
        assert [page.number for page in pages] == list(range(1, PAGES + 1))


def test_token_that_expires_for_all_pages_in_flight_is_renewed_once(connect: Any) -> None:
    script = Server(expires=True)
    with serving(script) as server:
        pages = list(connect("visma_net", server.url, window=6).pages("customer"))
    assert ids(pages) == list(range(2, 2 * PAGES + 2))
    assert script.refused > 1
    assert script.tokens == 2


def test_token_that_is_never_taken_again_is_an_error_after_one_renewal(connect: Any) -> None:
    def script(asked: Asked) -> Reply:
        if asked.path == "/connect/token":
            return reply_json({"access_token": "t", "token_type": "Bearer"})
        return page_of(1) if asked.query["pageNumber"] == "1" else Reply(401)

    with serving(script) as server:
        with pytest.raises(ErpAuthError, match="refused with status 401"):
            list(connect("visma_net", server.url, window=6).pages("customer"))
    assert sum(asked.path == "/connect/token" for asked in server.asked) == 2


@pytest.mark.parametrize(("reply", "error"), [(Reply(404), ErpProtocolError), (Reply(500), ErpUnavailable)])
def test_one_page_that_fails_ends_the_fetch_and_those_beside_it(
    connect: Any, reply: Reply, error: type[Exception]
) -> None:
    def script(asked: Asked) -> Reply:
        if asked.path == "/connect/token":
            return reply_json({"access_token": "t", "token_type": "Bearer"})
        number = int(asked.query["pageNumber"])
        return reply if number == 5 else page_of(number)

    handed_on: list[Page] = []
    with serving(script) as server:
        with pytest.raises(error, match="visma_net customer page 5"):
            handed_on.extend(connect("visma_net", server.url, window=4, retry_seconds=0).pages("customer"))


def test_reader_that_stops_early_leaves_no_connection_behind(connect: Any) -> None:
    with serving(Server()) as server:
        pages = connect("visma_net", server.url, window=4).pages("customer")
        assert next(pages).number == 1
        pages.close()


def test_hooks_can_be_iterated_in_an_event_loop(connect: Any) -> None:
    async def read(url: str) -> list[int]:
        return [page.number async for page in connect("visma_net", url, window=4).afetch("customer")]

    with serving(Server()) as server:
        assert asyncio.run(read(server.url)) == list(range(1, PAGES + 1))


def test_unknown_filter_is_refused_before_anything_is_asked(connect: Any) -> None:
    with serving(Server()) as server, pytest.raises(ValueError, match="unknown filter 'skip'"):
        connect("visma_net", server.url).pages("customer", filters={"skip": 1})
    assert server.asked == []
