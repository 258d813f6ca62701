"""What people are told of a reconciliation, by a callback of the task, through Airflow."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import BaseNotifier
from airflow.sdk import DAG
from batches_on_disk import Read, publish
from reconciled_days import BY_NUMBER, OTHER_SYSTEM

from airflow_provider_erp.notifications.reconciliation import ErpReconciliationNotifier
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


def test_task_that_reconciles_nothing_is_told_as_that() -> None:
    class Instance:
        dag_id, run_id, task_id = "d", "r", "fetch"

        def xcom_pull(self, task_ids: str) -> dict[str, int]:
            return {"rows": 1}

    context: Any = {"ti": Instance()}
    assert ErpReconciliationNotifier(to=print).message(context) == "d r\nfetch: no result; its log says why"


@pytest.mark.parametrize("error", [RuntimeError("no"), RuntimeError()])
def test_error_without_words_is_told_by_its_kind(error: Exception) -> None:
    class Instance:
        dag_id, run_id, task_id = "d", "r", "t"

    context: Any = {"ti": Instance(), "exception": error}
    assert ErpReconciliationNotifier(to=print).message(context) == f"d r\n{str(error) or 'RuntimeError'}"
