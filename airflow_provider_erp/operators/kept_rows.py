"""The normalised rows of a comparison, kept for its next run: what did not change is not normalised again.

They lie in ``<comparison>/normalised/<date>/<side>-<kind>-<digest>.parquet``, of
the last run only. They make a run faster and change nothing else: what is gone
or damaged is made anew.
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
from airflow_provider_erp.reconciliation.customers.leftovers import SIDES

_DIGITS = 16
_NAME = re.compile(rf"(source|target)-([0-9a-f]+)-([0-9a-f]{{{_DIGITS}}})\.parquet")

log = logging.getLogger(__name__)


def fetch_rows(comparison: str, kind: str, to: Path) -> None:
    """Copies the rows of a comparison's last run into a local folder, where they are of this kind and whole."""
    top = join(comparison, ROWS)
    for day in storage.names(top):
        for name in storage.names(join(top, day)):
            found = _NAME.fullmatch(name)
            if found and found[2] == kind:
                _fetch(join(top, day, name), to / f"{found[1]}.parquet", found[3])


def keep_rows(comparison: str, kind: str, files: Path, date: dt.date) -> None:
    """Puts the rows in a local folder in the place of those of the run before."""
    folder = join(comparison, ROWS, date.isoformat())
    forget_rows(comparison, {_keep(files / f"{side}.parquet", folder, f"{side}-{kind}") for side in SIDES})


def forget_rows(comparison: str, kept: Collection[str] = ()) -> None:
    """Removes the rows of runs before, those at these addresses apart."""
    top = join(comparison, ROWS)
    for day in storage.names(top):
        addresses = [join(top, day, name) for name in storage.names(join(top, day))]
        for address in addresses:
            if address not in kept:
                storage.remove(address)
        if not any(address in kept for address in addresses):
            storage.remove_folder(join(top, day))


def _fetch(address: str, local: Path, digest: str) -> None:
    try:
        whole = storage.copy(address, local).startswith(digest)
    except FileNotFoundError:
        whole = False  # another run has put its own in their place
    if not whole:
        local.unlink(missing_ok=True)
        log.info("%s cannot be used; all customers of this side are normalised anew", address)


def _keep(file: Path, folder: str, name: str) -> str:
    address = join(folder, f"{name}-{storage.sha256(file)[:_DIGITS]}.parquet")
    storage.put(file, address)
    return address
