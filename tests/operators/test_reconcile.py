"""The reconcile operator: from two published batches to a report, through Airflow."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from fake_source import FakeSource, page

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.landing.fetching import FetchSpec, fetch_batch, summary
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.reconciliation import CUSTOMERS

DAY = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)


class Run:
    logical_date = DAY
    run_after = DAY


def published(base: Path, *rows: bytes, system: str = "visma_px", **asked: Any) -> dict[str, Any]:
    """The output of a fetch that read these rows."""
    spec = FetchSpec(resource="customer", as_of=DAY, **asked)
    attempt = Attempt(dag_id="d", run_id="r", task_id=system)
    source = FakeSource([page(1, *rows)], conn_type=system)
    return summary(fetch_batch(source, spec, base_path=base.as_uri(), attempt=attempt, now=DAY))


def customer(key: int, name: str, email: str) -> bytes:
    return json.dumps({"id": key, "name": name, "email": email}).encode()


ANNA, BERTA, CARLA = (customer(n, name, f"{name}@x.example") for n, name in enumerate(("anna", "berta", "carla")))
OTHER_ANNA = customer(100, "Annika", "anna@x.example")


def reconciled(base: Path, source: Any, target: Any) -> dict[str, Any]:
    operator = ErpReconcileOperator(
        task_id="reconcile", spec=CUSTOMERS, source=source, target=target, base_path=base.as_uri()
    )
    return operator.execute({"dag_run": Run()})  # type: ignore[typeddict-item]


def test_result_has_the_verdict_the_counts_and_the_report_but_no_records(tmp_path: Path) -> None:
    source = published(tmp_path, ANNA, BERTA)
    target = published(tmp_path, OTHER_ANNA, system="visma_net")
    result = reconciled(tmp_path, source, target)
    assert result["counts"] == {
        "missing_in_target": 1,
        "missing_in_source": 0,
        "duplicate_in_source": 0,
        "duplicate_in_target": 0,
        "field_differs": 1,
    }
    assert result["matched"] == 1
    assert result["report"] == f"{tmp_path.as_uri()}/reconciliation/customers/2026-11-20/report.html"
    assert "agree on none of 2 customers" in result["verdict"]
    assert "berta" not in json.dumps(result)
    assert "berta@x.example" not in json.dumps(result)


def test_report_json_and_csv_lie_together_and_a_second_run_replaces_them(tmp_path: Path) -> None:
    source = published(tmp_path, ANNA, BERTA)
    target = published(tmp_path, OTHER_ANNA, system="visma_net")
    folder = tmp_path / "reconciliation/customers/2026-11-20"
    reconciled(tmp_path, source, target)
    first = {file.name: file.read_bytes() for file in folder.iterdir()}
    reconciled(tmp_path, source, target)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == first
    assert first.keys() == {"report.html", "breaks.json", "breaks.csv"}
    reconciled(tmp_path, source, source)
    assert json.loads((folder / "breaks.json").read_text())["breaks"] == []


def test_side_may_be_given_by_its_manifests_path(tmp_path: Path) -> None:
    batch = published(tmp_path, ANNA)
    assert "agree on the one customer" in reconciled(tmp_path, batch["manifest"], batch)["verdict"]


def test_records_that_could_not_be_read_are_told_in_result_and_report(tmp_path: Path) -> None:
    source = published(tmp_path, ANNA, b'{"name": "without a key"}')
    result = reconciled(tmp_path, source, source)
    assert "1 of Visma PX's records could not be read" in result["remarks"][0]
    page_text = (tmp_path / "reconciliation/customers/2026-11-20/report.html").read_text()
    assert "could not be read" in page_text
    file = Path(result["remarks"][0].rpartition("file://")[2])
    assert "without a key" in file.read_text()


def test_side_that_was_read_with_filters_is_told(tmp_path: Path) -> None:
    source = published(tmp_path, ANNA, filters={"group": 7})
    assert "read with the filters group" in reconciled(tmp_path, source, source)["remarks"][0]


def test_batch_of_changes_never_reports_missing_customers(tmp_path: Path) -> None:
    changes = published(tmp_path, ANNA, since="2026-11-19")
    with pytest.raises(AirflowFailException, match="covers changes since 2026-11-19 only; fetch a full batch"):
        reconciled(tmp_path, changes, published(tmp_path, ANNA, system="visma_net"))


def test_batch_of_another_resource_or_none_at_all_fails_at_once(tmp_path: Path) -> None:
    batch = published(tmp_path, ANNA)
    manifest = Path(batch["manifest"].removeprefix("file://"))
    manifest.write_text(manifest.read_text().replace('"customer"', '"invoice"', 1))
    with pytest.raises(AirflowFailException, match="expected a batch of customers, got one of 'invoice'"):
        reconciled(tmp_path, batch, batch)
    manifest.unlink()
    with pytest.raises(AirflowFailException, match="no such batch"):
        reconciled(tmp_path, batch, batch)


def test_records_that_were_changed_after_they_were_published_are_refused(tmp_path: Path) -> None:
    batch = published(tmp_path, ANNA)
    [records] = Path(batch["manifest"].removeprefix("file://")).parent.glob("records-*.parquet")
    records.write_bytes(records.read_bytes() + b"x")
    with pytest.raises(ErpInconsistentRead, match="expected sha256"):
        reconciled(tmp_path, batch, batch)
