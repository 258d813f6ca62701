"""One fetch's result: written, proved, and published by its manifest, or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from airflow import __version__ as airflow_version

from airflow_provider_erp import __version__
from airflow_provider_erp.exceptions import ErpInconsistentRead, ErpUnavailable
from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.asked import Fetch, Writing
from airflow_provider_erp.landing.catalog import Published, coverage_of
from airflow_provider_erp.landing.checkpoint import NAME as CHECKPOINT
from airflow_provider_erp.landing.checkpoint import Adopted, Checkpoint, adoptable, save
from airflow_provider_erp.landing.contents import Contents, ContentsWriter, Tally, TooManyRejected
from airflow_provider_erp.landing.lineage import tell_written
from airflow_provider_erp.landing.manifest import FORMAT, NAME, MadeBy, Manifest, Part, encode
from airflow_provider_erp.landing.paths import Attempt, join
from airflow_provider_erp.landing.raw import RawParts
from airflow_provider_erp.protocol.completeness import Completeness
from airflow_provider_erp.protocol.messages import Page
from airflow_provider_erp.protocol.rows import Rows

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A batch before its manifest: where a further file can be put. ``records`` is the local Parquet file."""

    workspace: Path
    records: Path | None
    put: Callable[[Path, int], Part]


Supplement = Callable[[Manifest, Draft], Manifest]
"""What else a manifest should say, from looking at the draft."""


def write_batch(
    fetch: Fetch,
    writing: Writing,
    read: Callable[[Completeness | None], Iterable[Page]],
    *,
    base_path: str,
    attempt: Attempt,
    supplement: Supplement = lambda manifest, _: manifest,
) -> Published:
    """Reads the pages to their end and publishes them; on any exception nothing is published.

    ``read`` is given how far an earlier try of the same task came, whose parts
    are adopted where they lie; where the server is not to be had, this try
    leaves what it has to the next. Until it is put, a part lies in the system's
    temporary folder (``TMPDIR``).

    Raises:
        ErpInconsistentRead: the files do not hold exactly the rows that were read.
    """
    day = fetch.day(base_path)
    adopted = adoptable(day, attempt, fetch.question, fetch.observed_at)
    if adopted is not None:
        resumed = replace(fetch, observed_at=adopted.checkpoint.observed_at)
        try:
            return _written(resumed, writing, read, day, attempt, adopted, supplement)
        except _Unusable as exc:
            log.warning("%s: an earlier try's pages cannot be used (%s); reading from the first page", fetch.label, exc)
    return _written(fetch, writing, read, day, attempt, None, supplement)


class _Unusable(Exception):
    """What an earlier try left is damaged."""


def _written(
    fetch: Fetch,
    writing: Writing,
    read: Callable[[Completeness | None], Iterable[Page]],
    day: str,
    attempt: Attempt,
    adopted: Adopted | None,
    supplement: Supplement,
) -> Published:
    folder = join(day, attempt.folder_name())
    with _removed_on_failure(folder), TemporaryDirectory(prefix="erp-batch-") as name:
        workspace = Path(name)
        with _writer(fetch, writing, folder, workspace) as writer:
            completeness = _adopt(adopted, writer, fetch, writing, workspace) if adopted else None
            try:
                for page in read(completeness):
                    writer.add(page)
            except ErpUnavailable:
                writer.keep()
                raise
            contents = writer.finish()
            draft = Draft(workspace=workspace, records=contents.counts.records, put=writer.put)
            manifest = _signed(supplement(_manifest(fetch, contents), draft), attempt, writing)
    path = join(folder, NAME)
    _publish(path, encode(manifest))
    tell_written(day.rpartition("/")[0])
    return Published(path, manifest)


def _publish(path: str, content: bytes) -> None:
    """Creates the manifest; an object store's client that lost the answer asks again, and meets its own file."""
    try:
        storage.create(path, content)
    except FileExistsError:
        if storage.read(path) != content:
            raise


def _signed(manifest: Manifest, attempt: Attempt, writing: Writing) -> Manifest:
    """With the task that publishes it, and how long it took."""
    made_by = MadeBy(dag_id=attempt.dag_id, run_id=attempt.run_id, task_id=attempt.task_id, map_index=attempt.map_index)
    seconds = round((writing.clock() - manifest.observed_at).total_seconds(), 1)
    return replace(manifest, made_by=made_by, seconds=seconds)


def _writer(fetch: Fetch, writing: Writing, folder: str, workspace: Path) -> ContentsWriter:
    def on_part(tally: Tally) -> None:
        if tally.total is not None and fetch.question:
            save(_checkpoint(fetch, tally), folder, workspace)

    def moves_cursor() -> bool:
        return fetch.cursor_life is None or writing.clock() - fetch.observed_at <= fetch.cursor_life

    return ContentsWriter(
        fetch.label,
        folder,
        workspace,
        writing.sink,
        partial(RawParts, part_bytes=writing.part_bytes, part_seconds=writing.part_seconds),
        on_part,
        moves_cursor,
        writing.max_rejected,
    )


def _adopt(adopted: Adopted, writer: ContentsWriter, fetch: Fetch, writing: Writing, workspace: Path) -> Completeness:
    """How far the adopted pages, now in the writer, come.

    Raises:
        _Unusable: a part is gone, or not what was written.
    """
    checkpoint = adopted.checkpoint
    completeness = Completeness(fetch.label)
    number = 0
    try:
        for part, pages in adopted.parts(workspace):
            for raw in pages:
                number += 1
                scan = writing.scan(raw)
                completeness.take(number, Rows(raw=raw, total=checkpoint.total), scan)
                writer.adopt(Page(number, raw, checkpoint.total, None, scan.keys))
            writer.adopted(part)
    except ErpInconsistentRead as exc:
        raise _Unusable(str(exc)) from exc
    writer.resume(checkpoint.cursor, checkpoint.overlap)
    log.info(
        "%s: going on after page %d, which an earlier try read; %d of %d rows are there",
        fetch.label,
        number,
        len(completeness.keys),
        checkpoint.total,
    )
    return completeness


def _checkpoint(fetch: Fetch, tally: Tally) -> Checkpoint:
    return Checkpoint(
        question=fetch.question,
        observed_at=fetch.observed_at,
        total=tally.total or 0,
        sizes=tally.sizes,
        parts=tally.parts,
        cursor=tally.cursor,
        overlap=tally.overlap,
    )


@contextmanager
def _removed_on_failure(folder: str) -> Iterator[None]:
    """Leaves nothing behind but what a later try, or a person, can use; a published folder is never touched."""
    try:
        yield
    except TooManyRejected:
        raise
    except BaseException:
        try:
            if CHECKPOINT not in storage.names(folder):
                storage.remove_folder(folder)
        except OSError as exc:
            log.warning("%s: parts of an unpublished batch stay behind (%s); no reader sees them", folder, exc)
        raise


def _manifest(fetch: Fetch, contents: Contents) -> Manifest:
    tally, counts = contents.tally, contents.counts
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
        cursor_out=tally.cursor if tally.rows and tally.cursor is not None else fetch.since,
        as_of=fetch.as_of,
        observed_at=fetch.observed_at,
        rows=tally.rows,
        distinct=counts.distinct,
        repeated=counts.repeated,
        rejected=counts.rejected,
        announced_total=tally.total,
        pages=len(tally.sizes),
        parts=tuple(tally.parts),
        records=contents.records,
        rejected_file=contents.rejected_file,
        versions={"airflow-provider-erp": __version__, "apache-airflow": airflow_version},
        looks=contents.looks,
        overlap=tally.overlap if fetch.since is not None else None,
        schema=contents.schema,
        conn_id=fetch.conn_id,
    )
