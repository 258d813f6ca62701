"""Twenty companies on two Celery workers, one of which is killed: the same breaks, and no write is sent twice."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from object_store import CONN_ID, a_bucket, connection, copied, running_object_store
from published_report import facts
from temporary_postgres import temporary_postgres

from scale.airflow_api import Task
from scale.celery_cluster import CeleryCluster, running_cluster
from scale.companies import COMPANIES, SYSTEMS, Companies, running_companies
from scale.redis_server import running_redis
from scale.waiting import until

HERE = Path(__file__).parent
DAGS = (HERE.parent / "dags/companies_reconciliation.py", HERE / "dags/companies_corrections.py")
COMPARE, CORRECT = (file.stem for file in DAGS)
WORKERS = ("worker-1", "worker-2")
RUN_SECONDS = 900.0


@pytest.fixture(scope="module")
def companies() -> Iterator[Companies]:
    with running_companies() as running:
        yield running


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    with running_object_store() as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def bucket(store: str) -> str:
    return a_bucket(store)


@pytest.fixture(scope="module")
def cluster(
    tmp_path_factory: pytest.TempPathFactory, companies: Companies, store: str, bucket: str
) -> Iterator[CeleryCluster]:
    folder = tmp_path_factory.mktemp("celery")
    dags = folder / "dags"
    dags.mkdir()
    for file in DAGS:
        shutil.copy(file, dags)
    with ExitStack() as stack:
        place = stack.enter_context(temporary_postgres()).split()[0].removeprefix("host=")
        database = f"postgresql+psycopg2://erp@/postgres?host={place}"
        shared = {
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database,
            "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{database}",
            "AIRFLOW__CELERY__BROKER_URL": stack.enter_context(running_redis(folder)),
            "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
            "AIRFLOW__ERP__BASE_PATH": f"{bucket}/erp",
            f"AIRFLOW_CONN_{CONN_ID.upper()}": connection(store),
            **companies.connections("calm", "killed"),
        }
        python = os.environ["CELERY_PYTHON"]
        running = stack.enter_context(running_cluster(python, folder, shared, (COMPARE, CORRECT), WORKERS))
        for system in SYSTEMS:
            running.api.make_pool(system, 4)
        yield running


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a DAG on the cluster."""

    cluster: CeleryCluster
    dag_id: str
    run_id: str

    @classmethod
    def start(cls, cluster: CeleryCluster, dag_id: str, companies: list[str]) -> Run:
        return cls(cluster, dag_id, cluster.api.start(dag_id, {"companies": companies}))

    def tasks(self, *states: str) -> list[Task]:
        self.cluster.check()
        return self.cluster.api.tasks(self.dag_id, self.run_id, states)

    def finished(self) -> list[Task]:
        """All of its tasks, when nothing runs any more."""
        until(f"{self.dag_id} ends", self._is_finished, RUN_SECONDS, self.cluster.folder)
        return self.tasks()

    def _is_finished(self) -> bool:
        self.cluster.check()
        return self.cluster.api.state(self.dag_id, self.run_id) in ("success", "failed")


def breaks_of(files: Path, companies: list[str]) -> list[list[tuple[Any, ...]]]:
    """By company: what the report tells, in order."""
    found = []
    for name in companies:
        [report] = files.glob(f"erp/reconciliation/company_customers/lemonsoft-{name}/*/*/breaks.json")
        found.append(sorted(facts(json.loads(report.read_bytes())["breaks"]), key=repr))
    return found


def killed_in_the_middle(run: Run, worker: str) -> set[tuple[str, int]]:
    """Kills the worker when a third of the tasks are done and it is at work; what it was at."""

    def at_work() -> list[Task]:
        if len(run.tasks("success")) < COMPANIES:
            return []
        return [task for task in run.tasks("running") if task.worker == worker and task.map_index >= 0]

    lost = until(f"{worker} is at work", at_work, RUN_SECONDS, run.cluster.folder)
    run.cluster.kill_worker(worker)
    return {(task.task_id, task.map_index) for task in lost}


def test_worker_that_is_killed_in_the_middle_changes_no_break(
    cluster: CeleryCluster, companies: Companies, bucket: str, store: str, tmp_path: Path
) -> None:
    calm = Run.start(cluster, COMPARE, companies.names("calm")).finished()
    assert Counter(task.state for task in calm) == {"success": len(calm)}
    assert {task.worker for task in calm} == set(WORKERS)
    assert {task.try_number for task in calm} == {1}
    run = Run.start(cluster, COMPARE, companies.names("killed"))
    lost = killed_in_the_middle(run, WORKERS[0])
    done = run.finished()
    assert Counter(task.state for task in done) == {"success": len(calm)}
    assert {task.worker for task in done} == set(WORKERS)
    assert lost & {(task.task_id, task.map_index) for task in done if task.try_number > 1}
    files = copied(bucket, store, tmp_path)
    assert breaks_of(files, companies.names("killed")) == breaks_of(files, companies.names("calm"))
    assert not any(companies.writes())
    tell("comparison", done, lost)


def test_worker_that_is_killed_while_it_pushes_writes_nothing_twice(
    cluster: CeleryCluster, companies: Companies, bucket: str, store: str, tmp_path: Path
) -> None:
    for missing in set(WORKERS) - set(cluster.workers):
        cluster.start_worker(missing)
    names = companies.names("killed")
    run = Run.start(cluster, CORRECT, names)
    victim = until("a push has written something", lambda: pushing(run, companies), RUN_SECONDS, cluster.folder)
    cluster.kill_worker(victim.worker)
    at_kill = companies.writes()[victim.map_index].total()
    done = run.finished()
    assert Counter(task.state for task in done) == {"success": len(done)}
    assert {task.worker for task in done} == set(WORKERS)
    [again] = [task for task in done if (task.task_id, task.map_index) == ("push", victim.map_index)]
    assert again.try_number > 1
    receipts = receipts_of(copied(bucket, store, tmp_path), names)
    written = companies.writes()
    assert 0 < at_kill < written[victim.map_index].total()
    assert [each.total() for each in written] == [len(each) for each in receipts]
    assert {count for each in written for (method, _), count in each.items() if method == "PUT"} == {1}
    for sandbox in companies.sandboxes:
        assert set(sandbox.tally("visma_net").created_by_number.values()) <= {1}
    tell("push", done, {("push", victim.map_index)})


def pushing(run: Run, companies: Companies) -> Task | None:
    """A task that has written some of its company's customers."""
    written = companies.writes()
    return next((task for task in run.tasks("running") if task.task_id == "push" and written[task.map_index]), None)


def receipts_of(files: Path, companies: list[str]) -> list[list[dict[str, Any]]]:
    """By company: what its pushes tell, each of a record that was created or updated."""
    found = []
    for name in companies:
        told = [
            json.loads(line)
            for file in files.glob(f"erp/visma_net/{name}/pushes/*/receipts.jsonl")
            for line in file.open()
        ]
        assert {row["outcome"] for row in told} <= {"created", "updated"}
        found.append(told)
    return found


def tell(what: str, tasks: list[Task], lost: set[tuple[str, int]]) -> None:
    """For people: how the work was shared."""
    shared = Counter(task.worker for task in tasks)
    again = sum(task.try_number > 1 for task in tasks)
    print(f"{what}: {len(tasks)} tasks, {dict(shared)}; {len(lost)} lost with the worker, {again} tried again")
