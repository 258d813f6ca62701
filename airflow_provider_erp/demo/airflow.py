"""An Airflow of its own, on SQLite, that knows nothing of the caller's."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]

HOST = "127.0.0.1"
_PARTS = (("api-server",), ("scheduler", "--skip-serve-logs"), ("dag-processor",), ("triggerer", "--skip-serve-logs"))
_READY_SECONDS, _STOP_SECONDS = 180.0, 5.0
_LOCKED_SECONDS = 120
"""How long a process waits for SQLite. By default 5 seconds: after three such waits the scheduler ends for good."""


def environment_in(home: Path, dags: Path, more: Mapping[str, str]) -> dict[str, str]:
    """What its processes see; ``home`` keeps its database, its logs and what the DAGs write."""
    of_this_python = str(Path(sys.executable).parent)  # standalone starts its parts by the name airflow
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
        "PATH": os.pathsep.join((of_this_python, os.environ.get("PATH", os.defpath))),
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow' / 'airflow.db'}?timeout={_LOCKED_SECONDS}",
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__ERP__BASE_PATH": (home / "erp").as_uri(),
        **more,
    }


def command_of(*arguments: str) -> list[str]:
    """Airflow's command in this Python's environment."""
    return [sys.executable, "-m", "airflow", *arguments]


def succeeded(command: list[str], environment: Mapping[str, str], log: Path) -> bool:
    """Runs it to its end, its output goes to the log; whether it succeeded comes back."""
    with log.open("w", encoding="utf-8") as output:
        done = subprocess.run(  # noqa: S603 - our own words, no shell
            command, env=dict(environment), stdout=output, stderr=subprocess.STDOUT, check=False
        )
    return done.returncode == 0


def free_port(*wanted: int) -> int:
    """The first of these ports of this machine that nobody has; 0 stands for any."""
    for port in wanted:
        with socket.socket() as place:
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                place.bind((HOST, port))
            except OSError:
                continue
            return int(place.getsockname()[1])
    raise OSError("no free port")


def served_at(address: str) -> dict[str, str]:
    """Settings for an Airflow whose UI is there, and for nobody but this machine."""
    return {
        "AIRFLOW__API__HOST": HOST,
        "AIRFLOW__API__PORT": address.rsplit(":", 1)[1],
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
    }


@contextmanager
def running_airflow(environment: Mapping[str, str], log: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """All of Airflow's processes, which end with the block; the first shows the UI.

    They are what ``airflow standalone`` starts, without its two servers of logs, which listen on every interface.
    """
    with log.open("ab") as output:
        processes = [
            subprocess.Popen(  # noqa: S603 - our own words, no shell
                command_of(*part), env=dict(environment), stdout=output, stderr=output, start_new_session=True
            )
            for part in _PARTS
        ]
        try:
            yield processes
        except KeyboardInterrupt:
            print("Stopping ...", flush=True)
        finally:
            _stop(processes)


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """Also the tasks end, which are in process groups of their own."""
    everybody = [psutil.Process(each.pid) for each in processes if each.poll() is None]
    everybody += [child for parent in everybody for child in parent.children(recursive=True)]
    for end in (psutil.Process.terminate, psutil.Process.kill):
        for each in everybody:
            with suppress(psutil.NoSuchProcess):
                end(each)
        _, everybody = psutil.wait_procs(everybody, timeout=_STOP_SECONDS)
    for each in processes:
        each.wait()


def first_to_end(processes: list[subprocess.Popen[bytes]]) -> str:
    """Waits until one of them has ended by itself, and tells which part of Airflow that was."""
    while True:
        for part, process in zip(_PARTS, processes, strict=True):
            if process.poll() is not None:
                return part[0]
        time.sleep(1)


def is_ready(address: str, processes: list[subprocess.Popen[bytes]]) -> bool:
    """Waits until the scheduler and the DAG processor are alive."""
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and all(each.poll() is None for each in processes):
        try:
            with urllib.request.urlopen(f"{address}/api/v2/monitor/health", timeout=5) as answer:  # noqa: S310
                health = json.load(answer)
        except (OSError, ValueError):
            health = {}
        if all(health.get(part, {}).get("status") == "healthy" for part in ("scheduler", "dag_processor")):
            return True
        time.sleep(1)
    return False
