"""A sandbox that takes writes, and pushes to it as tasks do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pushed_records import DEFAULTS, NOW, Push

from airflow_provider_erp.operators.push import ErpPushOperator
from airflow_provider_erp.sandbox import Sandbox, running_sandbox


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with running_sandbox(customers=30, requests_per_session=10_000, visma_net_limit=10_000) as running:
        for name, connection in running.connections().items():
            quick = connection["extra"] | {
                "timeout_seconds": 5,
                "retry_seconds": 5,
                "background_seconds": 0,
            }
            monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(connection | {"extra": quick}))
        yield running


@pytest.fixture
def push(sandbox: Sandbox, tmp_path: Path) -> Push:
    """Runs a push as a task does, of a run and a try."""

    def push(vendor: str, *, run_id: str = "manual", try_number: int = 1, **arguments: Any) -> dict[str, Any]:
        given: dict[str, Any] = {
            "conn_id": f"{vendor}_default",
            "dry_run": False,
            "defaults": DEFAULTS.get(vendor),
            "base_path": f"file://{tmp_path}/erp",
            "approved_by_author": "plan" in arguments,
        } | arguments
        operator = ErpPushOperator(task_id="push", **given)
        instance = SimpleNamespace(dag_id="dag", run_id=run_id, task_id="push", map_index=-1, try_number=try_number)
        run = SimpleNamespace(logical_date=NOW, run_after=NOW)
        return operator.execute({"dag_run": run, "ti": instance})  # type: ignore[typeddict-item]

    return push
