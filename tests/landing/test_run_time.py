"""The moment that a run stands for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pendulum
import pytest

from airflow_provider_erp.landing.run_time import as_of, refuse_future

SIX = dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC)
SEVEN = dt.datetime(2026, 11, 20, 7, tzinfo=dt.UTC)


@dataclass
class DagRun:
    logical_date: dt.datetime | None
    run_after: dt.datetime


def test_a_scheduled_run_stands_for_its_logical_date() -> None:
    assert as_of(DagRun(SIX, SEVEN)) == SIX


def test_a_run_that_an_asset_started_stands_for_the_moment_from_which_it_could_run() -> None:
    assert as_of(DagRun(None, SEVEN)) == SEVEN


def test_the_moment_is_a_plain_datetime_in_utc() -> None:
    moment = as_of(DagRun(pendulum.datetime(2026, 11, 20, 8, tz="Europe/Helsinki"), SEVEN))
    assert type(moment) is dt.datetime
    assert moment.isoformat() == "2026-11-20T06:00:00+00:00"


def test_a_moment_that_is_still_to_come_is_refused() -> None:
    with pytest.raises(ValueError, match=r"as_of 2026-11-20T07:00:00\+00:00 is in the future .* nothing was sent"):
        refuse_future(SEVEN, SIX)


@pytest.mark.parametrize("ahead", [dt.timedelta(0), dt.timedelta(seconds=30), dt.timedelta(days=-400)])
def test_a_worker_clock_that_is_a_little_behind_is_no_reason_to_refuse(ahead: dt.timedelta) -> None:
    refuse_future(SIX + ahead, SIX)
