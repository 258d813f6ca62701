"""One fetch's result: written, proved, and published by its manifest, or not at all."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from airflow import __version__ as airflow_version

from airflow_provider_erp import __version__
from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.catalog import Published, coverage_of
from airflow_provider_erp.landing.contents import Contents, ContentsWriter
from airflow_provider_erp.landing.manifest import FORMAT, NAME, Manifest, encode
from airflow_provider_erp.landing.paths import Attempt, join
from airflow_provider_erp.landing.raw import PART_BYTES
from airflow_provider_erp.landing.stream import Stream
from airflow_provider_erp.protocol.messages import Page
from airflow_provider_erp.records import Record

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """What was asked of which system, and when: all that a manifest says before the first page."""

    stream: Stream
    title: str
    filters: tuple[str, ...]
    since: str | None
    as_of: dt.datetime
    observed_at: dt.datetime

    @property
    def label(self) -> str:
        """What logs and errors call the fetch."""
        return f"{self.stream.conn_type} {self.stream.resource}"

    def folder(self, base_path: str, attempt: Attempt) -> str:
        """A new folder for one attempt's batch."""
        day = self.as_of.astimezone(dt.UTC).date().isoformat()
        return join(base_path, self.stream.folder, day, attempt.folder_name())


def write_batch(
    fetch: Fetch,
    pages: Iterable[Page],
    folder: str,
    record_type: type[Record],
    read: Callable[[msgspec.Raw], Record],
    part_bytes: int = PART_BYTES,
) -> Published:
    """Reads the pages to their end and publishes them; on any exception nothing is published.

    Until it is put, a part lies in the system's temporary folder (``TMPDIR``).

    Raises:
        ErpInconsistentRead: the files do not hold exactly the rows that were read.
    """
    with (
        _removed_on_failure(folder),
        TemporaryDirectory(prefix="erp-batch-") as workspace,
        ContentsWriter(fetch.label, folder, Path(workspace), record_type, read, part_bytes) as writer,
    ):
        for page in pages:
            writer.add(page)
        contents = writer.finish()
    manifest = _manifest(fetch, contents)
    path = join(folder, NAME)
    storage.create(path, encode(manifest))
    return Published(path, manifest)


@contextmanager
def _removed_on_failure(folder: str) -> Iterator[None]:
    """Only while there can be no manifest yet: a published folder is never touched."""
    try:
        yield
    except BaseException:
        try:
            storage.remove_folder(folder)
        except OSError as exc:
            log.warning("%s: parts of an unpublished batch stay behind (%s); no reader sees them", folder, exc)
        raise


def _manifest(fetch: Fetch, contents: Contents) -> Manifest:
    return Manifest(
        format=FORMAT,
        conn_type=fetch.stream.conn_type,
        title=fetch.title,
        company=fetch.stream.company,
        resource=fetch.stream.resource,
        selection=fetch.stream.selection,
        filters=fetch.filters,
        coverage=coverage_of(fetch.since),
        cursor_in=fetch.since,
        cursor_out=contents.cursor if contents.cursor is not None else fetch.since,
        as_of=fetch.as_of,
        observed_at=fetch.observed_at,
        rows=contents.rows,
        distinct=contents.distinct,
        repeated=contents.repeated,
        rejected=contents.rejected,
        announced_total=contents.announced_total,
        pages=contents.pages,
        parts=contents.parts,
        records=contents.records,
        rejected_file=contents.rejected_file,
        versions={"airflow-provider-erp": __version__, "apache-airflow": airflow_version},
    )
