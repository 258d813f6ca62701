"""Corrections of two companies in a mapped task group: whose approval, whose push, and what the page shows of each."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import person_in_a_process
import pytest
from airflow.sdk import DAG, task_group
from page_as_seen import Page
from world_of_the_page import RIGHTS

from airflow_provider_erp.notifications.reconciliation import ErpReconciliationNotifier
from airflow_provider_erp.operators.approval import ErpApprovalOperator
from airflow_provider_erp.operators.fetch import ErpFetchOperator
from airflow_provider_erp.operators.plan import ErpPlanOperator
from airflow_provider_erp.operators.push import ErpPushOperator
from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.reconciliation import CUSTOMERS
from airflow_provider_erp.reconciliation.rules import Field
from airflow_provider_erp.sandbox import Sandbox, running_sandbox

DAG_ID = "daily_corrections_of_companies"
DAY = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
COMPANIES = ("Alfa", "Beta")
ANSWERS = ("Approve", "Reject")
SPEC = CUSTOMERS.named("mapped", "Customers to correct").comparing(Field(name="email", authority="source"))
pytestmark = pytest.mark.needs("newer airflow")


def told_by(told: list[str]) -> DAG:
    """Reads, compares, plans, asks and pushes, for each company in tasks of its own; ``told`` gets the messages."""

    @task_group
    def company(lemonsoft: str, visma_net: str) -> None:
        source, target = (
            ErpFetchOperator(task_id=name, conn_id=conn_id, resource="customer").output
            for name, conn_id in (("lemonsoft", lemonsoft), ("visma_net", visma_net))
        )
        notifier = ErpReconciliationNotifier(to=told.append)
        report = ErpReconcileOperator(
            task_id="reconcile", spec=SPEC, source=source, target=target, on_success_callback=notifier
        )
        plan = ErpPlanOperator(task_id="plan", spec=SPEC, source=source, target=target, report=report.output)
        approve = ErpApprovalOperator(task_id="approve", plan=plan.output)
        ErpPushOperator(task_id="push", conn_id=visma_net, plan=approve.output, dry_run=False)

    with DAG(dag_id=DAG_ID, schedule=None, start_date=DAY) as dag:
        company.expand_kwargs([{name: f"{name}_{each}" for name in ("lemonsoft", "visma_net")} for each in COMPANIES])
    return dag


@dataclass(frozen=True)
class Mapped:
    """The run, what its person saw and its messages said, where it wrote, and the systems of each company."""

    run: Any
    saw: list[dict[str, Any]]
    told: list[str]
    base: Path
    sandboxes: list[Sandbox]

    def states(self, task_id: str) -> list[str]:
        """Of the task's instances by their map index."""
        own = [each for each in self.run.get_task_instances() if each.task_id == f"company.{task_id}"]
        return [each.state for each in sorted(own, key=lambda each: each.map_index)]

    def address(self, task_id: str, map_index: int) -> str:
        """Of the tab on one task instance."""
        return f"/dags/{DAG_ID}/runs/{quote(self.run.run_id, safe='')}/tasks/company.{task_id}?map_index={map_index}"


@pytest.fixture(scope="module")
def mapped(airflow_database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapped]:
    base = tmp_path_factory.mktemp("mapped")
    told: list[str] = []
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("AIRFLOW__ERP__BASE_PATH", base.as_uri())
        running = [stack.enter_context(running_sandbox(seed=7 + at, customers=80)) for at, _ in enumerate(COMPANIES)]
        for name, sandbox in zip(COMPANIES, running, strict=True):
            for given in sandbox.connections().values():
                extra = (
                    given["extra"]
                    | {"company": name}
                    | ({"scope": RIGHTS} if given["conn_type"] == "visma_net" else {})
                )
                patch.setenv(f"AIRFLOW_CONN_{given['conn_type']}_{name}".upper(), json.dumps(given | {"extra": extra}))
        run, saw = _run(told_by(told))
        yield Mapped(run=run, saw=saw, told=told, base=base, sandboxes=running)


def _run(dag: DAG) -> tuple[Any, list[dict[str, Any]]]:
    """By Airflow, with a person who answers by the company."""
    from airflow.models.dagbundle import DagBundleModel
    from airflow.utils.session import create_session
    from dagbag import DagBag, sync_bag_to_db

    with create_session() as session:
        session.merge(DagBundleModel(name="testing"))
    bag = DagBag(os.devnull)
    bag.bag_dag(dag)
    sync_bag_to_db(bag, "testing", None)
    environment = os.environ | {"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True"}
    answers = ",".join(ANSWERS)
    command = [sys.executable, person_in_a_process.__file__, answers]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as person:
        run = dag.test(logical_date=DAY)
        saw = [json.loads(line) for line in person.communicate(timeout=120)[0].splitlines() if line.startswith("{")]
    return run, saw


def test_only_the_company_that_was_approved_is_pushed(mapped: Mapped) -> None:
    assert [each["status"] for each in mapped.saw] == [200, 200]
    assert mapped.states("plan") == mapped.states("approve") == ["success", "success"]
    assert mapped.states("push") == ["success", "skipped"]
    updated = [sandbox.tally("visma_net").updated for sandbox in mapped.sandboxes]
    assert updated[0] > 0
    assert updated[1] == 0


def test_each_company_was_asked_for_its_own_plan_and_the_approved_one_was_pushed(mapped: Mapped) -> None:
    plans = {at: _plan_of(mapped.base, company) for at, company in enumerate(COMPANIES)}
    assert plans[0]["digest"] != plans[1]["digest"]
    for each in mapped.saw:
        assert plans[each["map_index"]]["digest"] in each["saw"]
        assert plans[1 - each["map_index"]]["digest"] not in each["saw"]
    [claim] = mapped.base.rglob("claim.json")
    assert claim.parent.name == plans[0]["digest"]
    assert json.loads(claim.read_bytes())["map_index"] == 0


def test_tab_of_each_mapped_task_shows_its_own_part_alone(mapped: Mapped, visit: Any) -> None:
    for at, company in enumerate(COMPANIES):
        report = visit(mapped.address("reconcile", at)).text
        [frame] = re.findall(r'<iframe[^>]* src="/erp([^"]+)"', report)
        assert visit(frame).content == _report(mapped.base, company).read_bytes()
        assert f"visma_net/{company}/" in visit(mapped.address("visma_net", at)).text
    assert "Receipts" in _text(visit(mapped.address("push", 0)))
    assert "has no ERP report, batch or receipts (yet)" in _text(visit(mapped.address("push", 1)))


def test_tab_of_the_run_shows_all_companies(mapped: Mapped, visit: Any) -> None:
    text = _text(visit(mapped.address("push", 0).partition("/tasks/")[0]))
    assert text.count("Customers to correct: Lemonsoft and Visma.net ERP") == 2
    for company in COMPANIES:
        assert company in text
    assert text.count("Receipts") == 1


@pytest.mark.parametrize(
    ("task_id", "name"),
    [("visma_net", "Batch manifest"), ("reconcile", "Reconciliation report"), ("push", "Receipts")],
)
def test_link_of_each_mapped_task_leads_to_its_own_tab(mapped: Mapped, visit: Any, task_id: str, name: str) -> None:
    run = quote(mapped.run.run_id, safe="")
    for at in range(2):
        address = f"/api/v2/dags/{DAG_ID}/dagRuns/{run}/taskInstances/company.{task_id}/links?map_index={at}"
        assert visit(address).json()["extra_links"][name].endswith(f"/erp{mapped.address(task_id, at)}")


def test_notifier_tells_of_which_company_it_speaks(mapped: Mapped) -> None:
    told = sorted(mapped.told, key=_title)
    assert [_title(message).rpartition(" ")[2] for message in told] == ["company.reconcile[0]", "company.reconcile[1]"]
    for message, company in zip(told, COMPANIES, strict=True):
        assert _report(mapped.base, company).as_uri() in message


def _report(base: Path, company: str) -> Path:
    [report] = base.glob(f"reconciliation/mapped/lemonsoft-{company}/visma_net-{company}/*/report.html")
    return report


def _plan_of(base: Path, company: str) -> dict[str, Any]:
    [plan] = _report(base, company).parent.glob("plan-*/plan.json")
    found: dict[str, Any] = json.loads(plan.read_bytes())
    return found


def _text(answer: Any) -> str:
    assert answer.status_code == 200
    return Page(answer.text).text


def _title(message: str) -> str:
    return message.splitlines()[0]
