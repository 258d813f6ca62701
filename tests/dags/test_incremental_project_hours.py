"""The incremental example DAG, through Airflow: a night's changes lead to the snapshot that a full reading gives."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
from example_dags import load_dag

from airflow_provider_erp.sandbox import Sandbox

NAME = "incremental_project_hours"
SANDBOX = {"seed": 3, "customers": 60}
NIGHT = dt.datetime(2026, 11, 14, 1, tzinfo=dt.UTC)
"""A Saturday: the night after reads everything, the next one changes again."""
SYSTEMS = {"visma_px": "project_transaction", "lemonsoft": "invoice"}


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
        run = run_dag(load_dag(NAME), logical_date=NIGHT + dt.timedelta(days=night))
        assert run.state == "success"
        for system, resource in SYSTEMS.items():
            fetched, snapshot = output(run, f"fetch_{system}"), output(run, f"snapshot_{system}")
            assert fetched["coverage"] == ("full", "full", "changes")[night]
            now = ids(snapshot, "snapshot")
            if night:
                changes = sandbox.truth()["changes"][system][resource]
                assert len(now - before[system]) == len(changes["added"])
            before[system] = now
        sandbox.advance()
