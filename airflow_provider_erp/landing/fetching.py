"""One fetch from a hook to a published batch: what decides before, between and after the pages."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from airflow_provider_erp.landing.ask import Ask
from airflow_provider_erp.landing.batch import Fetch, write_batch
from airflow_provider_erp.landing.catalog import Catalog, Published
from airflow_provider_erp.landing.manifest import Parameters
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.landing.run_time import published_instead, refuse_future
from airflow_provider_erp.landing.source import Source
from airflow_provider_erp.landing.stream import Stream, digest_of

log = logging.getLogger(__name__)


def fetch_batch(hook: Source, ask: Ask, *, base_path: str, attempt: Attempt, now: dt.datetime) -> Published:
    """The batch for a run: read and published now, or the one published then where the run lies in the past.

    Raises:
        ValueError: the run lies in the future, or in a past that nothing was published for, or the vendor does
            not have what is asked; nothing was sent.
    """
    refuse_future(ask.as_of, now)
    fetch = _describe(hook, ask, now)
    pages = hook.fetch(ask.resource, since=ask.since, filters=ask.filters)
    found = published_instead(Catalog(base_path), fetch.stream, ask.as_of, ask.as_of_tolerance, fetch.since)
    if found is not None:
        _log("reused, because vendors show only the present", found)
        return found
    folder = fetch.folder(base_path, attempt)
    batch = write_batch(fetch, pages, folder, hook.record_type(ask.resource), hook.reader(ask.resource))
    _log("published", batch)
    return batch


def _describe(hook: Source, ask: Ask, now: dt.datetime) -> Fetch:
    described = hook.vendor.resource(ask.resource)
    selection = ask.selection(described)
    return Fetch(
        stream=Stream.of(hook.vendor.conn_type, hook.company, ask.resource, selection),
        title=hook.vendor.title,
        parameters=Parameters(filters=tuple(sorted(selection)), digest=digest_of(selection)),
        since=ask.cursor(described),
        as_of=ask.as_of,
        observed_at=now,
    )


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


def _log(what: str, batch: Published) -> None:
    manifest = batch.manifest
    log.info(
        "%s %s: %d rows on %d pages (%d distinct, %d repeated, %d rejected), coverage %s, as of %s, %s: %s",
        manifest.connection_type,
        manifest.resource,
        manifest.rows,
        manifest.pages,
        manifest.distinct,
        manifest.repeated,
        manifest.rejected,
        manifest.coverage,
        manifest.as_of.isoformat(),
        what,
        batch.path,
    )
