"""Airflow with Celery workers on this machine, as on several: each process has a home and temporary files of its own.

They share what they share in a deployment: settings, DAG files, database, broker and object storage.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet

from scale.airflow_api import AirflowApi
from scale.loopback import HOST, free_port
from scale.processes import Program, run, start
from scale.waiting import until

CONCURRENCY = 2
"""How many tasks a worker runs at once."""

_SETTINGS = Path(__file__).with_name("settings")
_MIGRATE_SECONDS, _READY_SECONDS = 120.0, 180.0
_PARTS = {
    "api-server": ("api-server", "--host", HOST),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
}
_DEADLINES = {
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "60",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "10",
    "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": "3600",
}
"""When what a dead worker had is given to another: minutes by default, too long to wait for here."""


@dataclass(slots=True)
class CeleryCluster:
    """``python`` has Airflow and Celery; ``folder`` keeps homes and logs."""

    python: str
    folder: Path
    settings: Mapping[str, str]
    api: AirflowApi
    parts: dict[str, Program] = field(default_factory=dict)
    workers: dict[str, Program] = field(default_factory=dict)

    @property
    def logs(self) -> Path:
        """Of the tasks; those of the processes lie beside it."""
        return self.folder / "logs"

    def start_part(self, name: str) -> None:
        """One of the processes that are there once."""
        self.parts[name] = start(name, (self.python, "-m", "airflow", *_PARTS[name]), self.settings, self.folder)

    def start_worker(self, name: str) -> None:
        """One more, or one again; it takes tasks as soon as it is ready."""
        options = ("--celery-hostname", f"{name}@%h", "--queues", "default,lemonsoft,visma_net", "--skip-serve-logs")
        command = (self.python, "-m", "airflow", "celery", "worker", *options)
        self.workers[name] = start(name, command, {**self.settings, "WORKER_NAME": name}, self.folder)

    def kill_worker(self, name: str) -> None:
        """With all tasks that it runs."""
        self.workers.pop(name).kill()

    def kill(self) -> None:
        """Ends everything, the workers first."""
        with ExitStack() as stack:
            for each in (*self.parts.values(), *self.workers.values()):
                stack.callback(each.kill)

    def check(self) -> None:
        """Raises where a process ended that nobody killed."""
        for each in (*self.parts.values(), *self.workers.values()):
            each.check()

    def is_ready(self, dag_ids: tuple[str, ...]) -> bool:
        """Whether runs of these DAGs can be started."""
        self.check()
        return self.api.is_ready() and all(map(self.api.knows, dag_ids))


@contextmanager
def running_cluster(
    python: str, folder: Path, shared: Mapping[str, str], dag_ids: tuple[str, ...], workers: tuple[str, ...]
) -> Iterator[CeleryCluster]:
    """Ready to run these DAGs; all processes end with the block.

    Args:
        python: of an environment with Airflow and Celery.
        folder: for homes and logs.
        shared: settings of database, broker, DAG folder, storage and connections.
        dag_ids: the DAGs that must be known.
        workers: their names.
    """
    port = free_port()
    api = AirflowApi(f"http://{HOST}:{port}")
    cluster = CeleryCluster(python, folder, {**_common(folder, port), **shared}, api)
    run("migrate", (python, "-m", "airflow", "db", "migrate"), cluster.settings, folder, _MIGRATE_SECONDS)
    try:
        for name in _PARTS:
            cluster.start_part(name)
        for name in workers:
            cluster.start_worker(name)
        until("Airflow is ready", lambda: cluster.is_ready(dag_ids), _READY_SECONDS, folder)
        yield cluster
    finally:
        cluster.kill()


def _common(folder: Path, port: int) -> dict[str, str]:
    """The same for all processes."""
    address = f"http://{HOST}:{port}"
    return {
        **_DEADLINES,
        "PYTHONPATH": str(_SETTINGS),
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API__SECRET_KEY": secrets.token_hex(32),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__CORE__FERNET_KEY": Fernet.generate_key().decode(),
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "airflow_local_settings.worker_name",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PARALLELISM": "6",
        "AIRFLOW__CELERY__WORKER_CONCURRENCY": str(CONCURRENCY),
        "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(folder / "logs"),
    }
