"""The batches that a user may see: the last one of each connection's lists, and those of one run.

Manifests only, never records.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.catalog import Published
from airflow_provider_erp.landing.manifest import NAME, Manifest, decode
from airflow_provider_erp.landing.paths import join
from airflow_provider_erp.landing.snapshot import FOLDER as SNAPSHOTS
from airflow_provider_erp.ui.folders import names_in
from airflow_provider_erp.ui.ledgers import REPORTS, MayRead

log = logging.getLogger(__name__)

PUSHES = "pushes"
"""The folder of a company's pushes, beside those of its resources."""

LOOKED_THROUGH = 5
"""As many of a stream's last days are looked through for batches that the user may see."""
_KEPT = 1024
"""So many manifests stay in memory: a published one never changes."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def last_fetches(base_path: str, may_read: MayRead) -> list[Published]:
    """The last batch of each connection and stream that the user may see, by system, company and resource."""
    found = (batch for stream in _streams(base_path) for batch in _last(stream, may_read))
    return sorted(found, key=lambda each: (each.manifest.title, each.path))


def fetches_of_run(
    base_path: str, day: dt.date, may_read: MayRead, run: tuple[str, str], task_id: str | None, map_index: int | None
) -> list[Published]:
    """What the tasks of a run (its DAG's id and its own) fetched for its day, or one of them."""
    return [
        batch
        for stream in _streams(base_path)
        for batch in _visible(join(stream, day.isoformat()), may_read)
        if (made := batch.manifest.made_by) is not None
        and (made.dag_id, made.run_id) == run
        and task_id in (None, made.task_id)
        and map_index in (None, made.map_index)
    ]


def companies(base_path: str) -> Iterator[str]:
    """The folders of the companies below the connection types'."""
    for kind in names_in(base_path):
        if kind not in (REPORTS, SNAPSHOTS):
            folder = join(base_path, kind)
            yield from (join(folder, company) for company in names_in(folder))


def _streams(base_path: str) -> Iterator[str]:
    for company in companies(base_path):
        for resource in names_in(company):
            if resource != PUSHES:
                folder = join(company, resource)
                yield from (join(folder, selection) for selection in names_in(folder))


def _last(stream: str, may_read: MayRead) -> Iterable[Published]:
    """Of each connection; batches of before manifests named theirs count where there are no others."""
    days = [name for name in names_in(stream) if _DAY.fullmatch(name)][-LOOKED_THROUGH:]
    seen = [batch for day in days for batch in _visible(join(stream, day), may_read)]
    seen.sort(key=lambda each: (each.manifest.as_of, each.manifest.observed_at))
    last = {batch.manifest.conn_id: batch for batch in seen}
    return [batch for conn_id, batch in last.items() if conn_id is not None or len(last) == 1]


def _visible(day: str, may_read: MayRead) -> list[Published]:
    """A batch that does not say which DAG made it is shown to nobody."""
    try:
        batches = list(_batches_in(day))
    except (ValueError, OSError):
        log.exception("A batch's manifest cannot be read, the batches of its day are not shown")
        return []
    return [each for each in batches if each.manifest.made_by and may_read(each.manifest.made_by.dag_id)]


def _batches_in(day: str) -> Iterator[Published]:
    for name in names_in(day):
        path = join(day, name, NAME)
        try:
            yield Published(path, _manifest_at(path))
        except (FileNotFoundError, NotADirectoryError):
            continue


@lru_cache(maxsize=_KEPT)
def _manifest_at(path: str) -> Manifest:
    return decode(storage.read(path), path)
