"""The files of one batch, fed page by page, with the proof that no row was lost or doubled."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Self

from airflow_provider_erp.exceptions import ErpInconsistentRead, ErpProtocolError
from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.manifest import Part
from airflow_provider_erp.landing.paths import join
from airflow_provider_erp.landing.raw import RawParts
from airflow_provider_erp.landing.rows import Counts, RowSink
from airflow_provider_erp.landing.schema import SchemaRecorder
from airflow_provider_erp.protocol.messages import Page

log = logging.getLogger(__name__)


class TooManyRejected(ErpProtocolError):
    """A person must look at the records that could not be read; what was written stays for that."""


@dataclass(slots=True)
class Tally:
    """How far the pages came; ``sizes`` are the rows of each page, ``cursor`` the greatest that a page offered."""

    sizes: list[int] = field(default_factory=list)
    rows: int = 0
    overlap: int = 0
    total: int | None = None
    cursor: str | None = None
    parts: list[Part] = field(default_factory=list)

    def count(self, page: Page, *, moves_cursor: bool) -> None:
        """Takes note of one page."""
        self.sizes.append(len(page.raw))
        self.rows += len(page.raw)
        self.overlap += page.overlap
        if page.total is not None:
            self.total = page.total
        if moves_cursor and page.cursor is not None and (self.cursor is None or page.cursor > self.cursor):
            self.cursor = page.cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What was written, as the manifest tells it."""

    tally: Tally
    counts: Counts
    looks: int
    records: Part | None
    rejected_file: Part | None
    schema: dict[str, list[str]]


class ContentsWriter:
    """Writes pages as they come, in memory that does not grow with them.

    Files are finished in ``workspace``, a local folder, digested, and put
    whole into ``folder`` under a name that holds their digest. A page of a
    second look begins everything anew. ``on_part`` is told after each part
    how far the pages came; ``moves_cursor`` says whether the cursor of a page
    that comes now may be trusted.
    """

    def __init__(
        self,
        label: str,
        folder: str,
        workspace: Path,
        sink: Callable[[Path], RowSink],
        raw: Callable[[Path, Callable[[Path, int], None]], RawParts] = RawParts,
        on_part: Callable[[Tally], None] = lambda _: None,
        moves_cursor: Callable[[], bool] = lambda: True,
        max_rejected: float | None = None,
    ) -> None:
        self._label = label
        self._folder = folder
        self._workspace = workspace
        self._new_sink = sink
        self._new_raw = raw
        self._on_part = on_part
        self._moves_cursor = moves_cursor
        self._max_rejected = max_rejected
        self._look = 0
        self._begin(1)

    def _begin(self, look: int) -> None:
        """Opens the files of one look at the list."""
        workspace = Path(mkdtemp(dir=self._workspace))
        self._look = look
        self._tally = Tally()
        self._raw = self._new_raw(workspace, self._finish_part)
        self._sink = self._new_sink(workspace)
        self._schema = SchemaRecorder()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._raw.abandon()
        self._sink.close()

    def add(self, page: Page) -> None:
        """Takes one page; a record that cannot be read is set apart with its reason."""
        if page.look > self._look:
            self.start_over(page.look)
        self.adopt(page)
        self._raw.add(page.raw)

    def adopt(self, page: Page) -> None:
        """Takes a page whose raw lines an earlier try wrote."""
        self._tally.count(page, moves_cursor=self._moves_cursor())
        self._sink.add(page)
        self._schema.add(page.raw)

    def adopted(self, part: Part) -> None:
        """Takes note of an earlier try's part, whose pages were all adopted."""
        self._tally.parts.append(part)

    def resume(self, cursor: str | None, overlap: int) -> None:
        """Takes over what the earlier try knew of its pages beside their rows."""
        self._tally.cursor = cursor
        self._tally.overlap = overlap

    def keep(self) -> None:
        """Puts away the pages that came, where a later try can go on after them."""
        if self._tally.total is not None:
            self._raw.close()

    def start_over(self, look: int = 1) -> None:
        """Forgets all pages. What was put of them stays: another try may have adopted it."""
        self.__exit__()
        self._begin(look)

    def finish(self) -> Contents:
        """Puts the last files and answers what the batch holds.

        Raises:
            TooManyRejected: more rows than ``max_rejected``, or all of them, could not be read.
            ErpInconsistentRead: rows were lost or doubled on the way into the files.
        """
        self._raw.close()
        rejected_file = self._put_rejected()
        counts = self._sink.finish()
        contents = Contents(
            tally=self._tally,
            counts=counts,
            looks=self._look,
            records=None if counts.records is None else self.put(counts.records, counts.distinct),
            rejected_file=rejected_file,
            schema=self._schema.result(),
        )
        self._prove(contents)
        return contents

    def _put_rejected(self) -> Part | None:
        rejected = self._sink.rejected
        if rejected is None or not rejected.rows:
            return None
        rejected.close()
        part = self.put(rejected.path, rejected.rows)
        most = self._most_rejected()
        if rejected.rows > most or rejected.rows == self._tally.rows:
            raise TooManyRejected(
                f"{self._label}: {rejected.rows} of {self._tally.rows} records could not be read, at most {most} may "
                f"be rejected; {rejected.first()}. They are kept in {join(self._folder, part.name)}; see what the "
                "server sends, or raise max_rejected"
            )
        rejected.warn(self._label)
        return part

    def _most_rejected(self) -> int:
        """``max_rejected`` as a number of rows: a whole number is one, a fraction is a share of all."""
        limit = self._max_rejected
        if limit is None:
            return self._tally.rows
        return limit if isinstance(limit, int) else int(limit * self._tally.rows)

    def _finish_part(self, path: Path, rows: int) -> None:
        self._tally.parts.append(self.put(path, rows))
        self._on_part(self._tally)

    def put(self, path: Path, rows: int) -> Part:
        """Puts a finished local file under a name that holds its digest."""
        digest = storage.sha256(path)
        stem, _, kind = path.name.partition(".")
        part = Part(name=f"{stem}-{digest[:16]}.{kind}", sha256=digest, rows=rows, bytes=path.stat().st_size)
        storage.put(path, join(self._folder, part.name))
        return part

    def _prove(self, contents: Contents) -> None:
        rows = contents.tally.rows
        in_parts = sum(part.rows for part in contents.tally.parts)
        counts = contents.counts
        accounted = counts.distinct + counts.repeated + counts.rejected
        if rows == in_parts == accounted:
            return
        raise ErpInconsistentRead(
            f"{self._label}: read {rows} rows, but {in_parts} are in the raw parts and {accounted} are "
            f"records, repeats or rejects ({counts.distinct}, {counts.repeated}, {counts.rejected}); "
            "nothing was published, run the task again"
        )
