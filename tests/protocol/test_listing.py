"""A list is handed on whole or ends with an error: paging by total, by announced pages, and until an empty page."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.protocol.auth import Fixed
from airflow_provider_erp.protocol.drivers import run
from airflow_provider_erp.protocol.exchange import Exchange
from airflow_provider_erp.protocol.listing import Listing, fetch
from airflow_provider_erp.protocol.messages import Answer, Page, Request, Response
from airflow_provider_erp.protocol.retry import Retry
from airflow_provider_erp.protocol.rows import Rows

NOW = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
EXCHANGE = Exchange(Fixed({}), Retry(), "conn")


class Answered(msgspec.Struct):
    rows: list[int]
    total: int | None = None
    more: bool | None = None


def decode(body: bytes) -> Rows:
    answer = msgspec.json.decode(body, type=Answered)
    raw = [msgspec.Raw(msgspec.json.encode(row)) for row in answer.rows]
    return Rows(raw=raw, keys=[bytes(row) for row in raw], total=answer.total, more=answer.more)


def read(pages: list[Answered], *, paged: bool = True) -> list[Page]:
    def send(request: Request) -> Answer:
        number = int(parse_qs(urlsplit(request.url).query).get("page", ["1"])[0])
        page = pages[number - 1] if number <= len(pages) else Answered([])
        return Response(200, {}, msgspec.json.encode(page), NOW)

    listing = Listing("list", "http://x/list", decode, "page" if paged else None)
    return list(run(fetch(listing, EXCHANGE), send, lambda _: None))


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


def test_dump_is_one_page_whatever_is_in_it() -> None:
    [page] = read([Answered([1, 1, 1])], paged=False)
    assert (page.number, numbers([page])) == (1, [1, 1, 1])


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
