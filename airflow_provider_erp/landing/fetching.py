"""One fetch from a hook to a published batch: what decides before, between and after the pages."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_erp.landing.batch import Fetch, write_batch
from airflow_provider_erp.landing.catalog import Catalog, Published
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.landing.run_time import published_instead, refuse_future
from airflow_provider_erp.landing.source import Source
from airflow_provider_erp.landing.stream import Stream

log = logging.getLogger(__name__)

AS_OF_TOLERANCE = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSpec:
    """One fetch as a DAG author describes it, for the moment that its run stands for."""

    resource: str
    as_of: dt.datetime
    as_of_tolerance: dt.timedelta = AS_OF_TOLERANCE
    since: str | None = None
    filters: Mapping[str, Any] | None = None


def fetch_batch(hook: Source, spec: FetchSpec, *, base_path: str, attempt: Attempt, now: dt.datetime) -> Published:
    """The batch for a run: read and published now, or the one published then where the run lies in the past.

    Raises:
        ValueError: the run lies in the future, or in a past that nothing was published for, or the vendor does
            not have what is asked; nothing was sent.
    """
    refuse_future(spec.as_of, now)
    if spec.since == "last":
        raise ValueError(
            "since='last' is not known in this version; pass the cursor of an earlier batch, or nothing to read all"
        )
    fetch = _describe(hook, spec, now)
    pages = hook.fetch(spec.resource, since=spec.since, filters=spec.filters)
    found = published_instead(Catalog(base_path), fetch.stream, spec.as_of, spec.as_of_tolerance, fetch.since)
    if found is not None:
        _log("reused, because vendors show only the present", found)
        return found
    folder = fetch.folder(base_path, attempt)
    batch = write_batch(fetch, pages, folder, hook.record_type(spec.resource), hook.reader(spec.resource))
    _log("published", batch)
    return batch


def _describe(hook: Source, spec: FetchSpec, now: dt.datetime) -> Fetch:
    selection = hook.selection(spec.resource, since=spec.since, filters=spec.filters)
    return Fetch(
        stream=Stream.of(hook.vendor.conn_type, hook.company, spec.resource, selection),
        title=hook.vendor.title,
        filters=tuple(sorted(selection)),
        since=hook.cursor(spec.resource, since=spec.since, filters=spec.filters),
        as_of=spec.as_of,
        observed_at=now,
    )


def summary(batch: Published) -> dict[str, Any]:
    """What XCom carries: path, counts and cursor."""
    manifest = batch.manifest
    return {
        "manifest": batch.path,
        "conn_type": manifest.conn_type,
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
        manifest.conn_type,
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
