"""Checkpoints: how far a try came, durably, so that the next try of the same task goes on from there."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import msgspec

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.manifest import NAME as MANIFEST
from airflow_provider_erp.landing.manifest import Moment, Part
from airflow_provider_erp.landing.paths import Attempt, join
from airflow_provider_erp.landing.raw import read_rows

NAME = "checkpoint.json"
RESUME_WITHIN = dt.timedelta(hours=6)
"""What an earlier try read longer ago than this is read anew."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The pages that stand in finished parts.

    ``question`` is the digest of all that was asked, page size included;
    ``sizes`` are the rows of each page from the first; ``observed_at`` is when
    the first try began to read.
    """

    question: str
    observed_at: Moment
    total: int
    sizes: list[int]
    parts: list[Part]
    cursor: str | None
    overlap: int = 0


_CHECKPOINT = msgspec.json.Decoder(Checkpoint).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """An earlier try's checkpoint and the folder that it lies in."""

    checkpoint: Checkpoint
    folder: str

    def parts(self, workspace: Path) -> Iterator[tuple[Part, Iterator[list[msgspec.Raw]]]]:
        """Each part, as seen from a sibling folder, with its pages' rows, to be taken before the next part.

        Raises:
            ErpInconsistentRead: a part is gone, or not what was written.
        """
        sizes = iter(self.checkpoint.sizes)
        for part in self.checkpoint.parts:
            local = _copied(self._address(part), part, workspace)
            yield replace(part, folder=part.folder or self.folder.rpartition("/")[2]), _pages(local, part, sizes)
            local.unlink()

    def _address(self, part: Part) -> str:
        own = self.folder if part.folder is None else join(self.folder.rpartition("/")[0], part.folder)
        return join(own, part.name)


def save(checkpoint: Checkpoint, folder: str, workspace: Path) -> None:
    """Puts the checkpoint into a try's folder, over the one before."""
    local = workspace / NAME
    local.write_bytes(msgspec.json.encode(checkpoint))
    storage.put(local, join(folder, NAME))


def adoptable(day: str, attempt: Attempt, question: str, now: dt.datetime) -> Adopted | None:
    """What the farthest earlier try of the same task left below the day's folder, if it asked the same, recently."""
    found = [
        Adopted(checkpoint=checkpoint, folder=join(day, name))
        for name in storage.names(day)
        if name.startswith(attempt.identity + "-")
        and (checkpoint := _read(join(day, name))) is not None
        and checkpoint.question == question
        and now - checkpoint.observed_at <= RESUME_WITHIN
    ]
    return max(found, key=lambda adopted: len(adopted.checkpoint.sizes), default=None)


def _read(folder: str) -> Checkpoint | None:
    """The checkpoint of a try that did not publish."""
    content = _content(join(folder, NAME))
    if content is None or _content(join(folder, MANIFEST)) is not None:
        return None
    try:
        return _CHECKPOINT(content)
    except msgspec.DecodeError:
        log.warning("%s/%s cannot be read; the list is read from its first page", folder, NAME)
        return None


def _content(address: str) -> bytes | None:
    try:
        return storage.read(address)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _copied(address: str, part: Part, workspace: Path) -> Path:
    local = workspace / f"adopted-{part.name}"
    try:
        digest = storage.copy(address, local)
    except FileNotFoundError as exc:
        raise ErpInconsistentRead(f"{address}: an earlier try's checkpoint names this file, but it is gone") from exc
    if digest != part.sha256:
        raise ErpInconsistentRead(f"{address}: expected sha256 {part.sha256}, got {digest}")
    return local


def _pages(local: Path, part: Part, sizes: Iterator[int]) -> Iterator[list[msgspec.Raw]]:
    rows, left = read_rows(local), part.rows
    while left > 0:
        page = list(islice(rows, next(sizes)))
        left -= len(page)
        yield page
