"""One run of a DAG on the cluster: waiting for it, and who ran what."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from scale.airflow_api import Task
from scale.celery_cluster import CeleryCluster
from scale.waiting import until

RUN_SECONDS = 900.0
Place = tuple[str, int]
"""The id of a task, and which of the companies."""


@dataclass(frozen=True, slots=True)
class Run:
    """``run_id`` is Airflow's."""

    cluster: CeleryCluster
    dag_id: str
    run_id: str

    @classmethod
    def start(cls, cluster: CeleryCluster, dag_id: str, companies: list[str]) -> Run:
        """A new one, mapped over these companies."""
        return cls(cluster, dag_id, cluster.api.start(dag_id, {"companies": companies}))

    def tasks(self, *states: str) -> list[Task]:
        """All, or those in these states."""
        self.cluster.check()
        return self.cluster.api.tasks(self.dag_id, self.run_id, states)

    def running_on(self, worker: str) -> set[Place]:
        """What a worker does, or did when it was killed: nobody else knows yet."""
        return {task.place for task in self.tasks("running") if task.worker == worker}

    def finished(self) -> list[Task]:
        """All tasks, when none is left to do."""
        until(f"{self.dag_id} ends", self._is_finished, RUN_SECONDS, self.cluster.logs)
        return self.tasks()

    def _is_finished(self) -> bool:
        self.cluster.check()
        return self.cluster.api.state(self.dag_id, self.run_id) in ("success", "failed")


def tried_again(tasks: list[Task]) -> set[Place]:
    """Those that did not succeed at once."""
    return {task.place for task in tasks if task.try_number > 1}


def tell(run: Run, tasks: list[Task], lost: set[Place], found: str) -> None:
    """For people: how the work was shared, and what was found."""
    shared = ", ".join(f"{count} on {worker}" for worker, count in sorted(Counter(t.worker for t in tasks).items()))
    print(f"\n{run.dag_id}: {len(tasks)} tasks, {shared}; {len(lost)} died with a worker; {found}")
