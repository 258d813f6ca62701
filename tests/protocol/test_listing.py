"""A list is handed on whole or ends with an error: paging by total, by announced pages, and until an empty page."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.protocol.auth import Fixed
from airflow_provider_erp.protocol.completeness import Completeness
from airflow_provider_erp.protocol.drivers import run
from airflow_provider_erp.protocol.exchange import Exchange
from airflow_provider_erp.protocol.listing import Listing, fetch, in_one_go
from airflow_provider_erp.protocol.messages import Answer, Page, Request, Response
from airflow_provider_erp.protocol.retry import Retry
from airflow_provider_erp.protocol.rows import Rows, Scan
from airflow_provider_erp.transport.loop import arun

NOW = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
EXCHANGE = Exchange(Fixed({}), Retry(), "conn")


class Answered(msgspec.Struct):
    rows: list[int]
    total: int | None = None
    more: bool | None = None


def decode(body: bytes) -> Rows:
    answer = msgspec.json.decode(body, type=Answered)
    raw = [msgspec.Raw(msgspec.json.encode(row)) for row in answer.rows]
    return Rows(raw=raw, total=answer.total, more=answer.more)


LISTING = Listing(
    label="list",
    url="http://x/list",
    decode=decode,
    scan=lambda raw: Scan([bytes(row) for row in raw]),
    page_parameter="page",
)


def page_of(request: Request) -> int:
    return int(parse_qs(urlsplit(request.url).query)["page"][0])


class Server:
    """Answers from a list of pages; ``later`` takes its place once page ``moves_at`` was answered."""

    def __init__(self, pages: list[Answered], later: list[Answered] | None = None, moves_at: int = 0) -> None:
        self.pages = pages
        self.later = later
        self.moves_at = moves_at
        self.asked: list[int] = []

    def send(self, request: Request) -> Answer:
        number = page_of(request)
        self.asked.append(number)
        page = self.pages[number - 1] if number <= len(self.pages) else Answered([])
        if self.later is not None and number == self.moves_at:
            self.pages, self.later = self.later, None
        return Response(200, {}, msgspec.json.encode(page), NOW)


def fetched(server: Server, window: int = 1) -> list[Page]:
    return list(run(fetch(LISTING, EXCHANGE, window=window), server.send, lambda _: None))


def read(pages: list[Answered]) -> list[Page]:
    return fetched(Server(pages))


def numbers(pages: list[Page]) -> list[Any]:
    return [msgspec.json.decode(row) for page in pages for row in page.raw]


def cut(rows: list[int], sizes: list[int]) -> list[list[int]]:
    """The rows in pages of these sizes, the last size for what is left."""
    pages: list[list[int]] = []
    at = 0
    while at < len(rows):
        size = sizes[min(len(pages), len(sizes) - 1)]
        pages.append(rows[at : at + size])
        at += size
    return pages


unique_rows = st.lists(st.integers(0, 10_000), unique=True, max_size=60)
page_sizes = st.lists(st.integers(1, 9), min_size=1, max_size=8)


@given(unique_rows, page_sizes)
def test_list_with_a_total_is_read_whole_whatever_sizes_its_pages_have(rows: list[int], sizes: list[int]) -> None:
    pages = [Answered(page, total=len(rows)) for page in cut(rows, sizes)]
    assert numbers(read(pages)) == rows


@given(unique_rows, page_sizes)
def test_list_that_announces_its_last_page_is_read_whole(rows: list[int], sizes: list[int]) -> None:
    parts = cut(rows, sizes) or [[]]
    pages = [Answered(page, more=number < len(parts)) for number, page in enumerate(parts, start=1)]
    assert numbers(read(pages)) == rows


@given(unique_rows, page_sizes)
def test_list_without_announcements_is_read_until_an_empty_page(rows: list[int], sizes: list[int]) -> None:
    assert numbers(read([Answered(page) for page in cut(rows, sizes)])) == rows


@given(unique_rows.filter(bool), page_sizes, st.data())
def test_row_that_never_comes_is_never_a_shorter_list(rows: list[int], sizes: list[int], data: st.DataObject) -> None:
    lost = data.draw(st.sampled_from(rows))
    left = [row for row in rows if row != lost]
    pages = [Answered(page, total=len(rows)) for page in cut(left, sizes)] or [Answered([], total=len(rows))]
    with pytest.raises(ErpInconsistentRead):
        read(pages)


def test_rows_that_come_twice_are_handed_on_twice_and_counted_once() -> None:
    pages = [Answered([1, 2], total=3), Answered([2, 3], total=3)]
    assert numbers(read(pages)) == [1, 2, 2, 3]


def test_first_page_is_handed_on_even_when_empty_and_a_last_empty_one_is_not() -> None:
    assert [page.number for page in read([])] == [1]
    assert [page.number for page in read([Answered([1])])] == [1]


@pytest.mark.parametrize(
    ("pages", "told"),
    [
        ([Answered([1]), Answered([1])], "page 2: it only repeats"),
        ([Answered([1], total=3), Answered([1], total=3)], "page 2: it only repeats"),
        ([Answered([1], total=2), Answered([2], total=3)], "went from 2 to 3"),
        ([Answered([1, 2, 3], total=2)], "3 distinct rows came where 2"),
        ([Answered([1], total=2), Answered([])], "empty after 1 distinct rows, and 2 were announced"),
        ([Answered([1], more=True), Answered([], more=True)], "and more was announced"),
    ],
)
def test_pages_that_cannot_be_one_list_are_an_error_that_says_which(pages: list[Answered], told: str) -> None:
    with pytest.raises(ErpInconsistentRead, match=told):
        read(pages)


def ordered(rows: list[int], size: int = 2) -> list[Answered]:
    return [Answered(rows[at : at + size], total=len(rows)) for at in range(0, len(rows), size)]


@pytest.mark.parametrize(
    ("later", "whole"),
    [
        (ordered([7, 1, 2, 3, 4, 5, 6]), [7, 1, 2, 3, 4, 5, 6]),
        (ordered([2, 3, 4, 5, 6]), [2, 3, 4, 5, 6]),
        (ordered([6, 1, 2, 3, 4, 5]), [6, 1, 2, 3, 4, 5]),
    ],
    ids=["a row was added", "a row was removed", "a row moved across pages"],
)
def test_list_that_moves_while_it_is_read_is_read_once_more_from_its_first_page(
    later: list[Answered], whole: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    pages = fetched(Server(ordered([1, 2, 3, 4, 5, 6]), later, moves_at=1))
    assert numbers([page for page in pages if page.look == 2]) == whole
    assert "reading the whole list once more" in caplog.text


def test_list_that_moves_in_both_looks_is_inconsistent() -> None:
    class Restless(Server):
        def send(self, request: Request) -> Answer:
            answer = super().send(request)
            self.pages = ordered([*range(6 + len(self.asked))])
            return answer

    with pytest.raises(ErpInconsistentRead):
        fetched(Restless(ordered([*range(6)])))


class Glitches(Server):
    """Answers the first questions for a page wrongly."""

    def __init__(self, pages: list[Answered], number: int, *wrong: Answered) -> None:
        super().__init__(pages)
        self.number = number
        self.wrong = list(wrong)

    def send(self, request: Request) -> Answer:
        answer = super().send(request)
        if page_of(request) == self.number and self.wrong:
            return Response(200, {}, msgspec.json.encode(self.wrong.pop(0)), NOW)
        return answer


@pytest.mark.parametrize("said", [{}, {"more": False}], ids=["announcing nothing", "announcing the end"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_end_that_only_an_empty_page_tells_is_believed_when_it_comes_twice(number: int, said: dict[str, Any]) -> None:
    more = [True, True, False] if said else [None, None, None]
    pages = [Answered([place], more=each) for place, each in zip((1, 2, 3), more, strict=True)]
    server = Glitches(pages, number, Answered([], **said))
    assert numbers(fetched(server)) == [1, 2, 3]


@pytest.mark.parametrize(
    "wrong",
    [[Answered([1]), Answered([])], [Answered([]), Answered([1]), Answered([])]],
    ids=["repeated, then empty", "empty, then repeated, then empty"],
)
def test_empty_answer_after_an_odd_one_is_believed_when_it_comes_twice(wrong: list[Answered]) -> None:
    assert numbers(fetched(Glitches([Answered([1]), Answered([2]), Answered([3])], 2, *wrong))) == [1, 2, 3]


def test_end_that_is_announced_is_believed_at_once() -> None:
    empty, last = Server([Answered([], total=0)]), Server([Answered([1], more=True), Answered([2], more=False)])
    assert (numbers(fetched(empty)), empty.asked) == ([], [1])
    assert (numbers(fetched(last)), last.asked) == ([1, 2], [1, 2])


def test_hasty_reader_believes_an_empty_list_at_once_but_no_later_empty_page() -> None:
    empty, later = Server([]), Glitches([Answered([1]), Answered([2])], 2, Answered([]))
    assert numbers(list(run(fetch(LISTING, EXCHANGE, hasty=True), empty.send, lambda _: None))) == []
    assert empty.asked == [1]
    assert numbers(list(run(fetch(LISTING, EXCHANGE, hasty=True), later.send, lambda _: None))) == [1, 2]


@pytest.mark.parametrize("odd", [Answered([1, 2], total=6), Answered([], total=6), Answered([])])
def test_odd_page_is_asked_for_once_more_and_the_list_goes_on(odd: Answered, caplog: pytest.LogCaptureFixture) -> None:
    server = Glitches(ordered([1, 2, 3, 4, 5, 6]), 2, odd)
    assert numbers(fetched(server)) == [1, 2, 3, 4, 5, 6]
    assert server.asked == [1, 2, 2, 3]
    assert "asking for the page once more" in caplog.text


def test_list_without_a_total_that_has_doubles_of_its_own_is_whole_when_two_looks_agree() -> None:
    pages = fetched(Server([Answered([1, 2]), Answered([2, 3])]))
    assert numbers([page for page in pages if page.look == 2]) == [1, 2, 2, 3]


def test_list_without_a_total_whose_rows_repeat_is_read_once_more() -> None:
    server = Server([Answered([1, 2]), Answered([3])], [Answered([0, 1]), Answered([2, 3])], moves_at=1)
    assert numbers([page for page in fetched(server) if page.look == 2]) == [0, 1, 2, 3]


def test_reader_that_cannot_start_anew_is_given_each_row_of_a_second_look_that_it_has_not_had() -> None:
    server = Server(ordered([1, 2, 3, 4, 5, 6]), ordered([6, 1, 2, 3, 4, 5]), moves_at=1)
    pages = in_one_go("list", run(fetch(LISTING, EXCHANGE), server.send, lambda _: None))
    assert sorted(set(numbers(list(pages)))) == [1, 2, 3, 4, 5, 6]


def test_reader_that_cannot_start_anew_is_told_when_a_row_that_it_had_is_gone() -> None:
    server = Server(ordered([1, 2, 3, 4, 5, 6]), ordered([2, 3, 4, 5, 6]), moves_at=1)
    with pytest.raises(ErpInconsistentRead, match="6 distinct rows were handed on, and a second look found 5"):
        list(in_one_go("list", run(fetch(LISTING, EXCHANGE), server.send, lambda _: None)))


@given(unique_rows, st.integers(1, 9), st.integers(1, 8))
def test_window_hands_on_the_same_pages_in_order_and_asks_for_none_beyond_the_end(
    rows: list[int], size: int, window: int
) -> None:
    server = Server(ordered(rows, size) or [Answered([], total=0)])
    in_flight = most = 0

    async def send(request: Request) -> Answer:
        nonlocal in_flight, most
        in_flight += 1
        most = max(most, in_flight)
        for _ in range(3 * (page_of(request) % 3)):
            await asyncio.sleep(0)
        in_flight -= 1
        return server.send(request)

    async def collect() -> list[Page]:
        return [page async for page in arun(fetch(LISTING, EXCHANGE, window=window), send, asyncio.sleep)]

    assert numbers(asyncio.run(collect())) == rows
    assert sorted(server.asked) == list(range(1, len(server.pages) + 1))
    assert most <= window


def test_list_goes_on_after_the_pages_that_an_earlier_try_has() -> None:
    server = Server(ordered([1, 2, 3, 4, 5, 6]))
    adopted = Completeness("list")
    for number, page in enumerate(ordered([1, 2, 3, 4, 5, 6])[:2], start=1):
        rows = decode(msgspec.json.encode(page))
        adopted.take(number, rows, LISTING.scan(rows.raw))
    pages = run(fetch(LISTING, EXCHANGE, adopted=adopted), server.send, lambda _: None)
    assert [(page.number, numbers([page])) for page in pages] == [(3, [5, 6])]
    assert server.asked == [3]


def test_as_many_pages_are_in_flight_as_the_window_has_places() -> None:
    server = Server(ordered([*range(20)], 2))
    waiting: list[int] = []
    together: list[set[int]] = []

    async def send(request: Request) -> Answer:
        waiting.append(page_of(request))
        together.append(set(waiting))
        await asyncio.sleep(0.001)
        waiting.remove(page_of(request))
        return server.send(request)

    async def collect() -> None:
        async for _ in arun(fetch(LISTING, EXCHANGE, window=4), send, asyncio.sleep):
            pass

    asyncio.run(collect())
    assert {2, 3, 4, 5} in together
    assert max(map(len, together)) == 4
