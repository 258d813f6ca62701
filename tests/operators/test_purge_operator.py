"""The purge operator: what it counts from, and what it refuses."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from airflow.sdk import DAG
from batches_on_disk import DAY, MONDAY, Read, publish, same

from airflow_provider_erp.operators.purge import ErpPurgeOperator

RUN = MONDAY + 4 * DAY


def purged(moment: dt.datetime, **options: Any) -> dict[str, Any]:
    context: Any = {"dag_run": SimpleNamespace(logical_date=moment, run_after=moment)}
    return ErpPurgeOperator(task_id="purge", **options).execute(context)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The full batches of seven days, the last of them the day of the run."""
    for day in range(-2, 5):
        publish(tmp_path, Read(day, same([1])))
    return tmp_path


def test_days_are_kept_as_many_as_asked_for_before_the_day_of_the_run(base: Path) -> None:
    assert purged(RUN, keep_days=5, base_path=base.as_uri()) == {
        "older_than": "2026-11-15",
        "dry_run": False,
        "batches": 1,
        "unpublished": 0,
        "reports": 0,
        "rows": 0,
        "snapshots": 0,
    }


def test_a_run_of_the_future_removes_no_more_than_one_of_today(base: Path) -> None:
    today = dt.datetime.now(dt.UTC).date()
    result = purged(MONDAY + 100_000 * DAY, keep_days=10, base_path=base.as_uri(), dry_run=True)
    assert dt.date.fromisoformat(result["older_than"]) - (today - 10 * DAY) <= DAY
    assert result["dry_run"] is True


@pytest.mark.parametrize("keep_days", [0, -1, True, 1.5, "7", None])
def test_a_number_of_days_that_is_none_is_refused_and_nothing_is_removed(base: Path, keep_days: Any) -> None:
    with pytest.raises(AirflowFailException, match="keep_days: expected a whole number of days, at least 1"):
        purged(RUN, keep_days=keep_days, base_path=base.as_uri())
    assert len(list(base.rglob("manifest.json"))) == 7


def test_without_a_base_path_the_configured_one_is_purged(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__ERP__BASE_PATH", base.as_uri())
    assert purged(RUN, keep_days=1)["batches"] == 3


def test_airflow_runs_a_purge_for_the_day_of_its_run(run_dag: Any, base: Path) -> None:
    with DAG("purging", schedule=None, start_date=MONDAY) as dag:
        ErpPurgeOperator(task_id="purge", keep_days=5, base_path=base.as_uri())
    run = run_dag(dag, logical_date=RUN)
    assert run.state == "success"
    assert run.get_task_instance("purge").xcom_pull(task_ids="purge")["batches"] == 1
