"""Airflow's own UI on this machine, with the sandbox, its connections and the example DAGs in place."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from airflow_provider_erp.demo.airflow import command_of, environment_in, succeeded
from airflow_provider_erp.sandbox.server import running_sandbox

HOST = "127.0.0.1"
_READY_SECONDS, _STOP_SECONDS = 180.0, 20.0
_WELCOME = "\n  {address}\n\nNobody is asked to log in, and only this machine can reach it. Ctrl-C ends it."
_RIGHTS = " ".join(f"vismanet_erp_service_api:{right}" for right in ("read", "create", "update"))


def main(arguments: list[str] | None = None) -> int:
    """Runs until Ctrl-C; the exit status is 1 where Airflow does not start."""
    asked = _parser().parse_args(arguments)
    for sent in (signal.SIGINT, signal.SIGTERM):  # a shell may have told its children to ignore the first
        signal.signal(sent, signal.default_int_handler)
    home: Path = asked.home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    address = f"http://{HOST}:{asked.port or _free_port()}"
    environment = environment_in(home, asked.dags.resolve(), _settings(address))
    print(f"A sandbox with {asked.customers} customers (seed {asked.seed}) stands in for the four systems.")
    with running_sandbox(seed=asked.seed, customers=asked.customers) as sandbox:
        if not _prepared(home, environment, _writable(sandbox.connections())):
            print(f"Airflow's database could not be prepared; see {home / 'airflow.log'}", file=sys.stderr)
            return 1
        print("Starting Airflow (about a minute) ...", flush=True)
        with _standalone(environment, home / "airflow.log") as process:
            if not _is_ready(address, process):
                print(f"Airflow did not start; see {home / 'airflow.log'}", file=sys.stderr)
                return 1
            print(_WELCOME.format(address=address), flush=True)
            process.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m airflow_provider_erp.demo.ui", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="of Airflow (default: 8080, or a free one)")
    parser.add_argument("--customers", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--home", type=Path, default=Path(".demo/ui"), help="keeps everything (default: .demo/ui)")
    parser.add_argument("--dags", type=Path, default=Path("dags"), help="the DAG folder (default: dags)")
    return parser


def _free_port(usual: int = 8080) -> int:
    for port in (usual, 0):
        with socket.socket() as place:
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                place.bind((HOST, port))
            except OSError:
                continue
            return int(place.getsockname()[1])
    raise OSError("no free port")


def _settings(address: str) -> dict[str, str]:
    return {
        "AIRFLOW__API__HOST": HOST,
        "AIRFLOW__API__PORT": address.rsplit(":", 1)[1],
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
    }


def _writable(connections: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """So that an approved plan can be pushed."""
    connections["visma_net_default"]["extra"] |= {"scope": _RIGHTS}
    return connections


def _prepared(home: Path, environment: dict[str, str], connections: dict[str, dict[str, Any]]) -> bool:
    """Makes the database, and puts the connections into it, where the UI shows them."""
    file = home / "connections.json"
    file.write_text(json.dumps(connections), encoding="utf-8")
    steps = (("db", "migrate"), ("connections", "import", "--overwrite", str(file)))
    try:
        return all(succeeded(command_of(*step), environment, home / "airflow.log") for step in steps)
    finally:
        file.unlink()


@contextmanager
def _standalone(environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """All of Airflow's processes, in a group of their own that ends with the block."""
    with (
        log.open("wb") as output,
        subprocess.Popen(  # noqa: S603 - our own words, no shell
            command_of("standalone"), env=environment, stdout=output, stderr=output, start_new_session=True
        ) as process,
    ):
        try:
            yield process
        except KeyboardInterrupt:
            print("Stopping ...", flush=True)
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    for sent in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sent)
            process.wait(_STOP_SECONDS)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def _is_ready(address: str, process: subprocess.Popen[bytes]) -> bool:
    """Waits until the scheduler and the DAG processor are alive."""
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/api/v2/monitor/health", timeout=5) as answer:  # noqa: S310
                health = json.load(answer)
        except (OSError, ValueError):
            health = {}
        if all(health.get(part, {}).get("status") == "healthy" for part in ("scheduler", "dag_processor")):
            return True
        time.sleep(1)
    return False


if __name__ == "__main__":
    sys.exit(main())
