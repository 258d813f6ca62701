"""One try of one task, for a process of its own that may be killed: an operator, its log, and what came of it."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from airflow.providers.common.compat.sdk import AirflowFailException, AirflowSkipException

from airflow_provider_erp.exceptions import ErpError
from airflow_provider_erp.operators.fetch import ErpFetchOperator
from airflow_provider_erp.operators.plan import ErpPlanOperator
from airflow_provider_erp.operators.push import ErpPushOperator
from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.reconciliation import CUSTOMERS, ReconciliationSpec
from airflow_provider_erp.reconciliation.rules import Field

FIRST = dt.datetime(2026, 11, 1, 5, tzinfo=dt.UTC)
"""Day 0 of the runs: what they stand for, whatever day it is in the systems."""
DEFAULTS: dict[str, dict[str, Any]] = {
    "visma_net": {"overrideWithClassValues": True, "customerClassId": "1"},
    "lemonsoft": {},
}
PUT_RIGHT = ("email", "phone", "street", "postal_code", "city")
TOLD = (ErpError, AirflowFailException, AirflowSkipException)
"""What a task may end with; anything else is a mistake of the program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a process is asked to run: a task of a day, its arguments, and where it leaves word."""

    task: str
    day: int
    try_number: int
    base: Path
    arguments: Mapping[str, Any]

    @property
    def log(self) -> Path:
        """What all processes logged and printed."""
        return self.base.parent / "log.txt"

    @property
    def answer(self) -> Path:
        """What came of it, as JSON; not there after a kill."""
        return self.base.parent / f"{self.task}-{self.day}-{self.try_number}.json"


def spec_of(source: str, corrected: str) -> ReconciliationSpec:
    """The comparison whose breaks the sandbox plants; the other side is right."""
    authority: Any = "source" if corrected == "target" else "target"
    named = CUSTOMERS.named(f"soak_{source}", "Soak").comparing(
        *(Field(name=name, authority=authority) for name in PUT_RIGHT if name != "street" or source != "visma_px")
    )
    named = named.without("street") if source == "visma_px" else named
    return replace(named, stale_after_days=None if source == "fynn" else 30)


def run(call: Call, connections: Mapping[str, Mapping[str, Any]]) -> None:
    """Runs the task as Airflow does, and writes down how it ended."""
    _settle_into(call.base.parent, call.log)
    for conn_id, connection in connections.items():
        os.environ[f"AIRFLOW_CONN_{conn_id.upper()}"] = json.dumps(connection)
    moment = FIRST + dt.timedelta(days=call.day)
    run_id = f"day-{call.day}"
    instance = SimpleNamespace(
        dag_id="soak", run_id=run_id, task_id=call.task, map_index=-1, try_number=call.try_number
    )
    context: Any = {"dag_run": SimpleNamespace(logical_date=moment, run_after=moment, run_id=run_id), "ti": instance}
    try:
        told = {"ended": "success", "result": _operator(call).execute(context)}
    except AirflowSkipException as exc:
        told = {"ended": "skipped", "why": str(exc)}
    except Exception as exc:
        logging.getLogger("soak").exception("%s of day %d failed", call.task, call.day)
        told = {"ended": "failed" if isinstance(exc, TOLD) else "broken", "why": f"{type(exc).__name__}: {exc}"}
    part = call.answer.with_suffix(".part")
    part.write_text(json.dumps(told), encoding="utf-8")
    part.replace(call.answer)


def _settle_into(folder: Path, log: Path) -> None:
    """All that the process says goes to the log; its temporary files, and the turns that tasks share, to the folder."""
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    tempfile.tempdir = str(folder / "tmp")
    logging.basicConfig(stream=sys.stderr, level=logging.DEBUG, force=True)
    logging.disable(logging.NOTSET)


def _operator(call: Call) -> Any:
    base = f"file://{call.base}"
    given = {"task_id": call.task, **call.arguments}
    match call.task:
        case "source" | "target":
            return ErpFetchOperator(
                resource="customer", base_path=base, checkpoint_seconds=0.0, max_rejected=0, **given
            )
        case "reconcile":
            return ErpReconcileOperator(base_path=base, **given)
        case "plan":
            return ErpPlanOperator(create=True, **given)
        case _:
            return ErpPushOperator(
                base_path=base, dry_run=False, approved_by_author="plan" in given, on_rejected="warn", **given
            )
