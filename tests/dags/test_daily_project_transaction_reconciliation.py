"""The example DAG of project transactions, against the sandbox: it finds the breaks that were planted."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from example_dags import load_dag
from published_report import facts, report_of

from airflow_provider_erp.sandbox import Sandbox

NAME = "daily_project_transaction_reconciliation"
SANDBOX = {"seed": 11, "customers": 100}
DAY = dt.datetime(2026, 11, 15, tzinfo=dt.UTC)
FETCHES = ("fetch_project_transactions", "fetch_invoices")
FACTS = ("kind", "key", "source_id", "target_id", "members", "amount", "currency")


def planted(sandbox: Sandbox) -> list[tuple[Any, ...]]:
    return told_facts(sandbox.truth()["postings"]["breaks"])


def told_facts(breaks: Any) -> list[tuple[Any, ...]]:
    """The facts of breaks, with amounts as numbers: ``7.77`` is ``7.770000``."""
    return facts([row | {"amount": Decimal(row["amount"])} for row in breaks], FACTS)


def test_breaks_in_the_published_files_are_the_breaks_planted_on_every_day(
    run_dag: Any, sandbox: Sandbox, base_path: Path
) -> None:
    kinds = set()
    before: set[tuple[Any, ...]] = set()
    for number in range(4):
        day = DAY + dt.timedelta(days=number)
        assert run_dag(load_dag(NAME), logical_date=day).state == "success"
        told, wanted = report_of(base_path, "project_postings", day.date()), planted(sandbox)
        found = told_facts(told["breaks"])
        assert sorted(found, key=str) == sorted(wanted, key=str)
        assert len(found) == sum(told["counts"].values()) == told["days"][-1]["open"]
        assert len(told["resolved"]) == len(before - set(wanted))
        kinds |= {row["kind"] for row in told["breaks"]}
        before = set(wanted)
        sandbox.advance()
    assert kinds == set(told["kinds"])


def test_second_run_of_a_day_replaces_its_report(run_dag: Any, sandbox: Sandbox, base_path: Path) -> None:
    for _ in range(2):
        assert run_dag(load_dag(NAME), logical_date=DAY).state == "success"
    told = report_of(base_path, "project_postings", DAY.date())
    assert {row["state"] for row in told["breaks"]} == {"new"}
    assert len(told["days"]) == 1


def test_dag_is_a_model_for_authors() -> None:
    dag = load_dag(NAME)
    assert dag.catchup is False
    assert dag.max_active_runs == 1
    assert dag.timezone.name == "Europe/Helsinki"
    assert dag.tags
    assert "second run" in (dag.doc_md or "")
    assert {task.retries for task in dag.tasks} == {3}
    assert dag.task_dict["reconcile_postings"].upstream_task_ids == set(FETCHES)
