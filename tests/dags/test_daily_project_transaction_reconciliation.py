"""The example DAG of project transactions, against the sandbox: it finds the breaks that were planted."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import DAG

from airflow_provider_erp.landing.catalog import read_batch
from airflow_provider_erp.landing.state import state_up_to
from airflow_provider_erp.reconciliation.postings import PostingSpec
from airflow_provider_erp.reconciliation.postings.compare import reconcile_postings
from airflow_provider_erp.reconciliation.postings.side import PostingSide
from airflow_provider_erp.reconciliation.result import Break, Reconciliation
from airflow_provider_erp.sandbox import Sandbox, running_sandbox

DAGS = Path(__file__).parents[2] / "dags"
NAME = "daily_project_transaction_reconciliation"
DAY = dt.datetime(2026, 11, 15, tzinfo=dt.UTC)
FETCHES = ("fetch_project_transactions", "fetch_invoices")


@pytest.fixture
def base_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AIRFLOW__ERP__BASE_PATH", tmp_path.as_uri())
    return tmp_path


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with running_sandbox(seed=11, customers=100) as running:
        for conn_id, connection in running.connections().items():
            monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(connection))
        yield running


def load() -> DAG:
    from dagbag import DagBag

    bag = DagBag(DAGS / f"{NAME}.py")
    assert bag.import_errors == {}
    dag: DAG = bag.dags[NAME]
    return dag


def fetched(run: Any, task_id: str, folder: Path) -> PostingSide:
    """A side as the reconcile task gives it to the comparison."""
    [instance] = [each for each in run.get_task_instances() if each.task_id == task_id]
    batch = read_batch(instance.xcom_pull(task_ids=task_id)["manifest"])
    folder.mkdir(parents=True)
    state = state_up_to(batch, folder)
    full = state.batches[0].manifest
    return PostingSide(
        title=batch.manifest.title,
        records=state.records,
        batch=task_id,
        full_read_at=full.observed_at,
        read_at=state.read_at,
        remarks=state.remarks,
    )


def compared(run: Any, as_of: dt.datetime, folder: Path) -> Reconciliation:
    spec: PostingSpec = getattr(load().task_dict["reconcile_postings"], "spec")  # noqa: B009  # mypy knows no operator
    transactions, invoices = (fetched(run, task_id, folder / task_id) for task_id in FETCHES)
    return reconcile_postings(spec, transactions, invoices, folder, as_of=as_of)


def told(each: Break) -> tuple[Any, ...]:
    """What the truth tells of a break."""
    return (each.kind, each.key, each.source_id, each.target_id, each.members, str(each.amount), each.currency)


def planted(sandbox: Sandbox) -> set[tuple[Any, ...]]:
    names = ("kind", "key", "source_id", "target_id", "members", "amount", "currency")
    breaks = sandbox.truth()["postings"]["breaks"]
    return {tuple(tuple(row[name]) if name == "members" else row[name] for name in names) for row in breaks}


def test_breaks_found_are_the_breaks_planted_on_every_day(
    run_dag: Any, sandbox: Sandbox, base_path: Path, tmp_path: Path
) -> None:
    fetches = load().partial_subset(list(FETCHES))
    kinds = set()
    for day in range(4):
        as_of = DAY + dt.timedelta(days=day)
        run = run_dag(fetches, logical_date=as_of)
        result = compared(run, as_of, tmp_path / f"day {day}")
        breaks = [told(each) for each in result.read_breaks()]
        assert set(breaks) == planted(sandbox)
        assert len(breaks) == len(set(breaks)) == sum(result.counts.values())
        kinds |= {kind for kind, count in result.counts.items() if count}
        sandbox.advance()
    assert kinds == set(result.kinds)


def test_dag_is_a_model_for_authors() -> None:
    dag = load()
    assert dag.catchup is False
    assert dag.max_active_runs == 1
    assert dag.timezone.name == "Europe/Helsinki"
    assert dag.tags
    assert "second run" in (dag.doc_md or "")
    assert {task.retries for task in dag.tasks} == {3}
    assert dag.task_dict["reconcile_postings"].upstream_task_ids == set(FETCHES)
