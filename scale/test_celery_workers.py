"""Twenty companies on two Celery workers, one of which is killed: the same breaks, and no write is sent twice."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from object_store import CONN_ID, a_bucket, connection, copied, running_object_store
from published_report import facts
from temporary_postgres import temporary_postgres

from scale.airflow_api import Task
from scale.celery_cluster import CONCURRENCY, CeleryCluster, running_cluster
from scale.companies import COMPANIES, SYSTEMS, Companies, running_companies
from scale.redis_server import running_redis
from scale.runs import RUN_SECONDS, Place, Run, tell, tried_again
from scale.waiting import until

HERE = Path(__file__).parent
DAGS = (HERE.parent / "dags/companies_reconciliation.py", HERE / "dags/companies_corrections.py")
COMPARE, CORRECT = (file.stem for file in DAGS)
WORKERS = ("worker-1", "worker-2")


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


def breaks_of(files: Path, companies: list[str]) -> list[list[tuple[Any, ...]]]:
    """By company: what the report tells, in order."""
    found = []
    for name in companies:
        [report] = files.glob(f"erp/reconciliation/company_customers/lemonsoft-{name}/*/*/breaks.json")
        found.append(sorted(facts(json.loads(report.read_bytes())["breaks"]), key=repr))
    return found


def receipts_of(files: Path, companies: list[str]) -> list[list[dict[str, Any]]]:
    """By company: what its push tells, a line for each record."""
    found = []
    for name in companies:
        [receipts] = files.glob(f"erp/visma_net/{name}/pushes/*/receipts.jsonl")
        found.append([json.loads(line) for line in receipts.read_text(encoding="utf-8").splitlines()])
    return found


def killed_in_the_middle(run: Run, worker: str) -> set[Place]:
    """Kills the worker when a third of the tasks are done and it has its hands full; what died with it."""

    def is_busy() -> bool:
        return len(run.tasks("success")) > COMPANIES and len(run.running_on(worker)) == CONCURRENCY

    until(f"{worker} is at work", is_busy, RUN_SECONDS, run.cluster.logs)
    run.cluster.kill_worker(worker)
    return run.running_on(worker)


def killed_while_it_pushes(run: Run, companies: Companies) -> set[Place]:
    """Kills a worker one of whose pushes has written some customers, and not all; what died with it."""

    def begun() -> Task | None:
        written = [each.total() for each in companies.writes()]
        pushes = (task for task in run.tasks("running") if task.task_id == "push")
        return next((task for task in pushes if written[task.map_index] > 2), None)

    pushing = until("a push is under way", begun, RUN_SECONDS, run.cluster.logs)
    run.cluster.kill_worker(pushing.worker)
    return run.running_on(pushing.worker)


def test_worker_that_is_killed_in_the_middle_changes_no_break(
    cluster: CeleryCluster, companies: Companies, bucket: str, store: str, tmp_path: Path
) -> None:
    calm = Run.start(cluster, COMPARE, companies.names("calm")).finished()
    assert not tried_again(calm)
    run = Run.start(cluster, COMPARE, companies.names("killed"))
    lost = killed_in_the_middle(run, WORKERS[0])
    done = run.finished()
    for tasks in (calm, done):
        assert Counter(task.state for task in tasks) == {"success": 1 + 3 * COMPANIES}
        assert {task.worker for task in tasks} == set(WORKERS)
    assert lost
    assert lost <= tried_again(done)
    files = copied(bucket, store, tmp_path)
    wanted, found = (breaks_of(files, companies.names(each)) for each in ("calm", "killed"))
    assert all(wanted)
    assert found == wanted
    assert not any(companies.writes())
    tell(run, done, lost, f"{sum(map(len, found))} breaks, as in the undisturbed run")


def test_worker_that_is_killed_while_it_pushes_writes_nothing_twice(
    cluster: CeleryCluster, companies: Companies, bucket: str, store: str, tmp_path: Path
) -> None:
    for missing in set(WORKERS) - set(cluster.workers):
        cluster.start_worker(missing)
    run = Run.start(cluster, CORRECT, companies.names("killed"))
    lost = killed_while_it_pushes(run, companies)
    at_kill = companies.writes()
    done = run.finished()
    assert Counter(task.state for task in done) == {"success": 1 + 5 * COMPANIES}
    assert {task.worker for task in done} == set(WORKERS)
    assert lost <= tried_again(done)
    written, receipts = companies.writes(), receipts_of(copied(bucket, store, tmp_path), companies.names("killed"))
    begun = [at_kill[place].total() for task, place in lost if task == "push"]
    assert any(0 < at_kill[place].total() < written[place].total() for task, place in lost if task == "push")
    assert {row["outcome"] for each in receipts for row in each} == {"created", "updated"}
    assert [each.total() for each in written] == [len(each) for each in receipts]
    assert {count for each in written for (method, _), count in each.items() if method == "PUT"} == {1}
    for sandbox in companies.sandboxes:
        assert set(sandbox.tally("visma_net").created_by_number.values()) <= {1}
    tell(run, done, lost, f"{sum(map(len, receipts))} customers, each written once; {sum(begun)} at the kill")
