from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import DAG
from fake_source import FakeSource, customers, page

from airflow_provider_erp.landing.catalog import read_manifest
from airflow_provider_erp.operators.fetch import ErpFetchOperator

NOVEMBER_20 = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)


class FetchFromFake(ErpFetchOperator):
    """The operator with an ERP in memory behind it."""

    source: Any = None

    def hook(self) -> Any:
        return self.source


@pytest.fixture
def dag_of(tmp_path: Path) -> Callable[[FakeSource], DAG]:
    def make(source: FakeSource, **options: Any) -> DAG:
        with DAG("fetching", schedule=None, start_date=NOVEMBER_20) as dag:
            task = FetchFromFake(
                task_id="fetch", conn_id="px", resource="customer", base_path=f"file://{tmp_path}", **options
            )
            task.source = source
        return dag

    return make


def returned(run: Any) -> Any:
    """What the fetch returned to XCom."""
    return run.get_task_instance("fetch").xcom_pull(task_ids="fetch")


@pytest.mark.parametrize("logical_date", [NOVEMBER_20, None], ids=["scheduled", "started-by-an-asset"])
def test_a_dag_run_publishes_a_batch_and_returns_its_path_and_counts(
    run_dag: Any, dag_of: Any, logical_date: dt.datetime | None
) -> None:
    source = FakeSource([page(1, *customers(1, 2)), page(2, *customers(2, 3), stamp="2026-11-20T08:00:00")])
    run = run_dag(dag_of(source), logical_date=logical_date)
    assert run.state == "success"
    result = returned(run)
    manifest = read_manifest(result["manifest"])
    expected = run.logical_date or run.run_after
    assert manifest.as_of == expected
    assert result == {
        "manifest": result["manifest"],
        "connection_type": "visma_px",
        "title": "Visma PX",
        "company": "Nordic Oy",
        "resource": "customer",
        "coverage": "full",
        "as_of": manifest.as_of.isoformat(),
        "rows": 4,
        "distinct": 3,
        "repeated": 1,
        "rejected": 0,
        "cursor": "2026-11-20T08:00:00",
    }
