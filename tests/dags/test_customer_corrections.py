"""The example DAG that puts a system right: a person is asked, and what was approved is resolved the next day."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import person_in_a_process
import pytest
from example_dags import load_dag
from published_report import report_of

from airflow_provider_erp.sandbox import Sandbox

NAME = "customer_corrections"
SANDBOX = {"seed": 7, "customers": 200}
DAY = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
ORDER = ("reconcile", "plan", "approve", "push")


@contextmanager
def a_person(option: str, *meanwhile: str) -> Iterator[dict[str, Any]]:
    """Somebody who answers the next question; what they saw is there when the block has ended."""
    environment = os.environ | {"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True"}
    command = [sys.executable, person_in_a_process.__file__, option, *meanwhile]
    told: dict[str, Any] = {}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as person:
        yield told
        told |= json.loads(person.communicate(timeout=60)[0].splitlines()[-1])


def corrected(
    run_dag: Any, option: str, day: dt.datetime = DAY, meanwhile: Sequence[str] = ()
) -> tuple[Any, dict[str, Any]]:
    """A run that writes, with a person's answer."""
    dag = load_dag(NAME)
    tasks: dict[str, Any] = dict(dag.task_dict)
    tasks["push"].previews = False
    with a_person(option, *meanwhile) as told:
        run = run_dag(dag, logical_date=day)
    return run, told


def to_correct(base_path: Path, day: dt.datetime) -> set[str]:
    report = report_of(base_path, NAME, day.date())
    return {row["break_id"] for row in report["breaks"] if row["correct_side"] == "target"}


def approved_digest(run: Any) -> str:
    """What the task returned that another process went on with after the answer."""
    [approve] = (each for each in run.get_task_instances() if each.task_id == "approve")
    digest: str = approve.xcom_pull(task_ids="approve")["digest"]
    return digest


def test_nothing_is_pushed_that_no_person_approved() -> None:
    dag = load_dag(NAME)
    for before, after in pairwise(ORDER):
        assert before in dag.task_dict[after].upstream_task_ids
    tasks: dict[str, Any] = dict(dag.task_dict)
    assert tasks["approve"].defaults == ["Reject"]
    assert tasks["push"].previews
    assert dag.catchup is False
    assert dag.tags
    assert "dry run" in (dag.doc_md or "")


@pytest.mark.needs("newer airflow")
def test_what_a_person_approved_over_the_api_is_pushed_and_resolved_the_next_day(
    run_dag: Any, sandbox: Sandbox, base_path: Path
) -> None:
    run, told = corrected(run_dag, "Approve", DAY - dt.timedelta(days=1))
    assert (run.state, told["status"]) == ("success", 200)
    wrong = to_correct(base_path, DAY - dt.timedelta(days=1))
    [plan] = base_path.rglob("plan.json")
    planned = json.loads(plan.read_bytes())
    assert planned["digest"] in told["saw"]
    assert approved_digest(run) == planned["digest"]
    [receipts] = base_path.rglob("receipts.jsonl")
    outcomes = [json.loads(line)["outcome"] for line in receipts.read_text(encoding="utf-8").splitlines()]
    assert set(outcomes) == {"updated"}
    assert sandbox.tally("visma_net").updated == len(outcomes)

    assert run_dag(load_dag(NAME), logical_date=DAY, mark_success_pattern="approve|push").state == "success"
    report = report_of(base_path, NAME, DAY.date())
    right = {change["break_id"] for change in planned["changes"]}
    assert to_correct(base_path, DAY) == wrong - right
    history = {row["break_id"]: (row["since"], row["resolved_on"], row["age_days"]) for row in report["resolved"]}
    assert {history[each] for each in right} == {("2026-11-19", "2026-11-20", 1)}


@pytest.mark.needs("newer airflow")
def test_what_a_person_rejected_is_not_pushed(run_dag: Any, sandbox: Sandbox, base_path: Path) -> None:
    run, told = corrected(run_dag, "Reject")
    assert (run.state, told["status"]) == ("success", 200)
    assert {each.task_id: each.state for each in run.get_task_instances()}["push"] == "skipped"
    assert sandbox.tally("visma_net").updated == 0


OTHER_PLAN = """
import sys
from dataclasses import replace
from pathlib import Path
from airflow_provider_erp.corrections.files import read_plan, write_plan
[file] = Path(sys.argv[1]).rglob("plan.json")
plan = read_plan(file)
write_plan(replace(plan, changes=plan.changes[1:]), file.parent)
"""


@pytest.mark.needs("newer airflow")
def test_other_plan_in_the_place_of_the_one_that_a_person_saw_is_not_pushed(
    run_dag: Any, sandbox: Sandbox, base_path: Path
) -> None:
    run, told = corrected(run_dag, "Approve", meanwhile=(sys.executable, "-c", OTHER_PLAN, str(base_path)))
    assert told["status"] == 200
    states = {each.task_id: each.state for each in run.get_task_instances()}
    assert (states["plan"], states["approve"], states["push"]) == ("success", "failed", "upstream_failed")
    assert sandbox.tally("visma_net").updated == 0
