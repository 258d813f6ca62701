"""The sandbox as a whole: where it is, what it notes, how it ends, and its command line."""

from __future__ import annotations

import json
import shlex
import signal
import socket
import subprocess
import sys
import threading

import pytest
import requests
from sandbox_client import open_client

from airflow_provider_erp.sandbox import running_sandbox
from airflow_provider_erp.sandbox.__main__ import main
from airflow_provider_erp.sandbox.faults.board import KINDS
from airflow_provider_erp.sandbox.faults.targets import VENDORS


def test_contents_name_the_four_systems() -> None:
    with open_client(customers=5) as client:
        contents = client.control("GET", "/").json()
    assert contents["systems"]["lemonsoft"] == f"{client.sandbox.url}/lemonsoft"
    assert contents["truth"] == f"{client.sandbox.url}/truth"
    assert len(contents["systems"]) == 4


def test_tokens_and_session_ids_that_were_issued_are_known_also_when_they_have_expired() -> None:
    with open_client(customers=5, requests_per_session=1) as client:
        first = [client.token, client.lemonsoft_session]
        client.sandbox.arm("visma_net", "expired_token")
        assert client.visma_net().status_code == 401
        assert [client.lemonsoft().status_code for _ in range(2)] == [200, 401]
        later = [client.request_token().json()["access_token"], client.log_in().json()["session_id"]]
        client.request_token(scope="everything")
        client.log_in(Password="wrong")
    assert client.sandbox.issued == first + later


def test_requests_are_noted_as_they_were_sent_and_control_requests_are_not() -> None:
    with open_client(customers=5) as client:
        client.control("GET", "/truth")
        client.px("Customer", changedSince="2026-11-01T00:00:00.0000000+02:00")
    method, path = client.sandbox.requests[-1]
    assert method == "GET"
    assert path.endswith("changedSince=2026-11-01T00%3A00%3A00.0000000%2B02%3A00")
    assert [path for _, path in client.sandbox.requests if path.startswith("/truth")] == []


def test_end_closes_the_port_and_the_thread() -> None:
    with running_sandbox(customers=5) as sandbox:
        port = int(sandbox.url.rpartition(":")[2])
    assert "erp-sandbox" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        pass


def test_sandbox_ends_when_its_block_fails() -> None:
    with pytest.raises(LookupError), running_sandbox(customers=5):
        raise LookupError
    assert "erp-sandbox" not in {thread.name for thread in threading.enumerate()}


def test_two_sandboxes_run_side_by_side() -> None:
    with running_sandbox(customers=5) as first, running_sandbox(customers=5) as second:
        assert first.url != second.url
        assert first.truth() == second.truth()


def test_taken_port_is_an_error() -> None:
    with running_sandbox(customers=5) as sandbox:
        second = running_sandbox(customers=5, port=int(sandbox.url.rpartition(":")[2]))
        with pytest.raises(OSError, match="in use"), second:
            pass


def test_empty_population_is_served() -> None:
    with open_client(customers=0) as client:
        assert client.all_px() == client.all_visma_net() == client.all_lemonsoft() == client.all_fynn() == []


def test_printed_connections_are_those_of_the_running_sandbox(capsys: pytest.CaptureFixture[str]) -> None:
    with running_sandbox(customers=5) as sandbox:
        port = sandbox.url.rpartition(":")[2]
        assert main(["--port", port, "--print-connections"]) == 0
        lines = capsys.readouterr().out.splitlines()
        printed = {}
        for line in lines:
            export, assignment = shlex.split(line)
            name, _, value = assignment.partition("=")
            assert export == "export"
            printed[name.removeprefix("AIRFLOW_CONN_").lower()] = json.loads(value)
    assert printed == sandbox.connections()


def test_command_line_serves_until_told_to_end_with_its_faults_armed(capsys: pytest.CaptureFixture[str]) -> None:
    armed = []

    def look() -> None:
        url = next(line.split()[1] for line in capsys.readouterr().out.splitlines() if line.startswith("  faults"))
        armed.extend(requests.get(url, timeout=10).json())

    faults = ["--fault", "fynn:500:3", "--fault", "lemonsoft:reset", "--fault", "fynn:empty_page:1:2"]
    assert main(["--port", "0", "--customers", "5", *faults], look) == 0
    assert [tuple(each.values()) for each in armed] == [
        ("fynn", "500", 3, 0),
        ("lemonsoft", "reset", 1, 0),
        ("fynn", "empty_page", 1, 2),
    ]


def test_first_line_says_what_runs_and_how_to_stop_it_and_the_addresses_are_aligned(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["--port", "0", "--customers", "5", "--seed", "3"], lambda: None)
    first, _, *rest = capsys.readouterr().out.splitlines()
    addresses = rest[: rest.index("")]
    assert "5 customers (seed 3, day 0)" in first
    assert first.endswith("Ctrl+C stops it.")
    assert [line.split()[0] for line in addresses] == [*VENDORS, "truth", "written", "day", "faults"]
    assert len({line.index("http://") for line in addresses}) == 1


def test_command_line_begins_on_the_day_that_it_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", "0", "--customers", "5", "--day", "2", "--latency", "0.01"], lambda: None) == 0
    assert "(seed 7, day 2)" in capsys.readouterr().out


def test_help_explains_every_kind_of_fault_and_whom_it_cannot_hit(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    lines = capsys.readouterr().out.splitlines()
    explained = {line.split()[0]: line for line in lines if line.startswith("    ") and line.split()[0] in KINDS}
    assert explained.keys() == KINDS.keys()
    assert explained["total_changes"].endswith("(visma_net, fynn)")
    assert "(" not in explained["bom"]


def test_taken_port_is_named_with_the_way_out(capsys: pytest.CaptureFixture[str]) -> None:
    with running_sandbox(customers=5) as sandbox:
        port = sandbox.url.rpartition(":")[2]
        with pytest.raises(SystemExit):
            main(["--port", port])
    assert f"port {port} cannot be had" in capsys.readouterr().err


def test_company_of_every_connection_is_named_and_does_not_depend_on_the_port() -> None:
    with running_sandbox(customers=5) as first, running_sandbox(customers=5) as second:
        companies = [{each["extra"]["company"] for each in it.connections().values()} for it in (first, second)]
    assert companies == [{"Sandbox"}] * 2


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--fault", "sap:500"], "expected a vendor"),
        (["--fault", "fynn:500:many"], "VENDOR:KIND"),
        (["--fault", "fynn:500:1:soon"], "VENDOR:KIND"),
        (["--fault", "visma_px:repeated_page"], "visma_px has no pages; only visma_net, lemonsoft, fynn have"),
        (["--port", "0", "--customers", "-1"], "0 or more"),
        (["--port", "0", "--day", "-1"], "0 or later"),
        (["--port", "0", "--latency", "-1"], "0 seconds or more"),
        (["--port", "70000"], "a port from 0 to 65535"),
        (["--port", "0", "--print-connections"], "needs the port"),
    ],
)
def test_command_line_refuses_what_cannot_be(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_process_ends_cleanly_on_a_signal(end: signal.Signals) -> None:
    command = [sys.executable, "-W", "error", "-m", "airflow_provider_erp.sandbox", "--port", "0", "--customers", "5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().endswith("Ctrl+C stops it.\n")
        process.send_signal(end)
        assert process.wait(timeout=20) == 0
        assert process.stderr.read() == ""
