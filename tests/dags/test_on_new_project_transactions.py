"""The example DAG that starts by an asset's events: a doubled event changes nothing."""

from __future__ import annotations

from collections import UserDict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
from airflow.sdk import AssetWatcher
from example_dags import load_dag

from airflow_provider_erp.sandbox import Sandbox

NAME = "on_new_project_transactions"
SANDBOX = {"seed": 3, "customers": 60}


class Triggering(UserDict[str, Any]):
    """Events by their asset, which Airflow finds by its name; not every version lets an asset be a key."""

    def __getitem__(self, asset: Any) -> Any:
        return self.data[asset.name]


def output(run: Any, task_id: str) -> Any:
    [instance] = [each for each in run.get_task_instances() if each.task_id == task_id]
    return instance.xcom_pull(task_ids=task_id)


def rows(snapshot: dict[str, Any]) -> list[Any]:
    with duckdb.connect() as connection:
        return sorted(connection.read_parquet(snapshot["snapshot"].removeprefix("file://")).fetchall(), key=str)


def test_a_second_event_for_the_same_changes_leaves_the_snapshot_as_it_is(
    run_dag: Any, sandbox: Sandbox, base_path: Path
) -> None:
    snapshots = []
    for _ in ("the day before", "an event", "the same once more"):
        run = run_dag(load_dag(NAME), logical_date=None)  # what runs have that an asset starts
        assert run.state == "success"
        snapshots.append(rows(output(run, "snapshot")))
        if len(snapshots) == 1:
            sandbox.advance()
    assert snapshots[0] != snapshots[1] == snapshots[2]


def test_an_id_that_comes_twice_counts_once() -> None:
    dag: Any = load_dag(NAME)
    [condition] = dag.timetable.asset_condition.objects
    event = SimpleNamespace(extra={"payload": {"id": "one", "records": 7}})
    other = SimpleNamespace(extra={"payload": {"id": "two", "records": 2}})
    announced = dag.get_task("announced").python_callable
    assert announced(Triggering({condition.name: [event, event, other]})) == {"one": 7, "two": 2}
    assert announced(Triggering()) == {}
    assert announced(None) == {}


def test_the_asset_is_watched() -> None:
    dag: Any = load_dag(NAME)
    [asset] = dag.timetable.asset_condition.objects
    [watcher] = asset.watchers
    assert isinstance(watcher, AssetWatcher)
    path, arguments = watcher.trigger.serialize()
    assert path.endswith("ErpChangesEventTrigger")
    assert (arguments["conn_id"], arguments["resource"]) == ("visma_px_default", "project_transaction")
