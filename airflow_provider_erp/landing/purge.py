"""What has had its time below a base path: found by the folders' own names, and removed."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from airflow.sdk import ObjectStoragePath

from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.catalog import batches_in, latest_first_in
from airflow_provider_erp.landing.chain import looked_at_from
from airflow_provider_erp.landing.manifest import NAME, Manifest
from airflow_provider_erp.landing.paths import join
from airflow_provider_erp.landing.snapshot import FOLDER as SNAPSHOTS

REPORTS = "reconciliation"
ROWS = "normalised"
"""The folder of a comparison's normalised rows, by the day of its last run."""
ENGINE = "engine"
"""The folder of what a comparison left on a remote engine, by the moment that it was about."""
STILL_RUNNING = dt.timedelta(days=1)
"""A folder without a manifest that was written to more recently may belong to a running task."""

Kind = Literal["batches", "unpublished", "reports", "rows", "snapshots"]

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(T\d{6}Z)?")
_ATTEMPT = re.compile(r"[0-9a-f]{16}-\d+-[0-9a-f]{12}")
_STREAM_FOLDERS = 4
_REPORT_FOLDERS = 3

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Removal:
    """A folder that may go."""

    kind: Kind
    folder: str


def purge(base_path: str, *, older_than: dt.date, now: dt.datetime, dry_run: bool = False) -> dict[str, int]:
    """Removes what belongs to a day before ``older_than``; answers how many folders of each kind.

    Of every stream stay the full batches that its current state looks at, and
    all after the first of them, however old; so do files of an earlier try
    that a batch refers to, and folders without a manifest in which something
    was written during the last day. What is not named as this package names
    its folders is left alone.
    """
    counts: Counter[Kind] = Counter()
    for removal in removals(base_path, older_than=older_than, now=now):
        log.info("%s %s: %s", "would remove" if dry_run else "removing", removal.kind, removal.folder)
        if not dry_run:
            _remove(removal)
        counts[removal.kind] += 1
    return {kind: counts[kind] for kind in get_args(Kind)}


def removals(base_path: str, *, older_than: dt.date, now: dt.datetime) -> Iterator[Removal]:
    """What ``purge`` removes."""
    for name in _names(base_path):
        top = join(base_path, name)
        if name == REPORTS:
            yield from _dated(top, _REPORT_FOLDERS, "reports", older_than)
            yield from _rows(top, older_than)
        elif name == SNAPSHOTS:
            yield from _dated(top, _STREAM_FOLDERS, "snapshots", older_than)
        else:
            for stream_folder in _below(top, _STREAM_FOLDERS - 1):
                yield from _of_stream(stream_folder, older_than, now)


def _dated(top: str, depth: int, kind: Kind, older_than: dt.date) -> Iterator[Removal]:
    for folder in _below(top, depth):
        for name in _old(folder, older_than):
            yield Removal(kind, join(folder, name))


def _rows(top: str, older_than: dt.date) -> Iterator[Removal]:
    """What comparisons that run no more have kept, and what they left on an engine."""
    for comparison in _below(top, _REPORT_FOLDERS):
        for name in (ROWS, ENGINE):
            yield from _dated(join(comparison, name), 0, "rows", older_than)


def _of_stream(stream_folder: str, older_than: dt.date, now: dt.datetime) -> Iterator[Removal]:
    days = _old(stream_folder, older_than)
    needed_from = looked_at_from(latest_first_in(stream_folder)) if days else None
    for day in days:
        folder = join(stream_folder, day)
        published = {batch.path.split("/")[-2]: batch.manifest for batch in batches_in(folder)}
        kept = {name for name, manifest in published.items() if needed_from and manifest.as_of >= needed_from}
        kept |= {elsewhere for name in kept for elsewhere in _folders_of_parts(published[name])}
        for name in filter(_ATTEMPT.fullmatch, _names(folder)):
            address = join(folder, name)
            if name in kept:
                continue
            if name in published:
                yield Removal("batches", address)
            elif now - _last_written(address, now) >= STILL_RUNNING:
                yield Removal("unpublished", address)


def _folders_of_parts(manifest: Manifest) -> Iterator[str]:
    """The folders of earlier tries in which files of a batch lie."""
    beside = (manifest.records, manifest.rejected_file, manifest.deleted)
    changes = manifest.changes.records if manifest.changes else None
    for part in (*manifest.parts, *beside, changes):
        if part is not None and part.folder is not None:
            yield part.folder


def _last_written(folder: str, now: dt.datetime) -> dt.datetime:
    """When the newest file in a folder was written; now, where a storage does not tell."""
    place = ObjectStoragePath(folder)
    place.fs.invalidate_cache()
    try:
        moments: list[dt.datetime] = [place.fs.modified(file) for file in place.fs.find(place.path)]
    except NotImplementedError:
        return now
    return max(moments, default=now)


def _remove(removal: Removal) -> None:
    """Removes a folder, its manifest first: a reader sees a whole batch or none."""
    storage.remove(join(removal.folder, NAME))
    storage.remove_folder(removal.folder)
    parent = ObjectStoragePath(removal.folder.rpartition("/")[0])
    if parent.protocol == "file":
        with suppress(OSError):
            Path(parent.path).rmdir()


def _below(top: str, depth: int) -> Iterator[str]:
    """The folders so many levels below."""
    if depth == 0:
        yield top
        return
    for name in _names(top):
        yield from _below(join(top, name), depth - 1)


def _old(folder: str, older_than: dt.date) -> list[str]:
    """The names of a folder's days that are earlier."""
    return [name for name in _names(folder) if _DAY.fullmatch(name) and name[:10] < older_than.isoformat()]


def _names(folder: str) -> list[str]:
    try:
        return storage.names(folder)
    except NotADirectoryError:
        return []
