"""A whole list, page after page, with the proof that it is whole."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.protocol.completeness import Completeness, Moved, OddPage
from airflow_provider_erp.protocol.dump import Dump, fetch_dump
from airflow_provider_erp.protocol.exchange import Exchange
from airflow_provider_erp.protocol.keys import Keys
from airflow_provider_erp.protocol.messages import Conversation, Page, Request, start, wait
from airflow_provider_erp.protocol.question import Question
from airflow_provider_erp.protocol.rows import Rows
from airflow_provider_erp.protocol.surrogates import tolerant
from airflow_provider_erp.protocol.urls import with_query

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Question):
    """A list in pages that ``page_parameter`` numbers from 1."""

    page_parameter: str

    def request(self, number: int) -> Request:
        """The request for one page."""
        url = with_query(self.url, [(self.page_parameter, str(number))])
        return Request(f"{self.label} page {number}", url, headers={"Accept": self.accept})


def fetch(
    listing: Listing | Dump,
    exchange: Exchange,
    *,
    window: int = 1,
    adopted: Completeness | None = None,
    hasty: bool = False,
) -> Conversation[None]:
    """Yields the list's pages in order; the first one always, also when it is empty.

    Up to ``window`` pages are asked for at once where a total is announced.
    ``adopted`` is how far an earlier try came; its pages are not handed on
    again. Where rows moved, all of the list is read once more, as ``look`` 2.
    ``hasty`` believes at once that a list is empty: for who asks again soon.

    Raises:
        ErpInconsistentRead: the pages cannot be one complete list. What was yielded before may be incomplete.
    """
    if isinstance(listing, Dump):
        yield from fetch_dump(listing, exchange, hasty=hasty)
        return
    first = adopted or Completeness(listing.label)
    try:
        yield from _look(listing, exchange, window, first, hasty=hasty)
        first.settle()
    except Moved as exc:
        log.warning("%s; reading the whole list once more", exc)
        second = Completeness(listing.label)
        yield from _look(listing, exchange, window, second, look=2)
        second.settle(first)
        log.info("%s: the second look is whole, %d distinct rows", listing.label, len(second.keys))


def _look(
    listing: Listing, exchange: Exchange, window: int, completeness: Completeness, *, look: int = 1, hasty: bool = False
) -> Conversation[None]:
    read = partial(_read, listing, exchange, completeness, hasty=hasty)
    in_flight: deque[tuple[int, Any]] = deque()
    number = completeness.pages
    whole = completeness.is_reached
    while not whole:
        while len(in_flight) < min(window, completeness.pages_ahead()):
            asked = number + len(in_flight) + 1
            in_flight.append((asked, (yield from start(read(asked)))))
        number, ticket = in_flight.popleft()
        rows = yield from wait(ticket)
        try:
            whole, page = _counted(listing, completeness, number, rows)
        except OddPage as exc:
            log.warning("%s; asking for the page once more", exc)
            rows = yield from read(number)
            whole, page = _counted(listing, completeness, number, rows)
        log.debug("%s: page %d, %d rows", listing.label, number, len(page.raw))
        if page.raw or number == 1:
            yield replace(page, look=look)


def _read(
    listing: Listing, exchange: Exchange, completeness: Completeness, number: int, *, hasty: bool
) -> Conversation[Rows]:
    """The rows of a page; an end that only silence tells is asked for twice, each time that the page is read."""
    request, decode = listing.request(number), tolerant(listing.decode)
    rows = yield from exchange.read(request, decode)
    if completeness.ends_by_silence(rows) and not (hasty and number == 1):
        rows = yield from exchange.read(request, decode)
    return rows


def _counted(listing: Listing, completeness: Completeness, number: int, rows: Rows) -> tuple[bool, Page]:
    scan = listing.scan(rows.raw)
    whole = completeness.take(number, rows, scan)
    cursor = rows.cursor if rows.cursor is not None else max(scan.stamps, default=None)
    return whole, listing.page(number, rows, scan, cursor)


def in_one_go(label: str, pages: Iterable[Page]) -> Iterator[Page]:
    """The pages for a reader that cannot start anew: of a second look only the rows that were not handed on before.

    Raises:
        ErpInconsistentRead: a row that was handed on is no longer in the list.
    """
    handed_on, second_look = Keys(), Keys()
    for page in pages:
        if page.look == 1:
            handed_on.update(page.keys)
            yield page
        else:
            second_look.update(page.keys)
            new = [(row, key) for row, key in zip(page.raw, page.keys, strict=True) if handed_on.add(key)]
            yield replace(page, raw=[row for row, _ in new], keys=[key for _, key in new])
    if len(second_look) not in (0, len(handed_on)):
        raise ErpInconsistentRead(
            f"{label}: {len(handed_on)} distinct rows were handed on, and a second look found "
            f"{len(second_look)}; rows were removed while the list was read, read again"
        )
