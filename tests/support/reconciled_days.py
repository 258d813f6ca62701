"""Two systems' customers, reconciled day after day through the operator."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from batches_on_disk import EVERYONE, Read, publish
from published_report import read_report

from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.reconciliation import CUSTOMERS
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

OTHER_SYSTEM = dataclasses.replace(EVERYONE, conn_type="visma_net")
BY_NUMBER = dataclasses.replace(CUSTOMERS, keys=("number",), fields=("name",), similar=False)


def reconcile_day(
    base: Path,
    day: int,
    source: Mapping[str, str],
    target: Mapping[str, str],
    spec: ReconciliationSpec = BY_NUMBER,
    moment: dt.datetime | None = None,
    **options: Any,
) -> dict[str, Any]:
    """The result of comparing what the two systems say on a day, of which day 0 is a Monday."""
    read = Read(day, source)
    operator = ErpReconcileOperator(
        task_id="reconcile",
        spec=spec,
        source=publish(base, read).path,
        target=publish(base, Read(day, target), OTHER_SYSTEM).path,
        base_path=base.as_uri(),
        **options,
    )
    run = SimpleNamespace(logical_date=moment or read.as_of, run_after=read.as_of, run_id=f"day-{day}")
    context: Any = {"dag_run": run}
    return operator.execute(context)


def states(result: Mapping[str, Any]) -> dict[str, str]:
    """The state of each open break in the report of a result, by the customer's number."""
    told = {row["key"]: row["state"] for row in read_report(result["report"])["breaks"]}
    assert len(told) == result["open"]
    return told
