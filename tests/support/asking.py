"""An approval as Airflow runs it: one process asks and ends, another goes on when somebody has answered."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from airflow.providers.common.compat.sdk import TaskDeferred
from airflow.providers.standard.operators import hitl

from airflow_provider_erp.operators.approval import ErpApprovalOperator

WAITS: type[BaseException] = getattr(hitl, "TaskAwaitingInput", TaskDeferred)
"""What a task ends with that waits for a person; Airflow below 3.3 defers it."""
MOMENT = dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC)


class OwnXComs:
    """What one task instance keeps between the question and the answer."""

    def __init__(self) -> None:
        self.id, self.map_index = "0", -1
        self.kept: dict[str, Any] = {}

    def xcom_push(self, key: str, value: Any) -> None:
        self.kept[key] = value

    def xcom_pull(self, *, key: str, map_indexes: int) -> Any:
        assert map_indexes == self.map_index
        return self.kept.get(key)


def asked(plan: Any, **arguments: Any) -> tuple[ErpApprovalOperator, Any]:
    """The question, and the context that the answer finds."""
    operator = ErpApprovalOperator(task_id="approve", plan=plan, **arguments)
    instance = OwnXComs()
    context: Any = {"ti": instance, "task_instance": instance, "task": SimpleNamespace()}
    with patch.object(hitl, "upsert_hitl_detail", autospec=True), pytest.raises(WAITS):
        operator.execute(context)
    return operator, context


def answered(plan: Any, option: str, *, then: Any = None, context: Any = None) -> dict[str, Any]:
    """What the task returns; ``then`` is what the templates name by the time of the answer, where it is another."""
    context = context or asked(plan)[1]
    event = {
        "chosen_options": [option],
        "params_input": {},
        "responded_at": MOMENT,
        "responded_by_user": {"id": "ann"},
    }
    operator = ErpApprovalOperator(task_id="approve", plan=then or plan)
    told: dict[str, Any] = operator.execute_complete(context, event)
    return told
