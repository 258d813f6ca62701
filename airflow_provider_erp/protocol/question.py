"""What both kinds of lists have in common: where they are, how they are read, what was asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from airflow_provider_erp.protocol.changes import Changes
from airflow_provider_erp.protocol.messages import Page
from airflow_provider_erp.protocol.rows import Rows, Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One list of a server.

    ``decode`` reads an answer, ``scan`` answers keys and stamps of its rows,
    ``changes`` is what a fetch of changes asked for.
    """

    label: str
    url: str = field(repr=False)
    decode: Callable[[bytes], Rows] = field(repr=False)
    scan: Callable[[Sequence[msgspec.Raw]], Scan] = field(repr=False)
    accept: str = "application/json"
    changes: Changes | None = None

    def page(self, number: int, rows: Rows, scan: Scan, cursor: str | None) -> Page:
        """The rows as a page.

        Raises:
            ErpProtocolError: a row is too old for what was asked.
        """
        overlap = self.changes.overlap(self.label, scan.stamps) if self.changes else 0
        total = scan.total if rows.total is None else rows.total
        return Page(number, rows.raw, total, cursor, scan.keys, overlap=overlap)
