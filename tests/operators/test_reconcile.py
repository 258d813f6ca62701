"""The reconcile operator: from two published batches to a report, through Airflow."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from airflow.sdk import DAG
from fake_source import FakeSource, page
from published_report import FILES

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.landing.fetching import FetchSpec, fetch_batch, summary
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.reconciliation import CUSTOMERS
from airflow_provider_erp.reconciliation.spec import KINDS

FOLDER = "reconciliation/customers/visma_px-Nordic~20Oy/visma_net-Nordic~20Oy/2026-11-20"
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


def reconciled(base: Path, source: Any, target: Any, **options: Any) -> dict[str, Any]:
    operator = ErpReconcileOperator(
        task_id="reconcile", spec=CUSTOMERS, source=source, target=target, base_path=base.as_uri(), **options
    )
    return operator.execute({"dag_run": Run()})  # type: ignore[typeddict-item]


def test_result_has_the_verdict_the_counts_and_the_report_but_no_records(tmp_path: Path) -> None:
    source = published(tmp_path, ANNA, BERTA)
    target = published(tmp_path, OTHER_ANNA, system="visma_net")
    result = reconciled(tmp_path, source, target)
    assert result["counts"] == dict.fromkeys(KINDS, 0) | {"missing_in_target": 1, "field_differs": 1}
    assert result["matched"] == 1
    assert result["report"] == f"{tmp_path.as_uri()}/{FOLDER}/report.html"
    assert "agree on none of 2 customers" in result["verdict"]
    assert "berta" not in json.dumps(result)
    assert "berta@x.example" not in json.dumps(result)


def test_a_second_run_writes_the_same_files(tmp_path: Path) -> None:
    source = published(tmp_path, ANNA, BERTA)
    target = published(tmp_path, OTHER_ANNA, system="visma_net")
    folder = tmp_path / FOLDER
    reconciled(tmp_path, source, target)
    first = {file.name: file.read_bytes() for file in folder.iterdir()}
    reconciled(tmp_path, source, target)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == first
    assert first.keys() == FILES
    assert len(list(tmp_path.glob("reconciliation/**/report.html"))) == 1


def test_same_spec_for_two_pairs_of_systems_keeps_both_reports(tmp_path: Path) -> None:
    sides = [published(tmp_path, ANNA, system=system) for system in ("visma_px", "lemonsoft", "visma_net")]
    reports = {reconciled(tmp_path, side, sides[2])["report"] for side in sides[:2]}
    assert len(reports) == 2
    assert all(Path(report.removeprefix("file://")).exists() for report in reports)


def test_side_may_be_given_by_its_manifests_path(tmp_path: Path) -> None:
    batch = published(tmp_path, ANNA)
    assert "agree on the one customer" in reconciled(tmp_path, batch["manifest"], batch)["verdict"]


def test_records_that_could_not_be_read_are_told_in_result_and_report(tmp_path: Path) -> None:
    source = published(tmp_path, ANNA, b'{"name": "without a key"}')
    result = reconciled(tmp_path, source, source)
    assert "1 of Visma PX's records could not be read" in result["remarks"][0]
    page_text = Path(result["report"].removeprefix("file://")).read_text()
    assert "could not be read" in page_text
    file = Path(result["remarks"][0].rpartition("file://")[2])
    assert "without a key" in file.read_text()


def test_side_that_was_read_with_filters_is_compared_only_when_the_author_says_so(tmp_path: Path) -> None:
    some = published(tmp_path, ANNA, filters={"group": 7})
    with pytest.raises(AirflowFailException, match="was read with the filters group; fetch without"):
        reconciled(tmp_path, some, some)
    result = reconciled(tmp_path, some, some, allow_filtered=True)
    assert "read with the filters group; what these leave out shows as missing" in result["remarks"][0]


def test_batch_of_changes_never_reports_missing_customers(tmp_path: Path) -> None:
    changes = published(tmp_path, ANNA, since="2026-11-19")
    with pytest.raises(AirflowFailException, match="covers changes since 2026-11-19 only; fetch a full batch"):
        reconciled(tmp_path, changes, published(tmp_path, ANNA, system="visma_net"))


def test_batch_of_another_resource_or_none_at_all_fails_at_once(tmp_path: Path) -> None:
    batch = published(tmp_path, ANNA)
    manifest = Path(batch["manifest"].removeprefix("file://"))
    manifest.write_text(manifest.read_text().replace('"customer"', '"invoice"', 1))
    with pytest.raises(AirflowFailException, match="expected customers, got 'invoice'"):
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


@pytest.mark.parametrize("fetched", [None, {}, {"manifest": ""}, {"manifest": None}, 7, ""])
def test_what_is_no_output_of_a_fetch_is_refused_with_what_to_do(tmp_path: Path, fetched: Any) -> None:
    with pytest.raises(AirflowFailException, match="source: expected the output of an ErpFetchOperator"):
        reconciled(tmp_path, fetched, published(tmp_path, ANNA))


def test_rendered_templates_show_the_spec(run_dag: Any, tmp_path: Path) -> None:
    from airflow.models.renderedtifields import RenderedTaskInstanceFields
    from airflow.utils.session import create_session

    source, target = published(tmp_path, ANNA), published(tmp_path, ANNA, system="visma_net")
    with DAG(dag_id="shows_its_spec", schedule=None) as dag:
        ErpReconcileOperator(
            task_id="reconcile", spec=CUSTOMERS, source=source, target=target, base_path=tmp_path.as_uri()
        )
    assert run_dag(dag, logical_date=DAY).state == "success"
    with create_session() as session:
        fields = session.query(RenderedTaskInstanceFields).filter_by(dag_id="shows_its_spec").one().rendered_fields
    assert "name='customers'" in fields["spec"]
    assert "keys=('number', 'org_number', 'vat_number', 'email')" in fields["spec"]
