"""The files of one batch, fed page by page, with the proof that no row was lost or doubled."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import msgspec

from airflow_provider_erp.exceptions import ErpInconsistentRead, ErpProtocolError, UnreadableRecord
from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.manifest import Part
from airflow_provider_erp.landing.paths import join
from airflow_provider_erp.landing.raw import RawParts
from airflow_provider_erp.landing.rejected import RejectedRecords
from airflow_provider_erp.landing.table import RecordTable
from airflow_provider_erp.protocol.messages import Page
from airflow_provider_erp.records import Record

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What was written, as the manifest tells it; ``cursor`` is the greatest that a page offered."""

    rows: int
    distinct: int
    repeated: int
    rejected: int
    announced_total: int | None
    pages: int
    cursor: str | None
    parts: tuple[Part, ...]
    records: Part
    rejected_file: Part | None


class ContentsWriter:
    """Writes pages as they come, in memory that does not grow with them.

    Files are finished in ``workspace``, a local folder, digested, and put
    whole into ``folder`` under a name that holds their digest.
    """

    def __init__(
        self,
        label: str,
        folder: str,
        workspace: Path,
        record_type: type[Record],
        read: Callable[[msgspec.Raw], Record],
        part_bytes: int,
    ) -> None:
        self._label = label
        self._folder = folder
        self._workspace = workspace
        self._read = read
        self._raw = RawParts(workspace, self._finish_part, part_bytes)
        self._table = RecordTable(workspace, record_type)
        self._rejected = RejectedRecords(workspace / "rejected.jsonl")
        self._parts: list[Part] = []
        self._rows = 0
        self._pages = 0
        self._total: int | None = None
        self._cursor: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._raw.abandon()
        self._table.close()
        self._rejected.close()

    def add(self, page: Page) -> None:
        """Takes one page; a record that cannot be read is set apart with its reason."""
        self._raw.add(page.raw)
        for position, row in enumerate(page.raw):
            self._add_record(row, page.number, position)
        self._rows += len(page.raw)
        self._pages += 1
        if page.total is not None:
            self._total = page.total
        if page.cursor is not None and (self._cursor is None or page.cursor > self._cursor):
            self._cursor = page.cursor
        log.debug("%s: page %d, %d rows", self._label, page.number, len(page.raw))

    def finish(self) -> Contents:
        """Puts the last files and answers what the batch holds.

        Raises:
            ErpProtocolError: of all the rows that came not one could be read.
            ErpInconsistentRead: rows were lost or doubled on the way into the files.
        """
        self._raw.close()
        self._rejected.close()
        if self._rows and self._rejected.rows == self._rows:
            raise ErpProtocolError(
                f"{self._label}: none of {self._rows} records could be read, {self._rejected.first()}; "
                "the server writes them otherwise than its document says"
            )
        self._rejected.warn(self._label)
        parquet = self._workspace / "records.parquet"
        merged = self._table.write(parquet)
        contents = Contents(
            rows=self._rows,
            distinct=merged.distinct,
            repeated=merged.repeated,
            rejected=self._rejected.rows,
            announced_total=self._total,
            pages=self._pages,
            cursor=self._cursor,
            parts=tuple(self._parts),
            records=self._put(parquet, merged.distinct),
            rejected_file=self._put(self._rejected.path, self._rejected.rows) if self._rejected.rows else None,
        )
        self._prove(contents)
        return contents

    def _add_record(self, row: msgspec.Raw, page: int, position: int) -> None:
        try:
            self._table.add(self._read(row))
        except UnreadableRecord as exc:
            self._rejected.add(row, str(exc), page, position)
        except UnicodeError:
            self._rejected.add(row, "a text in the record is not valid Unicode", page, position)

    def _finish_part(self, path: Path, rows: int) -> None:
        self._parts.append(self._put(path, rows))

    def _put(self, path: Path, rows: int) -> Part:
        digest = storage.sha256(path)
        stem, _, kind = path.name.partition(".")
        part = Part(name=f"{stem}-{digest[:16]}.{kind}", sha256=digest, rows=rows, bytes=path.stat().st_size)
        storage.put(path, join(self._folder, part.name))
        return part

    def _prove(self, contents: Contents) -> None:
        in_parts = sum(part.rows for part in contents.parts)
        accounted = contents.distinct + contents.repeated + contents.rejected
        if contents.rows == in_parts == accounted:
            return
        raise ErpInconsistentRead(
            f"{self._label}: read {contents.rows} rows, but {in_parts} are in the raw parts and {accounted} are "
            f"records, repeats or rejects ({contents.distinct}, {contents.repeated}, {contents.rejected}); "
            "nothing was published, run the task again"
        )
