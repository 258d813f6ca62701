"""What people are told of a reconciliation, by a callback of the task, through Airflow."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException, BaseNotifier
from airflow.sdk import DAG
from batches_on_disk import Read, publish
from reconciled_days import BY_NUMBER, OTHER_SYSTEM

from airflow_provider_erp.exceptions import ErpAuthError, ErpUnavailable
from airflow_provider_erp.notifications.reconciliation import ErpReconciliationNotifier
from airflow_provider_erp.operators.edge import failing_for_good
from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.reconciliation.rules import Threshold

MONDAY = dt.datetime(2026, 11, 16, 4, tzinfo=dt.UTC)
ANNA, BERTA = {"1": "Anna Salainen"}, {"1": "Anna Salainen", "2": "Berta Piilo"}


def told(run_dag: Any, base: Path, source: Mapping[str, str], notifier: BaseNotifier, **rules: Any) -> str:
    """A run's state, after one task with the notifier for both ends."""
    with DAG(dag_id="told", schedule=None) as dag:
        ErpReconcileOperator(
            task_id="reconcile",
            spec=dataclasses.replace(BY_NUMBER, **rules),
            source=publish(base, Read(0, source)).path,
            target=publish(base, Read(0, ANNA), OTHER_SYSTEM).path,
            base_path=base.as_uri(),
            on_success_callback=notifier,
            on_failure_callback=notifier,
        )
    state: str = run_dag(dag, logical_date=MONDAY).state
    return state


def test_success_tells_the_verdict_warnings_and_the_report_and_no_customer(run_dag: Any, tmp_path: Path) -> None:
    said: list[str] = []
    notifier = ErpReconciliationNotifier(to=said.append)
    assert told(run_dag, tmp_path, BERTA, notifier, thresholds=(Threshold(count=0),)) == "success"
    (message,) = said
    first, verdict, warning, report = message.splitlines()
    assert first.startswith("told ")
    assert first.endswith(" reconcile")
    assert verdict.endswith("agree on 1 of 2 customers; 1 is missing in Visma PX.")
    assert "1" in warning
    assert report.endswith("/report.html")
    assert "Berta" not in message


@pytest.mark.needs("newer airflow")
def test_failure_tells_the_reason_with_the_report(run_dag: Any, tmp_path: Path) -> None:
    said: list[str] = []
    notifier = ErpReconciliationNotifier(to=said.append, link="https://reports.example/{{ run_id }}")
    assert told(run_dag, tmp_path, BERTA, notifier, thresholds=(Threshold(count=0, action="fail"),)) == "failed"
    (message,) = said
    assert "report.html)" in message
    assert message.splitlines()[-1].startswith("https://reports.example/")
    assert "{{" not in message


def test_any_other_notifier_can_carry_the_message(run_dag: Any, tmp_path: Path) -> None:
    said: list[str] = []

    class Chat(BaseNotifier):
        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

        def notify(self, context: Any) -> None:
            said.append(f"chat: {self.text}")

    assert told(run_dag, tmp_path, ANNA, ErpReconciliationNotifier(to=Chat)) == "success"
    assert said[0].startswith("chat: told ")


def test_each_instance_of_a_mapped_task_is_told_with_its_own_verdict(run_dag: Any, tmp_path: Path) -> None:
    said: list[str] = []
    target = publish(tmp_path, Read(0, ANNA), OTHER_SYSTEM).path
    with DAG(dag_id="mapped", schedule=None) as dag:
        ErpReconcileOperator.partial(
            task_id="reconcile",
            spec=BY_NUMBER,
            target=target,
            base_path=tmp_path.as_uri(),
            on_success_callback=ErpReconciliationNotifier(to=said.append),
        ).expand(source=[publish(tmp_path, Read(0, rows)).path for rows in (ANNA, BERTA, ANNA)])
    assert run_dag(dag, logical_date=MONDAY).state == "success"
    told_of = {message.splitlines()[0].split()[-1]: message.splitlines()[1] for message in said}
    assert sorted(told_of) == ["reconcile[0]", "reconcile[1]", "reconcile[2]"]
    assert told_of["reconcile[1]"].endswith("agree on 1 of 2 customers; 1 is missing in Visma PX.")
    assert told_of["reconcile[2]"] == told_of["reconcile[0]"] != told_of["reconcile[1]"]


class Instance:
    """A task's instance with this result, where there is one."""

    dag_id, run_id, task_id, map_index = "d", "r", "t", -1

    def __init__(self, result: Any = None) -> None:
        self._result = result

    def xcom_pull(self, *, task_ids: str, map_indexes: int) -> Any:
        return self._result if (task_ids, map_indexes) == (self.task_id, self.map_index) else None


def message_of(**context: Any) -> str:
    given: Any = context
    return ErpReconciliationNotifier(to=print).message(given)


def test_task_that_reconciles_nothing_is_told_as_done() -> None:
    expected = "d r t\ndone; there is no verdict, for it is no reconciliation"
    assert message_of(ti=Instance({"rows": 1})) == expected
    assert message_of(ti=Instance([{"verdict": "of others"}])) == expected


def test_task_without_a_result_or_a_reason_is_told_with_its_log() -> None:
    assert message_of(ti=Instance()) == "d r t\nno result; its log says why"


def at_the_edge(error: Exception) -> Exception:
    """What Airflow is given for it by this package's operators."""
    with pytest.raises(AirflowFailException) as given, failing_for_good():
        raise error
    return given.value


@pytest.mark.parametrize(
    "error",
    [
        ErpUnavailable("the server is away"),
        at_the_edge(ErpAuthError("the server is away")),
        at_the_edge(ValueError("the server is away")),
        AirflowFailException("the server is away"),
    ],
)
def test_words_of_this_packages_errors_are_told(error: Exception) -> None:
    assert message_of(ti=Instance(), exception=error) == "d r t\nthe server is away"


class StrangersError(ValueError):
    pass


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (KeyError("Anna Salainen"), "KeyError"),
        (ValueError("no such number: 'Anna Salainen'"), "ValueError"),
        (at_the_edge(StrangersError("Anna Salainen")), "StrangersError"),
        ("Anna Salainen", "str"),
        (RuntimeError(), "RuntimeError"),
        (ErpUnavailable(""), "ErpUnavailable"),
    ],
)
def test_any_other_error_is_told_by_its_kind_for_its_words_may_name_a_customer(error: object, kind: str) -> None:
    assert message_of(ti=Instance(), exception=error) == f"d r t\n{kind}; the task's log says why"
