"""What becomes of a batch's rows beside the raw lines: canonical records and rejects, or a count of keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from airflow_provider_erp.exceptions import UnreadableRecord
from airflow_provider_erp.landing.rejected import RejectedRecords
from airflow_provider_erp.landing.table import RecordTable
from airflow_provider_erp.protocol.keys import Keys
from airflow_provider_erp.protocol.messages import Page
from airflow_provider_erp.records import Record

ReadRow = Callable[[msgspec.Raw], Record]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """``distinct + repeated + rejected`` are all rows; ``records`` is the Parquet file, where one was asked for."""

    distinct: int
    repeated: int
    rejected: int = 0
    records: Path | None = None


class RowSink(Protocol):
    """Takes rows page by page."""

    rejected: RejectedRecords | None

    def add(self, page: Page) -> None:
        """Takes one page."""
        ...

    def finish(self) -> Counts:
        """What came of all rows."""
        ...

    def close(self) -> None:
        """Ends its files; harmless when repeated."""
        ...


class CanonicalRows:
    """Translates each row; those that cannot be are set apart with their reason."""

    def __init__(self, workspace: Path, record_type: type[Record], read: ReadRow, *, digests: bool = False) -> None:
        self._workspace = workspace
        self._read = read
        self._table = RecordTable(workspace, record_type, digests=digests)
        self.rejected: RejectedRecords | None = RejectedRecords(workspace / "rejected.jsonl")
        self._rejects = self.rejected

    def add(self, page: Page) -> None:
        """Takes one page; a record that cannot be read is set apart."""
        read, add = self._read, self._table.add
        for position, row in enumerate(page.raw):
            try:
                add(read(row), row)
            except UnreadableRecord as exc:
                self._rejects.add(row, str(exc), page.number, position)
            except UnicodeError:
                self._rejects.add(row, "a text in the record is not valid Unicode", page.number, position)

    def finish(self) -> Counts:
        """Writes the Parquet file."""
        self._rejects.close()
        records = self._workspace / "records.parquet"
        merged = self._table.write(records)
        return Counts(distinct=merged.distinct, repeated=merged.repeated, rejected=self._rejects.rows, records=records)

    def close(self) -> None:
        """Ends its files."""
        self._table.close()
        self._rejects.close()


class CountedRows:
    """Counts keys, where raw lines are all that was asked for."""

    rejected: RejectedRecords | None = None

    def __init__(self) -> None:
        self._keys = Keys()
        self._rows = 0

    def add(self, page: Page) -> None:
        """Counts one page."""
        self._keys.update(page.keys)
        self._rows += len(page.keys)

    def finish(self) -> Counts:
        """Rows of the same key are repeats."""
        return Counts(distinct=len(self._keys), repeated=self._rows - len(self._keys))

    def close(self) -> None:
        """Has no files."""
