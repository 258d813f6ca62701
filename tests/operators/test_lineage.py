"""What tasks read and wrote, as OpenLineage's provider asks them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from batches_on_disk import Read, publish
from fake_source import FakeSource, page
from reconciled_days import BY_NUMBER, OTHER_SYSTEM

from airflow_provider_erp.operators.fetch import ErpFetchOperator
from airflow_provider_erp.operators.lineage import of_fetch, of_push
from airflow_provider_erp.operators.push import ErpPushOperator
from airflow_provider_erp.operators.reconcile import ErpReconcileOperator

NOW = dt.datetime.now(dt.UTC)


def context() -> Any:
    instance = SimpleNamespace(dag_id="d", run_id="r", task_id="t", map_index=-1, try_number=1)
    return {"dag_run": SimpleNamespace(logical_date=NOW, run_after=NOW, run_id="r"), "ti": instance}


def named(dataset: Any) -> tuple[str, str]:
    return dataset.namespace, dataset.name


def columns(dataset: Any) -> list[str]:
    return [each.name for each in dataset.facets["schema"].fields]


def rows(dataset: Any) -> int:
    count: int = dataset.outputFacets["outputStatistics"].rowCount
    return count


def rows_read(dataset: Any) -> int:
    count: int = dataset.inputFacets["inputStatistics"].rowCount
    return count


def test_fetch_reads_a_systems_list_and_writes_its_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = FakeSource([page(1, b'{"id": 1, "name": "Anna"}')])
    monkeypatch.setattr(ErpFetchOperator, "hook", lambda self: source)
    fetch = ErpFetchOperator(task_id="t", conn_id="px", resource="customer", base_path=tmp_path.as_uri())
    told = fetch.execute(context())
    lineage = fetch.get_openlineage_facets_on_complete(None)
    ([read], [written]) = lineage.inputs, lineage.outputs
    assert named(read) == ("visma_px://Nordic Oy", "customer")
    assert written.namespace == "file"
    assert told["manifest"].startswith(f"file://{written.name}/")
    assert NOW.date().isoformat() not in written.name
    assert "org_number" in columns(read)
    assert (columns(read), rows_read(read), rows(written)) == (columns(written), 1, 1)


def test_reconciliation_reads_two_streams_and_writes_breaks(tmp_path: Path) -> None:
    first, second = Read(0, {"1": "Anna", "2": "Berta"}), Read(0, {"1": "Annika"})
    operator = ErpReconcileOperator(
        task_id="t",
        spec=BY_NUMBER,
        source=publish(tmp_path, first).path,
        target=publish(tmp_path, second, OTHER_SYSTEM).path,
        base_path=tmp_path.as_uri(),
    )
    day = SimpleNamespace(logical_date=first.as_of, run_after=first.as_of, run_id="r")
    given: Any = {"dag_run": day}
    operator.execute(given)
    lineage = operator.get_openlineage_facets_on_complete(None)
    assert ["visma_px" in read.name for read in lineage.inputs] == [True, False]
    assert [rows_read(read) for read in lineage.inputs] == [2, 1]
    [written] = lineage.outputs
    assert written.name.startswith(f"{tmp_path}/reconciliation/customers/")
    assert rows(written) == 2
    assert "break_id" in columns(written)


def test_task_that_failed_before_it_read_anything_has_no_lineage() -> None:
    fetch = ErpFetchOperator(task_id="t", conn_id="px", resource="customer")
    reconcile = ErpReconcileOperator(task_id="t", spec=BY_NUMBER, source="one", target="other")
    assert fetch.get_openlineage_facets_on_complete(None) is None
    assert reconcile.get_openlineage_facets_on_complete(None) is None


def test_client_without_statistics_of_inputs_is_told_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("openlineage.client.facet_v2.input_statistics_input_dataset")
    summary = {"conn_type": "px", "company": "N", "resource": "customer", "rows": 7, "manifest": "file:///a/b/c/d/e"}
    [read] = of_fetch(summary).inputs
    assert (named(read), read.inputFacets) == (("px://N", "customer"), {})


def test_push_reads_the_breaks_of_a_plan_and_writes_customers() -> None:
    plan = "s3://conn@bucket/erp/reconciliation/c/a/b/2026-11-20/plan-0a/plan.parquet"
    lineage = of_push("visma_net", "Nordic Oy", (plan, 7), {"created": 2, "updated": 1, "rejected": 5})
    [read], [written] = lineage.inputs, lineage.outputs
    assert (named(read), rows_read(read)) == (("s3://bucket", "erp/reconciliation/c/a/b"), 7)
    assert "break_id" in columns(read)
    assert (named(written), rows(written)) == (("visma_net://Nordic Oy", "customer"), 3)
    assert "org_number" in columns(written)


@pytest.mark.parametrize("plan", [None, ("file:///tmp/plan.parquet", 7)])
def test_push_of_records_or_of_a_plan_beside_no_report_reads_nothing_that_has_a_name(
    plan: tuple[str, int] | None,
) -> None:
    assert of_push("visma_net", "Nordic Oy", plan, {"created": 2}).inputs == []


def test_dry_run_has_no_lineage() -> None:
    push = ErpPushOperator(task_id="push", conn_id="x", records=[])
    assert push.get_openlineage_facets_on_complete(None) is None
