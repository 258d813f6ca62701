"""The example DAG, through Airflow, against the sandbox: the breaks that it finds are those that were planted."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import DAG

from airflow_provider_erp.sandbox import Sandbox, running_sandbox

DAGS = Path(__file__).parents[2] / "dags"
DAY = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
SYSTEMS = ("visma_px", "lemonsoft", "fynn")


@pytest.fixture
def base_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AIRFLOW__ERP__BASE_PATH", tmp_path.as_uri())
    return tmp_path


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with running_sandbox(seed=11, customers=200) as running:
        for conn_id, connection in running.connections().items():
            monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(connection))
        yield running


def load() -> DAG:
    from dagbag import DagBag

    bag = DagBag(DAGS / "daily_customer_reconciliation.py")
    assert bag.import_errors == {}
    dag: DAG = bag.dags["daily_customer_reconciliation"]
    return dag


def report(base_path: Path, system: str) -> Any:
    [folder] = base_path.glob(f"reconciliation/{system}_customers/{system}-*/visma_net-*/2026-11-20")
    assert sorted(file.name for file in folder.iterdir()) == ["breaks.csv", "breaks.json", "report.html"]
    return json.loads((folder / "breaks.json").read_text())


def found(result: Any) -> set[tuple[Any, ...]]:
    return {
        (row["kind"], row["field"], row["source_id"], row["target_id"], tuple(row["members"]))
        for row in result["breaks"]
    }


def planted(truth: Any, system: str) -> set[tuple[Any, ...]]:
    [wanted] = [each for each in truth["reconciliations"] if each["source"] == system]
    return {
        (row["kind"], row["field"], row["source_id"], row["target_id"], tuple(row["members"]))
        for row in wanted["breaks"]
    }


def test_breaks_found_are_the_breaks_planted_and_a_second_run_finds_the_same_once(
    run_dag: Any, sandbox: Sandbox, base_path: Path
) -> None:
    run = run_dag(load(), logical_date=DAY)
    assert run.state == "success"
    first = {system: report(base_path, system) for system in SYSTEMS}
    for system in SYSTEMS:
        assert found(first[system]) == planted(sandbox.truth(), system)
        assert len(first[system]["breaks"]) == len(found(first[system]))

    assert run_dag(load(), logical_date=DAY).state == "success"
    for system in SYSTEMS:
        assert report(base_path, system)["breaks"] == first[system]["breaks"]


def test_faults_on_the_way_change_nothing_in_the_result(run_dag: Any, sandbox: Sandbox, base_path: Path) -> None:
    for vendor, kind in (
        ("visma_px", "truncated"),
        ("visma_net", "expired_token"),
        ("lemonsoft", "reset"),
        ("fynn", "500"),
        ("lemonsoft", "expired_token"),
        ("visma_net", "html"),
    ):
        sandbox.arm(vendor, kind)
    assert run_dag(load(), logical_date=DAY).state == "success"
    for system in SYSTEMS:
        assert found(report(base_path, system)) == planted(sandbox.truth(), system)


def test_dag_is_a_model_for_authors() -> None:
    dag = load()
    assert dag.catchup is False
    assert dag.max_active_runs == 1
    assert dag.timezone.name == "Europe/Helsinki"
    assert dag.tags
    assert "second run" in (dag.doc_md or "")
    assert {task.retries for task in dag.tasks} == {3}
    assert dag.task_dict.keys() == {f"fetch_{name}" for name in (*SYSTEMS, "visma_net")} | {
        f"reconcile_{name}" for name in SYSTEMS
    }
    for system in SYSTEMS:
        assert dag.task_dict[f"reconcile_{system}"].upstream_task_ids == {f"fetch_{system}", "fetch_visma_net"}


def test_every_example_dag_can_be_imported() -> None:
    from dagbag import DagBag

    bag = DagBag(DAGS)
    assert bag.import_errors == {}
    assert len(bag.dags) == len(list(DAGS.glob("*.py")))
