"""Airflow's metrics: what a fetch, a reconciliation and a push tell."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pushed_records import NOW, Push, new_customers
from reconciled_days import reconcile_day

import airflow_provider_erp.operators.metrics as metrics
from airflow_provider_erp.operators.fetch import ErpFetchOperator

Told = list[tuple[str, float, dict[str, str]]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """What a backend of metrics gets."""
    gauges: Told = []

    class Backend:
        @staticmethod
        def gauge(stat: str, value: float, tags: dict[str, Any]) -> None:
            gauges.append((stat, value, tags))

    monkeypatch.setattr(metrics, "Stats", Backend)
    return gauges


def test_reconciliation_tells_its_breaks_by_kind(told: Told, tmp_path: Path) -> None:
    reconcile_day(tmp_path, 0, {"1": "Anna", "2": "Berta"}, {"1": "Annika"})
    tags = {"spec": "customers"}
    assert ("erp.reconcile.open_breaks", 1, tags | {"kind": "missing_in_target"}) in told
    assert ("erp.reconcile.open_breaks", 1, tags | {"kind": "field_differs"}) in told
    assert ("erp.reconcile.open_breaks", 0, tags | {"kind": "ambiguous"}) in told


def test_fetch_and_push_tell_what_they_are_of(told: Told) -> None:
    metrics.tell_fetch("fynn", "Nordic Oy", "customer", 7)
    metrics.tell_push("visma_net", {"created": 2})
    assert told == [
        ("erp.fetch.rows", 7, {"conn_type": "fynn", "company": "Nordic Oy", "resource": "customer"}),
        ("erp.push.records", 2, {"conn_type": "visma_net", "outcome": "created"}),
    ]


def test_fetch_tells_its_rows_and_a_push_what_came_of_its_records(told: Told, push: Push, tmp_path: Path) -> None:
    push("visma_net", records=new_customers(2), dry_run=True)
    assert told == []
    push("visma_net", records=new_customers(2))
    assert told == [("erp.push.records", 2, {"conn_type": "visma_net", "outcome": "created"})]
    fetch = ErpFetchOperator(task_id="fetch", conn_id="fynn_default", resource="customer", base_path=tmp_path.as_uri())
    run = SimpleNamespace(logical_date=NOW, run_after=NOW)
    instance = SimpleNamespace(dag_id="d", run_id="r", task_id="fetch", map_index=-1, try_number=1)
    context: Any = {"dag_run": run, "ti": instance}
    fetched = fetch.execute(context)
    tags = {name: fetched[name] for name in ("conn_type", "company", "resource")}
    assert told[1:] == [("erp.fetch.rows", fetched["rows"], tags)]
    assert fetched["rows"] > 0


def test_without_a_backend_nothing_happens() -> None:
    metrics.tell_fetch("fynn", "Nordic Oy", "customer", 7)
