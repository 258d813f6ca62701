"""Which batches a stream has: found by their manifests, read by the keys that these name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.manifest import NAME, Coverage, Manifest, Part, decode
from airflow_provider_erp.landing.paths import join
from airflow_provider_erp.landing.stream import Stream

_FOLDERS_BELOW = 7
"""A stream's four folders, the day's, the attempt's, and the manifest."""

LAST = "last"
"""Asks for the changes since the newest batch of the stream."""


@dataclass(frozen=True, slots=True)
class Published:
    """A batch that readers may use; ``path`` is its manifest's."""

    path: str
    manifest: Manifest

    @property
    def stream(self) -> Stream:
        """The stream that the batch continues."""
        found = self.manifest
        return Stream(
            conn_type=found.conn_type, company=found.company, resource=found.resource, selection=found.selection
        )

    @property
    def folder(self) -> str:
        """Where all batches of the stream lie."""
        return self.path.rsplit("/", 3)[0]

    def file(self, part: Part) -> str:
        """The address of one of the batch's files."""
        own = self.path.rpartition("/")[0]
        return join(own if part.folder is None else join(own.rpartition("/")[0], part.folder), part.name)


@dataclass(frozen=True, slots=True)
class Catalog:
    """The batches below one base path."""

    base_path: str

    @classmethod
    def of(cls, batch: Published) -> Catalog:
        """The catalog that a batch lies in, by its address.

        Raises:
            ValueError: it lies in another folder than that of its stream.
        """
        base_path, *_ = batch.path.rsplit("/", _FOLDERS_BELOW)
        folder = join(base_path, batch.stream.folder)
        if not batch.path.startswith(f"{folder}/"):
            raise ValueError(
                f"{batch.path}: expected the batch below .../{batch.stream.folder}, where batches before it are "
                "looked for; it was moved: fetch again, or give the path that the fetch returned"
            )
        return cls(base_path)

    def newest(self, stream: Stream, *, before: dt.datetime | None = None) -> Published | None:
        """The batch of the latest ``as_of``, earlier than ``before``; of several for it the one observed last."""
        return next(self.latest_first(stream, before=before), None)

    def newest_full(self, stream: Stream, *, before: dt.datetime) -> Published | None:
        """The same among the batches that cover everything."""
        full = (batch for batch in self.latest_first(stream, before=before) if batch.manifest.coverage == "full")
        return next(full, None)

    def latest_first(self, stream: Stream, *, before: dt.datetime | None = None) -> Iterator[Published]:
        """The batches with an ``as_of`` earlier than ``before``, the latest first, then the one observed last."""
        for batch in latest_first_in(join(self.base_path, stream.folder)):
            if before is None or batch.manifest.as_of < before:
                yield batch

    def published_for(self, stream: Stream, as_of: dt.datetime, *, since: str | None = None) -> Published | None:
        """The batch for exactly ``as_of`` that was observed last, among those that were asked the same.

        That is the full ones, or with ``since`` those of the changes since
        then; ``last`` takes any, for what was last then is not known now.
        """
        found = [
            batch
            for batch in batches_in(join(self.base_path, stream.folder, as_of.astimezone(dt.UTC).date().isoformat()))
            if batch.manifest.as_of == as_of
            and (since == LAST or (batch.manifest.coverage, batch.manifest.cursor_in) == (coverage_of(since), since))
        ]
        return max(found, key=lambda batch: batch.manifest.observed_at, default=None)


def latest_first_in(stream_folder: str) -> Iterator[Published]:
    """The batches of a stream's folder, the latest ``as_of`` first, of several for it the one observed last."""
    for day in reversed(storage.names(stream_folder)):
        found = batches_in(join(stream_folder, day))
        yield from sorted(found, key=lambda batch: (batch.manifest.as_of, batch.manifest.observed_at), reverse=True)


def batches_in(day_folder: str) -> Iterator[Published]:
    """The batches of a day's folder, in any order."""
    for name in storage.names(day_folder):
        path = join(day_folder, name, NAME)
        try:
            content = storage.read(path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        yield Published(path, decode(content, path))


def coverage_of(since: str | None) -> Coverage:
    """What a fetch covers that was asked ``since`` a cursor, or without one."""
    return "full" if since is None else "changes"


def read_batch(path: str) -> Published:
    """The batch whose manifest lies at ``path``, as XCom carries it.

    Raises:
        ValueError: there is no such batch, the file is no manifest, or its format is newer.
    """
    try:
        content = storage.read(path)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as exc:
        raise ValueError(
            f"{path}: no such batch; it was never published there, or it was removed: run its fetch again"
        ) from exc
    return Published(path, decode(content, path))


def copy_records(batch: Published, folder: Path) -> Path:
    """A local copy of a batch's Parquet file, checked against its manifest.

    Raises:
        ErpInconsistentRead: the bytes are not those that were published, or the file is gone.
        ValueError: the batch has none.
    """
    records = batch.manifest.records
    if records is None:
        raise ValueError(f"{batch.path}: this batch has raw lines only; fetch with canonical=True")
    return copy_part(batch, records, folder)


def copy_part(batch: Published, part: Part, folder: Path) -> Path:
    """A local copy of one of a batch's files, checked against its manifest.

    Raises:
        ErpInconsistentRead: the bytes are not those that were published, or the file is gone.
    """
    source = batch.file(part)
    target = folder / part.name
    try:
        digest = storage.copy(source, target)
    except FileNotFoundError as exc:
        raise ErpInconsistentRead(
            f"{source}: the manifest names this file, but it is gone; run the fetch again"
        ) from exc
    if digest != part.sha256:
        raise ErpInconsistentRead(
            f"{source}: expected sha256 {part.sha256}, got {digest}; the copy was cut or the file was changed"
        )
    return target
