"""The fetch operator: what it returns, what fails for good, and that the connection's type decides the vendor."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from airflow.sdk import DAG
from fake_source import FakeSource, customers, page
from loopback import reply_json, serving

from airflow_provider_erp.exceptions import (
    ErpAuthError,
    ErpConfigError,
    ErpInconsistentRead,
    ErpProtocolError,
    ErpUnavailable,
)
from airflow_provider_erp.landing.catalog import read_batch
from airflow_provider_erp.operators.fetch import ErpFetchOperator

MIDNIGHT = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)


class FetchFromMemory(ErpFetchOperator):
    """The operator with an ERP in memory behind it."""

    source: FakeSource

    def hook(self) -> FakeSource:
        return self.source


def fetch_from(source: FakeSource, tmp_path: Path, **options: Any) -> FetchFromMemory:
    task = FetchFromMemory(
        task_id="fetch", conn_id="px", resource="customer", base_path=f"file://{tmp_path}", **options
    )
    task.source = source
    return task


def context(logical_date: dt.datetime | None = MIDNIGHT) -> Any:
    """What a run by Airflow gives to a task, as far as a fetch reads it."""
    return {
        "dag_run": SimpleNamespace(logical_date=logical_date, run_after=MIDNIGHT),
        "ti": SimpleNamespace(dag_id="d", run_id="r", task_id="fetch", map_index=None, try_number=2),
    }


def test_a_fetch_returns_its_path_and_counts(tmp_path: Path) -> None:
    pages = [page(1, *customers(1, 2), b"{}"), page(2, *customers(2, 3), cursor="2026-11-20T08:00:00")]
    result = fetch_from(FakeSource(pages), tmp_path).execute(context())
    assert Path(result["manifest"].removeprefix(f"file://{tmp_path}/")).match(
        "visma_px/Nordic~20Oy/customer/all/2026-11-20/*-2-*/manifest.json"
    )
    assert result == {
        "manifest": result["manifest"],
        "conn_type": "visma_px",
        "title": "Visma PX",
        "company": "Nordic Oy",
        "resource": "customer",
        "coverage": "full",
        "as_of": "2026-11-20T00:00:00+00:00",
        "rows": 5,
        "distinct": 3,
        "repeated": 1,
        "rejected": 1,
        "cursor": "2026-11-20T08:00:00",
        "looks": 1,
        "changes": None,
        "warnings": [],
    }
    assert json.loads(json.dumps(result)) == result


@pytest.mark.parametrize("error", [ErpAuthError, ErpProtocolError, ErpConfigError, ValueError])
def test_what_a_retry_cannot_mend_fails_the_task_at_once(tmp_path: Path, error: type[Exception]) -> None:
    source = FakeSource([page(1)], fault=error("visma_px: what happened and what to do"))
    with pytest.raises(AirflowFailException, match="what happened and what to do") as caught:
        fetch_from(source, tmp_path).execute(context())
    assert caught.value.__cause__ is source.fault


@pytest.mark.parametrize("error", [ErpUnavailable("busy", retry_after=7), ErpInconsistentRead("moved"), OSError()])
def test_what_a_retry_may_mend_reaches_airflow_as_it_is(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        fetch_from(FakeSource([page(1)], fault=error), tmp_path).execute(context())
    assert caught.value is error


def test_a_run_of_the_future_fails_at_once_and_sends_nothing(tmp_path: Path) -> None:
    source = FakeSource([page(1)])
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    with pytest.raises(AirflowFailException, match="in the future"):
        fetch_from(source, tmp_path).execute(context(tomorrow))
    assert source.asked == []


def test_without_a_base_path_the_configured_one_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__ERP__BASE_PATH", f"file://{tmp_path}/configured")
    task = fetch_from(FakeSource([page(1)]), tmp_path)
    task.base_path = None
    assert task.execute(context())["manifest"].startswith(f"file://{tmp_path}/configured/visma_px/")


def test_every_argument_that_names_what_is_fetched_may_be_a_template() -> None:
    assert set(ErpFetchOperator.template_fields) == {"conn_id", "resource", "since", "filters", "base_path"}


@pytest.mark.parametrize(
    "option", [{"max_rejected": -1}, {"max_rejected": "1"}, {"on_schema_change": "stop"}, {"canonical": "no"}], ids=str
)
def test_argument_that_cannot_work_is_refused_when_the_dag_file_is_parsed(option: Any) -> None:
    with pytest.raises(AirflowFailException, match=next(iter(option))):
        ErpFetchOperator(task_id="fetch", conn_id="px", resource="customer", **option)


def test_reading_a_dag_file_does_not_import_the_engine_nor_the_http_client() -> None:
    code = (
        "import sys; import airflow_provider_erp.operators.fetch; "
        "print([name for name in ('duckdb', 'aiohttp', 'airflow_provider_erp.hooks.erp') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.splitlines()[-1] == "[]"


@pytest.fixture
def dag_of(tmp_path: Path) -> Callable[[FakeSource], DAG]:
    def make(source: FakeSource) -> DAG:
        with DAG("fetching", schedule=None, start_date=MIDNIGHT) as dag:
            fetch_from(source, tmp_path)
        return dag

    return make


@pytest.mark.parametrize("logical_date", [MIDNIGHT, None], ids=["scheduled", "started by an asset"])
def test_airflow_runs_a_fetch_for_the_moment_of_its_run(
    run_dag: Any, dag_of: Any, logical_date: dt.datetime | None
) -> None:
    run = run_dag(dag_of(FakeSource([page(1, *customers(1, 2))])), logical_date=logical_date)
    assert run.state == "success"
    result = run.get_task_instance("fetch").xcom_pull(task_ids="fetch")
    assert read_batch(result["manifest"]).manifest.as_of == (logical_date or run.run_after)
    assert result["rows"] == 2


DUMP = {"Servertime": "2026-11-20T05:00:00.1234567+02:00", "Customers": [{"Customerid": "C1", "Name": "Salo Oy"}]}


def test_the_type_of_the_connection_decides_which_vendor_is_asked(
    run_dag: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with DAG("fetching_px", schedule=None, start_date=MIDNIGHT) as dag:
        ErpFetchOperator(task_id="fetch", conn_id="px_of_the_test", resource="customer", base_path=f"file://{tmp_path}")
    with serving([reply_json(DUMP)]) as server:
        connection = {"conn_type": "visma_px", "host": server.url, "extra": {"auth_scheme": "none", "company_id": "N1"}}
        monkeypatch.setenv("AIRFLOW_CONN_PX_OF_THE_TEST", json.dumps(connection))
        run = run_dag(dag, logical_date=MIDNIGHT)
    assert run.state == "success"
    result = run.get_task_instance("fetch").xcom_pull(task_ids="fetch")
    assert (result["conn_type"], result["rows"], result["rejected"]) == ("visma_px", 1, 0)
    assert result["cursor"] == "2026-11-20T05:00:00.1234567+02:00"
