"""What a fetch asks for, and how what comes is to be written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from airflow_provider_erp.landing.paths import join
from airflow_provider_erp.landing.raw import PART_BYTES, PART_SECONDS
from airflow_provider_erp.landing.rows import CanonicalRows, CountedRows, ReadRow, RowSink
from airflow_provider_erp.landing.stream import Stream
from airflow_provider_erp.protocol.rows import Scan
from airflow_provider_erp.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """What was asked of which system, and when: all that a manifest says before the first page.

    ``question`` is the digest of all that goes out, page size included.
    ``cursor_life`` is how long after ``observed_at`` the stamps of rows may
    still move the cursor: a later fetch looks back no farther than that.
    ``conn_id`` is Airflow's name of the connection.
    """

    stream: Stream
    title: str
    filters: tuple[str, ...]
    since: str | None
    as_of: dt.datetime
    observed_at: dt.datetime
    question: str = ""
    cursor_life: dt.timedelta | None = None
    conn_id: str | None = None

    @property
    def label(self) -> str:
        """What logs and errors call the fetch."""
        return f"{self.stream.conn_type} {self.stream.resource}"

    def day(self, base_path: str) -> str:
        """The folder of all attempts for the same stream and date."""
        return join(base_path, self.stream.folder, self.as_of.astimezone(dt.UTC).date().isoformat())


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How a batch is written.

    Attributes:
        record_type: the canonical type of its records.
        read: translates one row.
        scan: answers the keys of rows.
        canonical: whether ``records.parquet`` is written beside the raw lines.
        digests: whether that has a digest of each raw record.
        max_rejected: how many unreadable records are taken, or which share of all; None for any but all.
        part_bytes: of raw lines before compression in one file, about.
        part_seconds: after which a part is put, so that a later try can go on after it.
        clock: the present, for the cursor's life.
    """

    record_type: type[Record]
    read: ReadRow
    scan: Callable[[Sequence[msgspec.Raw]], Scan]
    canonical: bool = True
    digests: bool = False
    max_rejected: float | None = None
    part_bytes: int = PART_BYTES
    part_seconds: float = PART_SECONDS
    clock: Callable[[], dt.datetime] = field(default=lambda: dt.datetime.now(dt.UTC))

    def sink(self, workspace: Path) -> RowSink:
        """What takes the rows beside the raw parts."""
        if not self.canonical:
            return CountedRows()
        return CanonicalRows(workspace, self.record_type, self.read, digests=self.digests)
