"""A look at what changed: no more of a list than it takes to show enough new rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container
from dataclasses import dataclass, field

from airflow_provider_erp.protocol.completeness import Completeness
from airflow_provider_erp.protocol.dump import Dump
from airflow_provider_erp.protocol.exchange import Exchange
from airflow_provider_erp.protocol.listing import Listing, fetch
from airflow_provider_erp.protocol.messages import Conversation, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """What a look found.

    Attributes:
        records: how many rows are new; at least so many where ``whole`` is false.
        whole: whether the list was read to its end.
        cursor: from where a later look may go on; None where the list was not read to its end, or offers none.
        rows: what tells each row that was read from others and from itself after a change.
    """

    records: int
    whole: bool
    cursor: str | None
    rows: frozenset[str] = field(repr=False)


def glimpse(
    listing: Listing | Dump, exchange: Exchange, *, enough: int | None = None, known: Container[str] | None = None
) -> Conversation[Glimpse]:
    """What is new in a list; no further page is asked for once ``enough`` new rows came.

    A row is new when it is not among the ``known`` ones; without these, when
    it changed after the cursor that was asked for. A dump of changes is one
    answer and is read to its end, which has the cursor.

    Raises:
        ErpError: as ``fetch``.
    """
    completeness = Completeness(listing.label)
    looked = _Looked(listing, known)
    stops = not isinstance(listing, Dump) or listing.changes is None

    def take(page: Page) -> bool:
        looked.take(page)
        return stops and enough is not None and looked.records >= enough

    ended = yield from _until(take, fetch(listing, exchange, adopted=completeness, hasty=True))
    whole = ended or completeness.is_whole
    return Glimpse(
        records=looked.records, whole=whole, cursor=looked.cursor if whole else None, rows=frozenset(looked.rows)
    )


def row_digest(raw: bytes) -> str:
    """What tells a row from others where it has no stamp; batches keep the same (``landing.table``)."""
    return hashlib.blake2b(raw, digest_size=16).hexdigest()


class _Looked:
    """Counts the rows of pages."""

    def __init__(self, listing: Listing | Dump, known: Container[str] | None) -> None:
        self._listing = listing
        self._known = known
        self._look = 1
        self._begin()

    def _begin(self) -> None:
        self.records = 0
        self.cursor: str | None = None
        self.rows: set[str] = set()

    def take(self, page: Page) -> None:
        if page.look != self._look:  # rows moved: the list begins anew
            self._look = page.look
            self._begin()
        shown = self._identities(page) - self.rows
        if self._known is None:
            self.records += max(0, len(shown) - page.overlap)
        else:
            self.records += sum(row not in self._known for row in shown)
        self.rows |= shown
        self.cursor = max(filter(None, (self.cursor, page.cursor)), default=None)

    def _identities(self, page: Page) -> set[str]:
        """By key and stamp where every row has one: such a row may carry a total that changes without it."""
        scan = self._listing.scan(page.raw)
        if len(scan.stamps) != len(page.raw):
            return {row_digest(row) for row in page.raw}
        return {row_digest(key + stamp.encode()) for key, stamp in zip(scan.keys, scan.stamps, strict=True)}


def _until(take: Callable[[Page], bool], conversation: Conversation[None]) -> Conversation[bool]:
    """Gives the pages to ``take`` until it says that they are enough; whether the conversation came to its end."""
    answer = None
    while True:
        try:
            step = conversation.send(answer)
        except StopIteration:
            return True
        if not isinstance(step, Page):
            answer = yield step
            continue
        answer = None
        if take(step):
            conversation.close()
            return False
