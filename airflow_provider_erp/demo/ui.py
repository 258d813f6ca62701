"""Airflow's own UI on this machine, with the sandbox, its connections and the example DAGs in place."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path
from typing import Any

from airflow_provider_erp.demo.airflow import (
    HOST,
    command_of,
    environment_in,
    first_to_end,
    free_port,
    is_ready,
    running_airflow,
    served_at,
    succeeded,
)
from airflow_provider_erp.sandbox.server import running_sandbox

_OPEN = {"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True"}
_WELCOME = "\n  {address}\n\nNobody is asked to log in, and only this machine can reach it. Ctrl-C ends it."
_RIGHTS = " ".join(f"vismanet_erp_service_api:{right}" for right in ("read", "create", "update"))


def main(arguments: list[str] | None = None) -> int:
    """Runs until Ctrl-C; the exit status is 1 where Airflow does not start, or one of its processes ends."""
    asked = _parser().parse_args(arguments)
    for sent in (signal.SIGINT, signal.SIGTERM):  # a shell may have told its children to ignore the first
        signal.signal(sent, signal.default_int_handler)
    home: Path = asked.home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    ended = ""
    address = f"http://{HOST}:{asked.port or free_port(8080, 0)}"
    environment = environment_in(home, asked.dags.resolve(), served_at(address) | _OPEN)
    print(f"A sandbox with {asked.customers} customers (seed {asked.seed}) stands in for the four systems.")
    with running_sandbox(seed=asked.seed, customers=asked.customers) as sandbox:
        if not _prepared(home, environment, _writable(sandbox.connections())):
            print(f"Airflow's database could not be prepared; see {home / 'airflow.log'}", file=sys.stderr)
            return 1
        print("Starting Airflow (about a minute) ...", flush=True)
        with running_airflow(environment, home / "airflow.log") as processes:
            if not is_ready(address, processes):
                print(f"Airflow did not start; see {home / 'airflow.log'}", file=sys.stderr)
                return 1
            print(_WELCOME.format(address=address), flush=True)
            ended = first_to_end(processes)
    if ended:
        print(f"Airflow's {ended} ended; see {home / 'airflow.log'}", file=sys.stderr)
    return 1 if ended else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m airflow_provider_erp.demo.ui", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="of Airflow (default: 8080, or a free one)")
    parser.add_argument("--customers", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--home", type=Path, default=Path(".demo/ui"), help="keeps everything (default: .demo/ui)")
    parser.add_argument("--dags", type=Path, default=Path("dags"), help="the DAG folder (default: dags)")
    return parser


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


if __name__ == "__main__":
    sys.exit(main())
