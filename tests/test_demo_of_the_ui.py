"""``make ui`` shows Airflow with connections and DAGs in place, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
from sqlalchemy import create_engine, text

from airflow_provider_erp.demo.airflow import environment_in

ROOT = Path(__file__).parents[1]
LONGER_THAN_BY_DEFAULT = 6.0
"""Seconds; SQLite's Python module waits for 5."""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address, and the process that shows it."""
    with shown_in(tmp_path_factory.mktemp("ui")) as shown:
        yield shown


@contextmanager
def shown_in(home: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [sys.executable, "-m", "airflow_provider_erp.demo.ui", "--home", str(home), "--customers", "50"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        lines = iter(process.stdout.readline, "")
        address = next((line.strip() for line in lines if line.strip().startswith("http")), "")
        yield address, process
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)


def asked(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=30) as answer:
        return json.load(answer)


def test_connections_and_dags_are_in_place_and_no_secret_is_shown(
    shown: tuple[str, subprocess.Popen[str]],
) -> None:
    address, _ = shown
    connections = asked(f"{address}/api/v2/connections")["connections"]
    assert {each["conn_type"] for each in connections} == {"visma_px", "visma_net", "lemonsoft", "fynn"}
    assert "sandbox-phrase" not in json.dumps(connections)
    dags = {each["dag_id"] for each in asked(f"{address}/api/v2/dags")["dags"]}
    assert {"daily_customer_reconciliation", "customer_corrections"} <= dags
    assert asked(f"{address}/api/v2/importErrors")["total_entries"] == 0


def test_only_this_machine_can_reach_it(shown: tuple[str, subprocess.Popen[str]]) -> None:
    started = psutil.Process(shown[1].pid)
    everybody = [started, *started.children(recursive=True)]
    open_ports = [port for each in everybody for port in each.net_connections("inet") if port.status == "LISTEN"]
    assert {port.laddr.ip for port in open_ports} == {"127.0.0.1"}


def test_when_it_ends_nothing_is_left(shown: tuple[str, subprocess.Popen[str]]) -> None:
    address, process = shown
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0
    with pytest.raises(OSError, match="refused"):
        asked(address)


def test_part_of_airflow_that_ends_is_told_and_ends_the_rest(tmp_path: Path) -> None:
    with shown_in(tmp_path) as (address, process):
        [scheduler] = (child for child in psutil.Process(process.pid).children() if "scheduler" in child.cmdline())
        scheduler.kill()
        _, told = process.communicate(timeout=60)
    assert told == f"Airflow's scheduler ended; see {tmp_path / 'airflow.log'}\n"
    assert process.returncode == 1
    with pytest.raises(OSError, match="refused"):
        asked(address)


def test_database_that_another_process_has_locked_for_a_while_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "airflow").mkdir()
    address = environment_in(tmp_path, tmp_path, {})["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    with sqlite3.connect(tmp_path / "airflow" / "airflow.db", isolation_level=None, check_same_thread=False) as locker:
        locker.execute("BEGIN EXCLUSIVE")
        threading.Timer(LONGER_THAN_BY_DEFAULT, locker.execute, ["ROLLBACK"]).start()
        with create_engine(address).begin() as connection:
            connection.execute(text("CREATE TABLE waited (seconds INTEGER)"))
