"""From where a look for changes begins: a cursor, or the records of the batch before."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.landing.catalog import LAST, Catalog, Published, copy_records
from airflow_provider_erp.landing.fetching import FetchSpec, since_of, stream_of
from airflow_provider_erp.landing.source import Source
from airflow_provider_erp.landing.table import DIGEST

_MEMORY_MB = 128


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is not new.

    Attributes:
        since: the cursor; None where there is none.
        known: digests of the raw records that were published last, where the vendor has no change filter; None
            where it has one, and where nothing was published: then every row is new.
    """

    since: str | None
    known: frozenset[str] | None = field(default=None, repr=False)


def baseline(
    hook: Source, resource: str, *, since: str | None, filters: Mapping[str, Any] | None, base_path: str
) -> Baseline:
    """The baseline of ``since``, as a fetch takes it: ``last``, a cursor, or None for everything.

    Raises:
        ValueError: the vendor does not have what is asked, or the batch before kept no records to compare with.
        ErpInconsistentRead: the files of the batch before are not those that were published.
    """
    spec = FetchSpec(resource=resource, as_of=dt.datetime.now(dt.UTC), since=since, filters=filters)
    stream = stream_of(hook, spec)
    if since != LAST:
        return Baseline(since)
    before = Catalog(base_path).newest(stream)
    has_changes = hook.traits(resource).has_changes
    cursor = since_of(spec, before, has_changes=has_changes)
    return Baseline(cursor, None if has_changes or before is None else _digests(before))


def _digests(batch: Published) -> frozenset[str]:
    with tempfile.TemporaryDirectory(prefix="erp-known-") as name:
        records = copy_records(batch, Path(name))
        with open_engine(Path(name), memory_mb=_MEMORY_MB) as connection:
            rows = connection.read_parquet(str(records)).select(DIGEST).fetchall()
    return frozenset(digest for (digest,) in rows)
