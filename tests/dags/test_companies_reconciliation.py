"""The example DAG over many companies: each is compared by itself, and one that fails stops no other."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from example_dags import load_dag
from published_report import facts

from airflow_provider_erp.sandbox import Sandbox, running_sandbox

NAME = "companies_reconciliation"
DAY = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
COMPANIES = ("Alfa", "Beta", "Gamma")


@pytest.fixture
def sandboxes(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Sandbox]]:
    """The systems of each company, with connections that name it; and a pool for each system."""
    from airflow.models.pool import Pool

    for system in ("lemonsoft", "visma_net"):
        Pool.create_or_update_pool(name=system, slots=2, description="", include_deferred=False)
    with ExitStack() as stack:
        running = {
            name: stack.enter_context(running_sandbox(seed=place, customers=60)) for place, name in enumerate(COMPANIES)
        }
        for name, sandbox in running.items():
            for connection in sandbox.connections().values():
                connection["extra"] |= {"company": name}
                monkeypatch.setenv(f"AIRFLOW_CONN_{connection['conn_type']}_{name}".upper(), json.dumps(connection))
        yield running


def the_dag() -> Any:
    """As it is, but that nobody waits for another try."""
    dag: Any = load_dag(NAME)
    for each in dag.tasks:
        each.retries = 0
    return dag


def states(run: Any) -> Counter[tuple[str, str]]:
    return Counter((each.task_id, each.state) for each in run.get_task_instances())


def broken_breaks(base_path: Path, company: str) -> set[tuple[Any, ...]]:
    [folder] = base_path.glob(f"reconciliation/company_customers/lemonsoft-{company}/visma_net-{company}/2026-11-20")
    return set(facts(json.loads((folder / "breaks.json").read_bytes())["breaks"]))


def planted(sandbox: Sandbox) -> set[tuple[Any, ...]]:
    [wanted] = [each for each in sandbox.truth()["reconciliations"] if each["source"] == "lemonsoft"]
    return {fact for fact in facts(wanted["breaks"]) if fact[0] != "stale"}


def test_each_company_is_compared_by_itself(run_dag: Any, sandboxes: dict[str, Sandbox], base_path: Path) -> None:
    run = run_dag(the_dag(), logical_date=DAY, run_conf={"companies": list(COMPANIES)})
    assert run.state == "success"
    assert states(run)["company.reconcile", "success"] == len(COMPANIES)
    for company in COMPANIES:
        assert broken_breaks(base_path, company) == planted(sandboxes[company])


def test_company_that_cannot_be_read_stops_no_other(
    run_dag: Any, sandboxes: dict[str, Sandbox], base_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_LEMONSOFT_BETA")
    run = run_dag(the_dag(), logical_date=DAY, run_conf={"companies": list(COMPANIES)})
    assert run.state == "failed"
    told = states(run)
    assert told["company.reconcile", "success"] == 2
    assert told["company.reconcile", "upstream_failed"] == 1


def test_fetches_of_a_system_share_its_pool_and_its_queue() -> None:
    fetches = [each for each in load_dag(NAME).tasks if ".fetch_" in each.task_id]
    told = {(each.task_id, each.pool, each.queue) for each in fetches}
    assert told == {(f"company.fetch_{system}", system, system) for system in ("lemonsoft", "visma_net")}


def test_companies_may_stand_in_a_variable(
    run_dag: Any, sandboxes: dict[str, Sandbox], base_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_VAR_ERP_COMPANIES", '["Gamma"]')
    run = run_dag(the_dag(), logical_date=DAY)
    assert run.state == "success"
    assert states(run)["company.reconcile", "success"] == 1


def test_company_that_stands_there_twice_is_compared_once(
    run_dag: Any, sandboxes: dict[str, Sandbox], base_path: Path
) -> None:
    run = run_dag(the_dag(), logical_date=DAY, run_conf={"companies": ["Beta", "Beta"]})
    assert run.state == "success"
    assert states(run)["company.reconcile", "success"] == 1


@pytest.mark.parametrize("variable", ["[]", '"Beta"'])
def test_run_without_a_list_of_companies_is_not_green(
    run_dag: Any, sandboxes: dict[str, Sandbox], base_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv("AIRFLOW_VAR_ERP_COMPANIES", variable)
    run = run_dag(the_dag(), logical_date=DAY)
    assert run.state == "failed"
    assert states(run)["connections", "failed"] == 1
