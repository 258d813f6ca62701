"""A plan belongs to the task instance that claims it first, on a disk and on an object storage."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from airflow_provider_erp.exceptions import ErpConfigError
from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.pushing.claim import CLAIM, claim

NOW = dt.datetime(2026, 11, 20, 6, 30, tzinfo=dt.UTC)
RACERS = 8


@pytest.fixture(params=["disk", "object storage"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    base = tmp_path.as_uri() if request.param == "disk" else request.getfixturevalue("bucket")
    return f"{base}/pushes/plan"


def test_of_tasks_that_race_for_a_plan_one_has_it_and_the_others_are_told_which(folder: str) -> None:
    barrier = Barrier(RACERS)

    def race(racer: int) -> str | None:
        barrier.wait()
        try:
            claim(folder, Attempt(dag_id="dag", run_id=f"run {racer}", task_id="push"), NOW)
        except ErpConfigError as exc:
            return str(exc)
        return None

    with ThreadPoolExecutor(RACERS) as pool:
        told = list(pool.map(race, range(RACERS)))
    assert told.count(None) == 1
    assert all(f"run 'run {told.index(None)}'" in each for each in told if each is not None)
    assert storage.names(folder) == [CLAIM]


def test_later_try_of_the_same_task_has_the_plan_as_before(folder: str) -> None:
    for number in (1, 2):
        claim(folder, Attempt(dag_id="dag", run_id="one", task_id="push", try_number=number), NOW)
    assert storage.names(folder) == [CLAIM]
