"""The normalised rows of a comparison, kept for its next run: what did not change is not normalised again.

They lie in ``<comparison>/normalised/<date>/<side>-<kind>-<digest>.parquet``,
with ``<side>_changed-...`` for what is new since that file was written; of the
last run only. They make a run faster and change nothing else: what is gone or
damaged is made anew.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Collection
from pathlib import Path

from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.paths import join
from airflow_provider_erp.landing.purge import ROWS

_DIGITS = 16
_NAME = re.compile(rf"((?:source|target)(?:_changed)?)-([0-9a-f]+)-([0-9a-f]{{{_DIGITS}}})\.parquet")

log = logging.getLogger(__name__)


def fetch_rows(comparison: str, kind: str, to: Path) -> None:
    """Copies the rows of a comparison's last run into a local folder, where they are of this kind and whole."""
    for address in _addresses(comparison):
        found = _NAME.fullmatch(address.rsplit("/", 1)[-1])
        if found and found[2] == kind:
            _fetch(address, to / f"{found[1]}.parquet", found[3])


def keep_rows(comparison: str, kind: str, files: Path, date: dt.date) -> None:
    """Puts the rows in a local folder in the place of those of the run before; a file that lies there already stays."""
    there = {address.rsplit("/", 1)[-1]: address for address in _addresses(comparison)}
    kept = set()
    for file in sorted(files.glob("*.parquet")):
        name = f"{file.stem}-{kind}-{storage.sha256(file)[:_DIGITS]}.parquet"
        address = there.get(name) or join(comparison, ROWS, date.isoformat(), name)
        if name not in there:
            storage.put(file, address)
        kept.add(address)
    forget_rows(comparison, kept)


def forget_rows(comparison: str, kept: Collection[str] = ()) -> None:
    """Removes the rows of runs before, those at these addresses apart."""
    addresses = _addresses(comparison)
    for address in set(addresses).difference(kept):
        storage.remove(address)
    days = {address.rsplit("/", 1)[0] for address in kept}
    for day in storage.names(join(comparison, ROWS)):
        folder = join(comparison, ROWS, day)
        if folder not in days:
            storage.remove_folder(folder)


def _addresses(comparison: str) -> list[str]:
    """All that lies there, by days."""
    top = join(comparison, ROWS)
    return [join(top, day, name) for day in storage.names(top) for name in storage.names(join(top, day))]


def _fetch(address: str, local: Path, digest: str) -> None:
    try:
        whole = storage.copy(address, local).startswith(digest)
    except FileNotFoundError:
        whole = False  # another run has put its own in their place
    if not whole:
        local.unlink(missing_ok=True)
        storage.remove(address)
        log.info("%s cannot be used; all customers of this side are normalised anew", address)
