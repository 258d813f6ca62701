"""``make ui`` shows Airflow with connections and DAGs in place, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address, and the process that shows it."""
    home = tmp_path_factory.mktemp("ui")
    command = [sys.executable, "-m", "airflow_provider_erp.demo.ui", "--home", str(home), "--customers", "50"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
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
