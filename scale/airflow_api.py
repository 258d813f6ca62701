"""What a person does in Airflow's UI, by its REST API: start a run of a DAG, and look at its tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import requests

_SECONDS, _PAGE = 30.0, 100


@dataclass(frozen=True, slots=True)
class Task:
    """One task instance as it stands."""

    task_id: str
    map_index: int
    state: str | None
    try_number: int
    worker: str

    @property
    def place(self) -> tuple[str, int]:
        """Which one it is, whatever became of it."""
        return self.task_id, self.map_index


@dataclass(frozen=True, slots=True)
class AirflowApi:
    """``address`` is the API server's; it asks nobody to log in."""

    address: str

    def is_ready(self) -> bool:
        """Whether the scheduler and the DAG processor are alive."""
        try:
            health = requests.get(f"{self.address}/api/v2/monitor/health", timeout=_SECONDS).json()
        except (OSError, ValueError):
            return False
        return all(health[part]["status"] == "healthy" for part in ("scheduler", "dag_processor"))

    def knows(self, dag_id: str) -> bool:
        """Whether the DAG was read."""
        answer = requests.get(f"{self.address}/api/v2/dags/{dag_id}", timeout=_SECONDS)
        return bool(answer.ok)

    def make_pool(self, name: str, slots: int) -> None:
        """How many tasks of it run at once, over all workers."""
        body = {"name": name, "slots": slots, "include_deferred": False}
        requests.post(f"{self.address}/api/v2/pools", json=body, timeout=_SECONDS).raise_for_status()

    def start(self, dag_id: str, conf: dict[str, Any]) -> str:
        """The id of a new run."""
        run_id = uuid4().hex
        body = {"dag_run_id": run_id, "logical_date": None, "conf": conf}
        answer = requests.post(f"{self.address}/api/v2/dags/{dag_id}/dagRuns", json=body, timeout=_SECONDS)
        answer.raise_for_status()
        return run_id

    def state(self, dag_id: str, run_id: str) -> str:
        """The state of a run."""
        return str(self._get(f"dags/{dag_id}/dagRuns/{run_id}")["state"])

    def tasks(self, dag_id: str, run_id: str, states: Sequence[str] = ()) -> list[Task]:
        """All of its task instances, or those in these states."""
        return list(self._tasks(f"dags/{dag_id}/dagRuns/{run_id}/taskInstances", states))

    def _tasks(self, path: str, states: Sequence[str]) -> Iterator[Task]:
        offset, total = 0, 1
        while offset < total:
            found = self._get(path, limit=_PAGE, offset=offset, order_by="id", state=list(states))
            offset, total = offset + _PAGE, found["total_entries"]
            for row in found["task_instances"]:
                told = (row["state"], row["try_number"], row["hostname"] or "")
                yield Task(row["task_id"].rpartition(".")[2], row["map_index"], *told)

    def _get(self, path: str, **query: Any) -> Any:
        answer = requests.get(f"{self.address}/api/v2/{path}", params=query, timeout=_SECONDS)
        answer.raise_for_status()
        return answer.json()
