"""A list that comes as one long answer: cut into rows while it arrives, so that it never stands in memory."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

import msgspec

from airflow_provider_erp.exceptions import ErpInconsistentRead, ErpUnavailable
from airflow_provider_erp.protocol.exchange import Exchange, no_document, understood
from airflow_provider_erp.protocol.messages import UNREADABLE, Conversation, Lost, Opened, Page, Request, Sleep, more
from airflow_provider_erp.protocol.question import Question
from airflow_provider_erp.protocol.rows import Rows

log = logging.getLogger(__name__)


class Splitter(Protocol):
    """Cuts a document of one long list; is fed its pieces in order, of any size."""

    def feed(self, chunk: bytes) -> list[msgspec.Raw]:
        """The rows that are complete with this piece."""
        ...

    def close(self) -> bytes:
        """The document around the rows, once all pieces were fed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump(Question):
    """A list without pages; ``decode`` reads the document around the rows that ``splitter`` cut out."""

    splitter: Callable[[], Splitter] = field(repr=False)

    @property
    def request(self) -> Request:
        """The request for all of it."""
        return Request(self.label, self.url, headers={"Accept": self.accept}, stream=True)


def fetch_dump(dump: Dump, exchange: Exchange, *, hasty: bool = False) -> Conversation[None]:
    """Yields the rows as pages while they arrive, and at the end a page with the cursor.

    Until a row was handed on, a broken answer is asked for once more within
    the retry budget; nothing is handed on twice. One without rows, as it looks
    when they were lost on the way, is believed when it comes twice, or at once
    by who is ``hasty``.

    Raises:
        ErpUnavailable: the answer broke off.
        ErpInconsistentRead: it is no document, or one that ends too early.
        ErpProtocolError: it is another document than expected.
    """
    last = yield from _answer(dump, exchange)
    if last.number == 1 and not last.raw and not hasty:
        last = yield from _answer(dump, exchange)
    yield last


def _answer(dump: Dump, exchange: Exchange) -> Conversation[Page]:
    """Yields the pages of one answer; returns the last."""
    attempts = count(1)
    while True:
        attempt, reading = next(attempts), _Reading(dump, exchange)
        try:
            return (yield from reading.hold())
        except (ErpUnavailable, ErpInconsistentRead) as exc:
            pause = exchange.retry.delay(attempt, 0.0, None)
            if reading.pages or reading.unopened or pause is None:
                raise
            if attempt > 1 and isinstance(exc, ErpInconsistentRead):
                raise
            log.warning("%s; asking once more", exc)
            exchange.retry.note(pause)
            yield Sleep(pause)


class _Reading:
    """One answer on its way; ``pages`` counts what was handed on."""

    def __init__(self, dump: Dump, exchange: Exchange) -> None:
        self._dump = dump
        self._exchange = exchange
        self._splitter = dump.splitter()
        self.unopened = True
        self.pages = 0

    def hold(self) -> Conversation[Page]:
        """Yields the pages with rows that arrive, and returns the last one, with the cursor."""
        dump = self._dump
        opened = yield from self._exchange.open(dump.request)
        self.unopened = False
        while piece := (yield from self._piece(opened)):
            raw = self._split(opened, piece)
            if raw:
                self.pages += 1
                yield dump.page(self.pages, Rows(raw=raw), dump.scan(raw), None)
        end = self._end(opened)
        log.debug("%s: %d pieces with rows", dump.label, self.pages)
        self.pages += 1
        return dump.page(self.pages, end, dump.scan(end.raw), end.cursor)

    def _piece(self, opened: Opened) -> Conversation[bytes]:
        piece = yield from more(opened)
        if isinstance(piece, Lost):
            raise ErpUnavailable(
                f"{self._dump.label}: {piece.reason} after {self.pages} pieces with rows; try the task again",
                reason=piece.reason,
            )
        return piece

    def _split(self, opened: Opened, piece: bytes) -> list[msgspec.Raw]:
        try:
            return self._splitter.feed(piece)
        except UNREADABLE as exc:
            raise self._broken(opened, exc) from None

    def _end(self, opened: Opened) -> Rows:
        try:
            around = self._splitter.close()
        except UNREADABLE as exc:
            raise self._broken(opened, exc) from None
        rows = understood(self._dump.label, around, self._dump.decode)
        if rows is None:
            raise no_document(self._dump.label, opened, "it cannot be read")
        return rows

    def _broken(self, opened: Opened, exc: Exception) -> ErpInconsistentRead:
        told = str(exc) if isinstance(exc, msgspec.DecodeError) else type(exc).__name__
        return no_document(self._dump.label, opened, told)
