"""Reports that a task of a named DAG made, without a run of it by Airflow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from batches_on_disk import Read, publish
from reconciled_days import BY_NUMBER, OTHER_SYSTEM

from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec


def report_of_a_task(
    base: Path,
    day: int,
    source: Mapping[str, str],
    target: Mapping[str, str],
    *,
    dag_id: str | None = "daily",
    spec: ReconciliationSpec = BY_NUMBER,
    moment: dt.datetime | None = None,
) -> None:
    """Compares what the two systems say on a day, of which day 0 is a Monday; without ``dag_id`` nobody signs it."""
    read = Read(day, source)
    operator = ErpReconcileOperator(
        task_id="reconcile",
        spec=spec,
        source=publish(base, read).path,
        target=publish(base, Read(day, target), OTHER_SYSTEM).path,
        base_path=base.as_uri(),
    )
    run = SimpleNamespace(logical_date=moment or read.as_of, run_after=read.as_of, run_id=f"day-{day}")
    context: Any = {"dag_run": run}
    if dag_id is not None:
        context["ti"] = SimpleNamespace(
            dag_id=dag_id, run_id=run.run_id, task_id="reconcile", map_index=-1, try_number=1
        )
    operator.execute(context)
