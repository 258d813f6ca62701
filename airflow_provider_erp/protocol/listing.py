"""A whole list, page after page, with the proof that it is whole."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.protocol.exchange import Exchange
from airflow_provider_erp.protocol.messages import Conversation, Page, Request
from airflow_provider_erp.protocol.rows import Rows
from airflow_provider_erp.protocol.surrogates import tolerant
from airflow_provider_erp.protocol.urls import with_query

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listing:
    """Where a list is found and how its answers are read.

    ``page_parameter`` is the query parameter that numbers pages from 1; without
    it one answer is the whole list.
    """

    label: str
    url: str = field(repr=False)
    decode: Callable[[bytes], Rows] = field(repr=False)
    page_parameter: str | None = None
    accept: str = "application/json"

    def request(self, number: int) -> Request:
        """The request for one page."""
        if self.page_parameter is None:
            return Request(self.label, self.url, headers={"Accept": self.accept})
        url = with_query(self.url, [(self.page_parameter, str(number))])
        return Request(f"{self.label} page {number}", url, headers={"Accept": self.accept})


def fetch(listing: Listing, exchange: Exchange) -> Conversation[None]:
    """Yields the list's pages in order; the first one always, also when it is empty.

    Raises:
        ErpInconsistentRead: the pages cannot be one complete list. What was yielded before may be incomplete.
    """
    completeness = Completeness(listing.label, paged=listing.page_parameter is not None)
    number = 1
    whole = False
    while not whole:
        rows = yield from exchange.read(listing.request(number), tolerant(listing.decode))
        whole = completeness.take(number, rows)
        log.debug("%s: page %d, %d rows", listing.label, number, len(rows.raw))
        if rows.raw or number == 1:
            yield Page(number, rows.raw, completeness.total, rows.cursor)
        number += 1


class Completeness:
    """Counts distinct keys until the list is proved whole.

    A short page proves nothing, servers cut the page size in silence: only an
    announced total that is reached, an announced last page, or an empty page
    where nothing was announced is the end.
    """

    def __init__(self, label: str, *, paged: bool) -> None:
        self.total: int | None = None
        self._label = label
        self._paged = paged
        self._seen: set[bytes] = set()

    def take(self, number: int, rows: Rows) -> bool:
        """Whether the list is whole with this page.

        Raises:
            ErpInconsistentRead: the page contradicts what came before or what was announced.
        """
        if not self._paged:
            return True
        known = len(self._seen)
        self._seen.update(rows.keys)
        if rows.keys and len(self._seen) == known:
            raise self._error(number, "it only repeats rows of earlier pages; does the server know the page parameter?")
        self._announce(number, rows)
        if self.total is not None and len(self._seen) > self.total:
            raise self._error(number, f"{len(self._seen)} distinct rows came where {self.total} were announced")
        whole = self._is_whole(rows)
        if not whole and not rows.keys:
            raise self._error(number, f"it is empty after {len(self._seen)} distinct rows, and {self._expected()}")
        return whole

    def _announce(self, number: int, rows: Rows) -> None:
        if rows.total is None:
            return
        if self.total not in (None, rows.total):
            raise self._error(number, f"the announced total went from {self.total} to {rows.total} while reading")
        self.total = rows.total

    def _is_whole(self, rows: Rows) -> bool:
        if self.total is not None:
            return len(self._seen) == self.total
        if rows.more is not None:
            return not rows.more
        return not rows.keys

    def _expected(self) -> str:
        return "more was announced" if self.total is None else f"{self.total} were announced"

    def _error(self, number: int, what: str) -> ErpInconsistentRead:
        return ErpInconsistentRead(f"{self._label} page {number}: {what}; rows may have moved, read again")
