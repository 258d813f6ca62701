"""The incremental example DAG, through Airflow: a night's changes lead to the snapshot that a full reading gives."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from airflow.sdk import DAG

from airflow_provider_erp.sandbox import Sandbox, running_sandbox

DAGS = Path(__file__).parents[2] / "dags"
NIGHT = dt.datetime(2026, 11, 18, 1, tzinfo=dt.UTC)
SYSTEMS = {"visma_px": "project_transaction", "lemonsoft": "invoice"}


@pytest.fixture
def base_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AIRFLOW__ERP__BASE_PATH", tmp_path.as_uri())
    return tmp_path


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with running_sandbox(seed=3, customers=60) as running:
        for conn_id, connection in running.connections().items():
            monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(connection))
        yield running


def load() -> DAG:
    from dagbag import DagBag

    dag: DAG = DagBag(DAGS / "incremental_project_hours.py").dags["incremental_project_hours"]
    return dag


def ids(snapshot: dict[str, Any], name: str) -> set[str]:
    with duckdb.connect() as connection:
        path = snapshot[name].removeprefix("file://")
        return {row[0] for row in connection.read_parquet(path).select("source_id").fetchall()}


def output(run: Any, task_id: str) -> Any:
    [instance] = [each for each in run.get_task_instances() if each.task_id == task_id]
    return instance.xcom_pull(task_ids=task_id)


def test_snapshot_follows_the_system_night_after_night(run_dag: Any, sandbox: Sandbox, base_path: Path) -> None:
    before: dict[str, set[str]] = {}
    for night in range(3):
        run = run_dag(load(), logical_date=NIGHT + dt.timedelta(days=night))
        assert run.state == "success"
        sunday = run.run_after.isoweekday() == 7
        for system, resource in SYSTEMS.items():
            fetched, snapshot = output(run, f"fetch_{system}"), output(run, f"snapshot_{system}")
            assert fetched["coverage"] == ("full" if sunday or not night else "changes")
            now = ids(snapshot, "snapshot")
            if night:
                changes = sandbox.truth()["changes"][system][resource]
                assert len(now - before[system]) == len(changes["added"])
            before[system] = now
        sandbox.advance()
