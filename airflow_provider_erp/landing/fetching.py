"""One fetch from a hook to a published batch: what decides before, between and after the pages."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from airflow_provider_erp.landing.batch import Fetch, write_batch
from airflow_provider_erp.landing.catalog import Catalog, Published
from airflow_provider_erp.landing.manifest import Parameters
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.landing.run_time import published_instead, refuse_future
from airflow_provider_erp.landing.stream import Stream, digest_of, selecting
from airflow_provider_erp.protocol.messages import Page
from airflow_provider_erp.records import Record

log = logging.getLogger(__name__)


class Source(Protocol):
    """What a fetch asks of a hook; every ``ErpHook`` has it."""

    @property
    def company(self) -> str:
        """The company's name in folders and reports."""

    @property
    def vendor(self) -> Any:
        """Has ``conn_type`` and ``title``."""

    def fetch(
        self, resource: str, *, since: str | None = None, filters: Mapping[str, Any] | None = None
    ) -> Iterator[Page]:
        """The pages of a list."""

    def record_type(self, resource: str) -> type[Record]:
        """The canonical type of a resource's records."""

    def reader(self, resource: str) -> Callable[[msgspec.Raw], Record]:
        """Translates one row, or raises ``UnreadableRecord``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a task asks for."""

    resource: str
    as_of: dt.datetime
    as_of_tolerance: dt.timedelta = dt.timedelta(hours=24)
    since: str | None = None
    filters: Mapping[str, Any] | None = None


def fetch_batch(hook: Source, ask: Ask, *, base_path: str, attempt: Attempt, now: dt.datetime) -> Published:
    """The batch for a run: read and published now, or the one published then where the run lies in the past.

    Raises:
        ValueError: the run lies in the future, or in a past that nothing was published for; nothing was sent.
    """
    refuse_future(ask.as_of, now)
    stream = Stream.of(hook.vendor.conn_type, hook.company, ask.resource, ask.filters)
    found = published_instead(Catalog(base_path), stream, ask.as_of, ask.as_of_tolerance, ask.since)
    if found is not None:
        _log_reuse(found)
        return found
    chosen = selecting(ask.filters)
    fetch = Fetch(
        stream=stream,
        title=hook.vendor.title,
        parameters=Parameters(filters=tuple(sorted(chosen)), digest=digest_of(chosen)),
        since=ask.since,
        as_of=ask.as_of,
        observed_at=now,
    )
    pages = hook.fetch(ask.resource, since=ask.since, filters=ask.filters)
    folder = fetch.folder(base_path, attempt)
    batch = write_batch(fetch, pages, folder, hook.record_type(ask.resource), hook.reader(ask.resource))
    _log_summary(batch)
    return batch


def summary(batch: Published) -> dict[str, Any]:
    """What XCom carries: path, counts and cursor."""
    manifest = batch.manifest
    return {
        "manifest": batch.path,
        "connection_type": manifest.connection_type,
        "title": manifest.title,
        "company": manifest.company,
        "resource": manifest.resource,
        "coverage": manifest.coverage,
        "as_of": manifest.as_of.isoformat(),
        "rows": manifest.rows,
        "distinct": manifest.distinct,
        "repeated": manifest.repeated,
        "rejected": manifest.rejected,
        "cursor": manifest.cursor_out,
    }


def _log_summary(batch: Published) -> None:
    manifest = batch.manifest
    log.info(
        "%s %s: %d rows on %d pages (%d distinct, %d repeated, %d rejected), coverage %s, published as %s",
        manifest.connection_type,
        manifest.resource,
        manifest.rows,
        manifest.pages,
        manifest.distinct,
        manifest.repeated,
        manifest.rejected,
        manifest.coverage,
        batch.path,
    )


def _log_reuse(batch: Published) -> None:
    manifest = batch.manifest
    log.info(
        "%s %s: vendors show only the present; reuses what was published for as_of %s: %s, nothing was sent",
        manifest.connection_type,
        manifest.resource,
        manifest.as_of.isoformat(),
        batch.path,
    )
