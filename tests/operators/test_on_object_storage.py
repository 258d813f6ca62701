"""From fetch to receipts with every file on an object store; names pass between tasks as text."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from object_store import copied
from remote_engines import running_sail

from airflow_provider_erp.landing import storage
from airflow_provider_erp.operators.fetch import ErpFetchOperator
from airflow_provider_erp.operators.plan import ErpPlanOperator
from airflow_provider_erp.operators.purge import ErpPurgeOperator
from airflow_provider_erp.operators.push import ErpPushOperator
from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.pushing.claim import creates_exclusively
from airflow_provider_erp.reconciliation import CUSTOMERS
from airflow_provider_erp.reconciliation.rules import Field
from airflow_provider_erp.sandbox import Sandbox, running_sandbox
from airflow_provider_erp.ui.ledgers import list_reports

RIGHTS = " ".join(f"vismanet_erp_service_api:{right}" for right in ("read", "create", "update"))
SPEC = replace(
    CUSTOMERS.comparing(*(Field(name=name, authority="source") for name in ("email", "phone", "city", "street"))),
    name="corrections",
)
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
DAY = dt.timedelta(days=1)


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with running_sandbox(customers=150, requests_per_session=10_000, visma_net_limit=10_000) as running:
        for name, connection in running.connections().items():
            extra = connection["extra"] | {"timeout_seconds": 5, "scope": RIGHTS}
            monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(connection | {"extra": extra}))
        yield running


def run(operator: Any, moment: dt.datetime, run_id: str = "") -> Any:
    """What the task returns, as the next task gets it: by way of JSON."""
    instance = SimpleNamespace(
        dag_id="dag", run_id=run_id or f"{moment}", task_id=operator.task_id, map_index=-1, try_number=1
    )
    day = SimpleNamespace(logical_date=moment, run_after=moment, run_id=run_id or f"{moment}")
    return json.loads(json.dumps(operator.execute({"dag_run": day, "ti": instance})))


def a_day(base: str, moment: dt.datetime) -> dict[str, Any]:
    """Both sides fetched and compared: what the tasks returned, by name."""
    done: dict[str, Any] = {}
    for side, conn_id in (("source", "lemonsoft_default"), ("target", "visma_net_default")):
        fetch = ErpFetchOperator(task_id=side, conn_id=conn_id, resource="customer", base_path=base)
        done[side] = run(fetch, moment)
    compare = ErpReconcileOperator(task_id="reconcile", spec=SPEC, base_path=base, keep_rows_from=1, **done)
    return done | {"report": run(compare, moment)}


def test_breaks_are_found_planned_pushed_once_and_gone_the_next_day(sandbox: Sandbox, bucket: str) -> None:
    first = a_day(bucket, NOW - DAY)
    planned = run(ErpPlanOperator(task_id="plan", spec=SPEC, **first), NOW)
    push: dict[str, Any] = {
        "task_id": "push", "conn_id": "visma_net_default", "plan": planned, "base_path": bucket, "dry_run": False
    }  # fmt: skip
    told = run(ErpPushOperator(**push), NOW)
    assert told["counts"] == {"updated": planned["records"]}
    assert sandbox.tally("visma_net").updated == planned["records"] > 0

    again = run(ErpPushOperator(**push), NOW)
    assert again["counts"] == told["counts"]
    assert sandbox.tally("visma_net").updated == planned["records"]
    with pytest.raises(AirflowFailException, match="the plan is pushed by task 'push'"):
        run(ErpPushOperator(**push), NOW, run_id="another")

    second = a_day(bucket, NOW)
    assert second["report"]["states"]["resolved"] >= planned["changes"]
    assert second["report"]["states"]["new"] == 0


def test_comparison_finds_there_what_it_finds_on_a_disk(
    sandbox: Sandbox, bucket: str, object_store: str, tmp_path: Path
) -> None:
    there, here = a_day(bucket, NOW), a_day((tmp_path / "disk").as_uri(), NOW)
    copied(bucket, object_store, tmp_path / "copied")
    [one] = (tmp_path / "copied").rglob("breaks.json")
    [other] = (tmp_path / "disk").rglob("breaks.json")
    assert json.loads(one.read_bytes())["breaks"] == json.loads(other.read_bytes())["breaks"]
    assert there["report"] | {"report": ""} == here["report"] | {"report": ""}


def test_spark_finds_there_what_the_worker_finds(
    sandbox: Sandbox, bucket: str, object_store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = a_day(bucket, NOW)
    here = done.pop("report")
    with running_sail(object_store) as (host, port):
        monkeypatch.setenv("AIRFLOW_CONN_LAKE", json.dumps({"conn_type": "spark_connect", "host": host, "port": port}))
        compare = ErpReconcileOperator(
            task_id="reconcile",
            spec=SPEC,
            base_path=f"{bucket}/on spark",
            engine="spark_connect",
            engine_conn_id="lake",
            **done,
        )
        there = run(compare, NOW)
    one, other = (json.loads(storage.read(beside(result, "breaks.json"))) for result in (here, there))
    assert one["breaks"] == other["breaks"] != []
    assert other["provenance"]["engine"].startswith("Spark Connect")
    assert there["verdict"] == here["verdict"]


def beside(result: dict[str, Any], name: str) -> str:
    return f"{result['report'].rpartition('/')[0]}/{name}"


def test_page_in_the_browser_lists_what_lies_there(sandbox: Sandbox, bucket: str) -> None:
    report = a_day(bucket, NOW)["report"]
    [comparison] = list_reports(bucket, lambda _: True).comparisons
    assert comparison.newest.facts.verdict == report["verdict"]
    assert storage.read(comparison.newest.file("report.html")).startswith(b"<!doctype html>")


def test_old_days_are_purged_there_as_on_a_disk(sandbox: Sandbox, bucket: str, tmp_path: Path) -> None:
    counts = []
    for base in (bucket, tmp_path.as_uri()):
        for age in (80, 70, 60, 50, 40, 1):
            a_day(base, NOW - age * DAY)
        counts.append(run(ErpPurgeOperator(task_id="purge", keep_days=30, base_path=base), NOW))
        assert run(ErpPurgeOperator(task_id="purge", keep_days=30, base_path=base), NOW)["batches"] == 0
    assert counts[0] == counts[1]
    assert counts[0]["batches"] > 0
    assert counts[0]["reports"] == 5


def test_store_lets_only_one_of_two_pushes_claim_a_plan(bucket: str) -> None:
    assert creates_exclusively(bucket)
    assert storage.names(bucket) == []
