"""Airflow as people see it: its processes on a free port of this machine, with users, example DAGs and the sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from airflow_provider_erp.demo.airflow import (
    HOST,
    command_of,
    environment_in,
    free_port,
    is_ready,
    running_airflow,
    served_at,
    succeeded,
)
from airflow_provider_erp.sandbox.server import Sandbox, running_sandbox

DAGS = Path(__file__).parents[2] / "dags"
DAILY, CORRECTIONS = "daily_customer_reconciliation", "customer_corrections"
DRY, WET = "max_changes=500)", "max_changes=500, dry_run=False)"
USERS = {"admin": "admin", "viewer": "viewer", "stranger": ""}
"""Roles by user; who has none may log in and see nothing. The password is the name."""


@dataclass(frozen=True, slots=True)
class ShownAirflow:
    """Where Airflow is shown, and what its connections lead to."""

    address: str
    sandbox: Sandbox

    @property
    def port(self) -> int:
        """The sandbox's; Airflow's Test asks for one."""
        return int(self.sandbox.url.rpartition(":")[2])


@contextmanager
def shown_airflow(home: Path) -> Iterator[ShownAirflow]:
    """All of it until the block ends; a person must log in, and an approved push writes."""
    dags, passwords = home / "dags", home / "passwords.json"
    dags.mkdir()
    for name in (DAILY, CORRECTIONS):
        (dags / f"{name}.py").write_text(_as_trusted((DAGS / f"{name}.py").read_text(encoding="utf-8")))
    passwords.write_text(json.dumps({name: name for name in USERS}))
    address = f"http://{HOST}:{free_port(0)}"
    more = {
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{name}:{role}" for name, role in USERS.items()),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "AIRFLOW__CORE__PARALLELISM": "4",
    }
    log, environment = home / "airflow.log", environment_in(home, dags, served_at(address) | more)
    assert succeeded(command_of("db", "migrate"), environment, log), log.read_text(encoding="utf-8")[-4000:]
    with (
        running_sandbox(seed=11, customers=60, requests_per_session=10_000, visma_net_limit=10_000) as sandbox,
        running_airflow(environment, log) as processes,
    ):
        if not is_ready(address, processes):
            raise TimeoutError(f"Airflow did not start:\n{log.read_text(encoding='utf-8')[-4000:]}")
        yield ShownAirflow(address, sandbox)
        ended = [process.args for process in processes if process.poll() is not None]
        assert not ended, f"{ended} ended by themselves:\n{log.read_text(encoding='utf-8')[-4000:]}"


def _as_trusted(dag: str) -> str:
    """The DAG as somebody has it who trusts its plans."""
    return dag.replace(DRY, WET)
