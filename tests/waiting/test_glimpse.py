"""A look: how many rows are new, whether all was read, and from where to go on; no network, the server is played."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.protocol.auth import Fixed
from airflow_provider_erp.protocol.changes import Changes
from airflow_provider_erp.protocol.drivers import complete, run
from airflow_provider_erp.protocol.exchange import Exchange
from airflow_provider_erp.protocol.glimpse import Glimpse, glimpse, row_digest
from airflow_provider_erp.protocol.listing import Listing
from airflow_provider_erp.protocol.messages import Request, Response
from airflow_provider_erp.protocol.retry import Retry
from airflow_provider_erp.protocol.rows import Rows, Scan

EXCHANGE = Exchange(Fixed({}), Retry(max_attempts=1), "default")
HOUR = "2026-11-20T{:02}:00:00"


def row(number: int, hour: int | None = None, **fields: Any) -> dict[str, Any]:
    return {"id": number, **({} if hour is None else {"stamp": HOUR.format(hour)}), **fields}


def decode(body: bytes) -> Rows:
    envelope = json.loads(body)
    raw = [msgspec.Raw(json.dumps(each).encode()) for each in envelope["rows"]]
    return Rows(raw=raw, total=envelope.get("total"), more=envelope.get("more"))


def scan(raw: Sequence[msgspec.Raw]) -> Scan:
    rows = [json.loads(bytes(each)) for each in raw]
    return Scan([str(each["id"]).encode() for each in rows], [each["stamp"] for each in rows if "stamp" in each])


LISTING = Listing(label="erp customer", url="http://127.0.0.1/list", decode=decode, scan=scan, page_parameter="page")
SINCE_SIX = replace(LISTING, changes=Changes(HOUR.format(6), HOUR.format(6)))


class Server:
    """Answers pages; the last one for ever."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        self._pages = list(pages)
        self.asked = 0

    def send(self, _: Request) -> Response:
        page = self._pages[min(self.asked, len(self._pages) - 1)]
        self.asked += 1
        return Response(200, {}, json.dumps(page).encode(), dt.datetime.now(dt.UTC))


def looked(server: Server, listing: Listing = LISTING, **options: Any) -> Glimpse:
    return complete(run(glimpse(listing, EXCHANGE, **options), server.send, lambda _: None))


def test_rows_that_changed_after_the_cursor_are_new_and_the_cursor_moves_to_the_latest() -> None:
    server = Server({"rows": [row(1, 6), row(2, 7), row(3, 9)], "total": 3})
    found = looked(server, SINCE_SIX)
    assert (found.records, found.whole, found.cursor) == (2, True, HOUR.format(9))


def test_no_further_page_is_asked_for_once_enough_came() -> None:
    server = Server(*({"rows": [row(number)], "total": 9} for number in range(9)))
    found = looked(server, enough=2)
    assert (found.records, found.whole, found.cursor, server.asked) == (2, False, None, 2)


@pytest.mark.parametrize("end", [{"total": 1}, {"more": False}])
def test_a_list_whose_end_came_with_enough_rows_was_read_whole(end: dict[str, Any]) -> None:
    found = looked(Server({"rows": [row(1, 7)], **end}), SINCE_SIX, enough=1)
    assert (found.whole, found.cursor) == (True, HOUR.format(7))


def test_a_row_is_known_by_its_stamp_where_it_has_one_and_else_by_all_that_it_says() -> None:
    stamped = looked(Server({"rows": [row(1, 7, total=1)], "more": False})).rows
    assert looked(Server({"rows": [row(1, 7, total=2)], "more": False}), known=stamped).records == 0
    assert looked(Server({"rows": [row(1, 8, total=1)], "more": False}), known=stamped).records == 1
    unstamped = looked(Server({"rows": [row(1, name="A")], "more": False})).rows
    assert unstamped == {row_digest(json.dumps(row(1, name="A")).encode())}
    assert looked(Server({"rows": [row(1, name="B")], "more": False}), known=unstamped).records == 1


def test_a_change_that_was_made_known_late_is_new_though_its_stamp_is_old() -> None:
    before = looked(Server({"rows": [row(1, 7)], "more": False}), SINCE_SIX).rows
    late = Server({"rows": [row(1, 7), row(2, 5)], "more": False})
    assert looked(late, SINCE_SIX, known=before).records == 1


def test_rows_that_move_while_they_are_read_are_counted_anew() -> None:
    first_look = [{"rows": [row(1)], "total": 2}, {"rows": [row(2)], "total": 3}]
    second_look = [{"rows": [row(number)], "total": 3} for number in (1, 2, 3)]
    found = looked(Server(*first_look, *second_look))
    assert (found.records, found.whole, len(found.rows)) == (3, True, 3)


def test_a_list_that_moves_again_is_an_error() -> None:
    with pytest.raises(ErpInconsistentRead, match="announced total went from"):
        looked(Server(*({"rows": [row(number)], "total": 10 + number} for number in range(9))))


@given(
    hours=st.lists(st.integers(0, 12), max_size=12),
    size=st.integers(1, 5),
    enough=st.none() | st.integers(1, 8),
)
def test_the_count_is_a_lower_bound_that_suffices_and_exact_where_all_was_read(
    hours: list[int], size: int, enough: int | None
) -> None:
    rows = [row(number, 6 + hour) for number, hour in enumerate(hours)]
    pages = [rows[at : at + size] for at in range(0, len(rows), size)] or [[]]
    server = Server(*({"rows": page, "total": len(rows)} for page in pages))
    found = looked(server, SINCE_SIX, enough=enough)
    new = sum(hour > 0 for hour in hours)
    assert found.records <= new
    assert found.records == new if found.whole else found.records >= (enough or 0)
    assert found.whole or server.asked < len(pages)
