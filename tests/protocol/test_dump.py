"""A dump is handed on while it arrives, never twice, and one that breaks off is never whole."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

import msgspec
import pytest

from airflow_provider_erp.exceptions import ErpError, ErpInconsistentRead, ErpProtocolError, ErpUnavailable
from airflow_provider_erp.protocol.auth import Fixed
from airflow_provider_erp.protocol.drivers import run
from airflow_provider_erp.protocol.dump import Dump
from airflow_provider_erp.protocol.exchange import Exchange
from airflow_provider_erp.protocol.listing import fetch
from airflow_provider_erp.protocol.messages import Answer, Lost, Opened, Page, Request, Response
from airflow_provider_erp.protocol.retry import Retry
from airflow_provider_erp.protocol.rows import Rows, Scan
from airflow_provider_erp.protocol.splitter import JsonSplitter

NOW = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
BROKEN = Lost("the body broke off", sent=True)


class Head(msgspec.Struct):
    rows: list[msgspec.Raw]
    time: str | None = None


def decode(body: bytes) -> Rows:
    head = msgspec.json.decode(body, type=Head)
    return Rows(raw=head.rows, cursor=head.time)


DUMP = Dump(
    label="px customer",
    url="http://x/list",
    decode=decode,
    scan=lambda raw: Scan([bytes(row) for row in raw]),
    splitter=lambda: JsonSplitter("px customer", "rows", most_bytes=10_000),
)
WHOLE = json.dumps({"rows": [{"id": number} for number in range(100)], "time": "T"}).encode()


class Source:
    def __init__(self, pieces: list[bytes | Lost]) -> None:
        self.pieces = pieces
        self.closed = False

    def read(self) -> bytes | Lost:
        return self.pieces.pop(0) if self.pieces else b""

    def close(self) -> None:
        self.closed = True


class Server:
    """Answers each request with the next list of pieces."""

    def __init__(self, *answers: list[bytes | Lost] | Answer) -> None:
        self.answers = list(answers)
        self.sources: list[Source] = []

    def send(self, request: Request) -> Answer:
        assert request.stream
        answer = self.answers.pop(0)
        if not isinstance(answer, list):
            return answer
        self.sources.append(Source(answer))
        return Opened(200, {"content-type": "application/json"}, b"", NOW, source=self.sources[-1])


def pieces(document: bytes, size: int = 100) -> list[bytes | Lost]:
    return [document[at : at + size] for at in range(0, len(document), size)]


def fetched(server: Server, *, hasty: bool = False) -> Iterator[Page]:
    exchange = Exchange(Fixed({}), Retry(jitter=lambda: 0.5), "conn")
    return run(fetch(DUMP, exchange, hasty=hasty), server.send, lambda _: None)


def ids(pages: list[Page]) -> list[int]:
    return [msgspec.json.decode(row)["id"] for page in pages for row in page.raw]


def test_dump_comes_in_pages_and_its_cursor_last() -> None:
    server = Server(pieces(WHOLE))
    pages = list(fetched(server))
    assert ids(pages) == list(range(100))
    assert len(pages) > 5
    assert [page.cursor for page in pages] == [None] * (len(pages) - 1) + ["T"]
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert server.sources[0].closed


def empty(time: str) -> list[bytes | Lost]:
    return [f'{{"rows": [], "time": "{time}"}}'.encode()]


def test_empty_dump_is_believed_when_it_comes_twice_and_is_one_empty_page() -> None:
    server = Server(empty("T"), empty("U"))
    [page] = fetched(server)
    assert (page.number, page.raw, page.cursor) == (1, [], "U")
    assert all(source.closed for source in server.sources)


def test_dump_whose_rows_were_lost_on_the_way_hides_none() -> None:
    pages = list(fetched(Server(empty("S"), [BROKEN], pieces(WHOLE))))
    assert ids(pages) == list(range(100))
    assert [page.cursor for page in pages if page.cursor] == ["T"]


def test_hasty_reader_believes_an_empty_dump_at_once() -> None:
    [page] = fetched(Server(empty("T")), hasty=True)
    assert (page.raw, page.cursor) == ([], "T")


@pytest.mark.parametrize("broken", [[BROKEN], [b'{"rows": [{"id":', BROKEN], [b"<html>"], [b'{"rows": [{'], [b""]])
def test_answer_that_breaks_before_its_first_row_is_asked_for_once_more(broken: list[bytes | Lost]) -> None:
    server = Server(broken, pieces(WHOLE))
    assert ids(list(fetched(server))) == list(range(100))
    assert all(source.closed for source in server.sources)


def test_answer_that_breaks_after_a_row_is_unavailable_and_nothing_is_handed_on_twice() -> None:
    server = Server([*pieces(WHOLE)[:5], BROKEN], pieces(WHOLE))
    handed_on: list[Page] = []
    with pytest.raises(ErpUnavailable, match="px customer: the body broke off after"):
        handed_on.extend(fetched(server))
    assert len(server.answers) == 1


@pytest.mark.parametrize(
    ("answers", "error", "told"),
    [
        ([pieces(WHOLE)[:5]], ErpInconsistentRead, "ends within its list"),
        ([pieces(WHOLE[:-1])], ErpInconsistentRead, "around the list is no JSON"),
        ([[b"<html>"], [b"<html>"]], ErpInconsistentRead, "expected a whole document, got application/json"),
        ([[b'{"rows": null}']], ErpProtocolError, "Expected `array`, got `null`"),
        ([[b'{"message": "no"}']], ErpProtocolError, r"keys \['message'\]"),
        ([[b'{"rows": [{"a":"' + b"x" * 20_000]], ErpProtocolError, "max_body_bytes"),
        ([[BROKEN]] * 5, ErpUnavailable, "the body broke off"),
        ([Response(404, {}, b"", NOW)], ErpProtocolError, "got 404"),
    ],
)
def test_dump_that_is_not_whole_is_an_error(
    answers: list[list[bytes | Lost]], error: type[ErpError], told: str
) -> None:
    with pytest.raises(error, match=told):
        list(fetched(Server(*[list(answer) if isinstance(answer, list) else answer for answer in answers])))


def test_driver_that_gives_a_whole_answer_to_a_streaming_request_is_found_out() -> None:
    with pytest.raises(TypeError, match="whole answer to a request that streams"):
        list(fetched(Server(Response(200, {}, WHOLE, NOW))))
