"""The time of a run: for which moment a fetch reads, and when that moment is out of reach."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from airflow_provider_erp.landing.catalog import Catalog, Published
from airflow_provider_erp.landing.stream import Stream

CLOCK_SKEW = dt.timedelta(minutes=1)
"""How far a worker's clock may be behind the scheduler's before a run seems to come from the future."""


class Run(Protocol):
    """What is read of a DAG run."""

    @property
    def logical_date(self) -> dt.datetime | None:
        """Absent in runs started by an asset, or by the API without a date."""

    @property
    def run_after(self) -> dt.datetime:
        """The moment from which the run may start; always there."""


def as_of(dag_run: Run) -> dt.datetime:
    """The moment that a run stands for, in UTC: the only place that reads ``logical_date``."""
    moment = (dag_run.logical_date or dag_run.run_after).astimezone(dt.UTC)
    return dt.datetime.combine(moment.date(), moment.time(), dt.UTC)


def refuse_future(moment: dt.datetime, now: dt.datetime) -> None:
    """Does nothing, unless the run stands for a moment that is still to come.

    Raises:
        ValueError: no system can show that moment yet.
    """
    if moment > now + CLOCK_SKEW:
        raise ValueError(
            f"as_of {moment.isoformat()} is in the future (now {now.isoformat()}): "
            "nothing was sent; start the run without a date, or with one that has passed"
        )


def published_instead(
    catalog: Catalog, stream: Stream, moment: dt.datetime, tolerance: dt.timedelta, since: str | None
) -> Published | None:
    """The batch to use in place of reading, or ``None`` where the vendor may be asked.

    Vendors show only the present: a moment older by more than ``tolerance``
    than the stream's newest batch can only be answered by what was published
    for it then.

    Raises:
        ValueError: the moment has passed and nothing was published for it.
    """
    newest = catalog.newest(stream)
    if newest is None or moment >= newest.manifest.as_of - tolerance:
        return None
    found = catalog.published_for(stream, moment, since=since)
    if found is not None:
        return found
    raise ValueError(
        f"{stream.conn_type} {stream.resource} of company {stream.company!r}: no batch was published for "
        f"as_of {moment.isoformat()}, and the vendor cannot show the past (the newest batch is of "
        f"{newest.manifest.as_of.isoformat()}); use a later run, or raise as_of_tolerance (now {tolerance})"
    )
