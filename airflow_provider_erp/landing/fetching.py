"""One fetch from a hook to a published batch: what decides before, between and after the pages."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from airflow_provider_erp.landing.asked import Fetch, Writing
from airflow_provider_erp.landing.batch import write_batch
from airflow_provider_erp.landing.catalog import LAST, Catalog, Published
from airflow_provider_erp.landing.fence import fenced
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.landing.progress import told
from airflow_provider_erp.landing.raw import PART_SECONDS
from airflow_provider_erp.landing.run_time import published_instead, refuse_future
from airflow_provider_erp.landing.source import Source, Traits
from airflow_provider_erp.landing.stream import Stream
from airflow_provider_erp.landing.supplements import Supplements
from airflow_provider_erp.protocol.completeness import Completeness
from airflow_provider_erp.protocol.messages import Page

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
    canonical: bool = True
    max_rejected: float | None = None
    on_schema_change: Literal["warn", "fail"] = "warn"
    checkpoint_seconds: float = PART_SECONDS

    def check(self) -> None:
        """Does nothing, unless an option has a value that it cannot have.

        Raises:
            ValueError: it has; nothing was sent.
        """
        check_options(self.max_rejected, self.on_schema_change)


def check_options(max_rejected: object, on_schema_change: object) -> None:
    """Does nothing, unless one of the two has a value that it cannot have.

    Raises:
        ValueError: it has.
    """
    if on_schema_change not in ("warn", "fail"):
        raise ValueError(f"on_schema_change: expected 'warn' or 'fail', got {on_schema_change!r}")
    if max_rejected is None or (
        isinstance(max_rejected, int) and not isinstance(max_rejected, bool) and max_rejected >= 0
    ):
        return
    if not isinstance(max_rejected, float) or not 0 <= max_rejected <= 1:
        raise ValueError(
            f"max_rejected: expected a number of records, or a share from 0.0 to 1.0, got {max_rejected!r}"
        )


def fetch_batch(hook: Source, spec: FetchSpec, *, base_path: str, attempt: Attempt, now: dt.datetime) -> Published:
    """The batch for a run: read and published now, or the one published then where the run lies in the past.

    Raises:
        ValueError: the run lies in the future, or in a past that nothing was published for, or the vendor does
            not have what is asked; nothing was sent.
    """
    began = time.monotonic()
    spec.check()
    refuse_future(spec.as_of, now)
    traits = hook.traits(spec.resource)
    catalog = Catalog(base_path)
    stream = stream_of(hook, spec)
    found = published_instead(catalog, stream, spec.as_of, spec.as_of_tolerance, _asked(hook, spec))
    if found is not None:
        _log("reused, because vendors show only the present", found)
        return found
    before = catalog.newest(stream, before=spec.as_of)
    since = since_of(spec, before, has_changes=traits.has_changes)
    batch = write_batch(
        _described(hook, spec, stream, since, now),
        _writing(spec, traits, now),
        lambda adopted: _pages(hook, spec, since, adopted, now),
        base_path=base_path,
        attempt=attempt,
        supplement=Supplements(
            hook=hook,
            traits=traits,
            catalog=catalog,
            stream=stream,
            before=before,
            fail_on_drift=spec.on_schema_change == "fail",
        ),
    )
    _log("published", batch, f", {time.monotonic() - began:.1f} s, {hook.retries} retries")
    return batch


def _pages(
    hook: Source, spec: FetchSpec, since: str | None, adopted: Completeness | None, now: dt.datetime
) -> Iterator[Page]:
    pages = hook.pages(spec.resource, since=since, filters=spec.filters, adopted=adopted)
    return fenced(hook, spec.resource, told(f"{hook.vendor.conn_type} {spec.resource}", pages), now)


def _described(hook: Source, spec: FetchSpec, stream: Stream, since: str | None, now: dt.datetime) -> Fetch:
    return Fetch(
        stream=stream,
        title=hook.vendor.title,
        filters=tuple(sorted(hook.selection(spec.resource, since=since, filters=spec.filters))),
        since=hook.cursor(spec.resource, since=since, filters=spec.filters),
        as_of=spec.as_of,
        observed_at=now,
        question=_question(hook, spec, since),
        cursor_life=hook.traits(spec.resource).cursor_life,
        conn_id=hook.conn_id,
    )


def _writing(spec: FetchSpec, traits: Traits, now: dt.datetime) -> Writing:
    """How the batch is written; where the vendor cannot be asked for changes, digests will tell them."""
    return Writing(
        record_type=traits.record,
        read=traits.read,
        scan=traits.scan,
        canonical=spec.canonical,
        digests=not traits.has_changes,
        max_rejected=spec.max_rejected,
        part_seconds=spec.checkpoint_seconds,
        clock=_clock(now),
    )


def _clock(now: dt.datetime) -> Callable[[], dt.datetime]:
    """The present as it goes on from ``now``."""
    started = time.monotonic()
    return lambda: now + dt.timedelta(seconds=time.monotonic() - started)


def stream_of(hook: Source, spec: FetchSpec) -> Stream:
    """Checks what is asked; ``last`` selects nothing."""
    since = None if spec.since == LAST else spec.since
    selection = hook.selection(spec.resource, since=since, filters=spec.filters)
    return Stream.of(hook.vendor.conn_type, hook.company, spec.resource, selection)


def _asked(hook: Source, spec: FetchSpec) -> str | None:
    """From where changes are asked for, or ``last``."""
    if spec.since == LAST:
        return LAST
    return hook.cursor(spec.resource, since=spec.since, filters=spec.filters)


def since_of(spec: FetchSpec, before: Published | None, *, has_changes: bool) -> str | None:
    """The cursor to read from; nothing published yet, or no change filter, means all."""
    if spec.since != LAST:
        return spec.since
    return before.manifest.cursor_out if before is not None and has_changes else None


def _question(hook: Source, spec: FetchSpec, since: str | None) -> str:
    asked = hook.question(spec.resource, since=since, filters=spec.filters)
    text = json.dumps([asked, since, spec.as_of.isoformat(), spec.canonical], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def summary(batch: Published) -> dict[str, Any]:
    """What XCom carries: path, counts, cursor, and what a person should know."""
    manifest = batch.manifest
    changes = manifest.changes
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
        "looks": manifest.looks,
        "changes": changes and {name: getattr(changes, name) for name in ("added", "changed", "unchanged", "gone")},
        "warnings": [*manifest.warnings, *manifest.drift],
    }


def _log(what: str, batch: Published, effort: str = "") -> None:
    manifest = batch.manifest
    log.info(
        "%s %s: %d rows on %d pages (%d distinct, %d repeated, %d rejected)%s, coverage %s, cursor %s, as of %s, %s: "
        "%s",
        manifest.conn_type,
        manifest.resource,
        manifest.rows,
        manifest.pages,
        manifest.distinct,
        manifest.repeated,
        manifest.rejected,
        effort,
        manifest.coverage,
        manifest.cursor_out,
        manifest.as_of.isoformat(),
        what,
        batch.path,
    )
