"""The main job on one machine: the daily reconciliation, through Airflow on SQLite, against the sandbox."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from airflow_provider_erp.demo.airflow import command_of, environment_in, succeeded
from airflow_provider_erp.sandbox.server import running_sandbox

DAG = "daily_customer_reconciliation"
NO_RETRIES = "def task_policy(task):\n    task.retries = 0\n"
"""Airflow reads it as the settings of this installation: the DAG's own retries take minutes, in silence."""
_REASON = re.compile(r"\S*(Error|Exception|Exit|Unavailable|InconsistentRead)\S*: ")


def main(arguments: list[str] | None = None) -> int:
    """Runs the DAG for a date and prints its verdicts; the exit status is Airflow's."""
    asked = _parser().parse_args(arguments)
    home: Path = asked.home.resolve()
    settings = home / "airflow" / "config" / "airflow_local_settings.py"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(NO_RETRIES, encoding="utf-8")
    print(f"A sandbox with {asked.customers} customers (seed {asked.seed}) stands in for the four systems.")
    reports = home / "erp" / "reconciliation"
    with running_sandbox(seed=asked.seed, customers=asked.customers, day=_day(reports, asked.date)) as sandbox:
        environment = _environment(home, asked.dags.resolve(), sandbox.connections())
        for what, command in (
            ("Preparing Airflow's database (SQLite)", ["db", "migrate"]),
            (f"Running the DAG {DAG} for {asked.date}", ["dags", "test", DAG, asked.date.isoformat()]),
        ):
            print(f"{what} ...", flush=True)
            if not _airflow(command, environment, home / "airflow.log"):
                return 1
    if _print_verdicts(reports, asked.date):
        return 0
    print(f"There is no report for {asked.date}: is that before the DAG's start_date?", file=sys.stderr)
    return 1


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as exc:
        raise argparse.ArgumentTypeError(f"expected a date such as 2026-11-20, got {text!r}") from exc


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m airflow_provider_erp.demo", description=__doc__)
    today = dt.datetime.now(dt.UTC).date()
    parser.add_argument("--date", type=_date, default=today, help="the run's date (default: today)")
    parser.add_argument("--customers", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--home", type=Path, default=Path(".demo"), help="where everything is kept (default: .demo)")
    parser.add_argument("--dags", type=Path, default=Path("dags"), help="the DAG folder (default: dags)")
    return parser


def _day(reports: Path, date: dt.date) -> int:
    """How far the systems have moved on: by a day with each earlier date that was run."""
    dates = {folder.name for folder in reports.glob("*/*/*/????-??-??")}
    return sum(earlier < date.isoformat() for earlier in dates)


def _environment(home: Path, dags: Path, connections: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Knows the sandbox's connections."""
    named = {f"AIRFLOW_CONN_{conn_id.upper()}": json.dumps(connection) for conn_id, connection in connections.items()}
    return environment_in(home, dags, named)


def _airflow(command: list[str], environment: dict[str, str], log: Path) -> bool:
    """Whether the command succeeded; where not, the end of its output and its reason are printed."""
    if succeeded(command_of(*command), environment, log):
        return True
    lines = log.read_text(encoding="utf-8").splitlines()
    reasons = [line for line in lines if _REASON.match(line)] or lines[-1:]
    print(f"airflow {' '.join(command)} failed; all of its output is in {log}", file=sys.stderr)
    print(*dict.fromkeys(reasons[-2:]), sep="\n", file=sys.stderr)
    return False


def _print_verdicts(reports: Path, date: dt.date) -> bool:
    """Whether there are any."""
    found = sorted(reports.glob(f"*/*/*/{date.isoformat()}/breaks.json"))
    for breaks in found:
        result = json.loads(breaks.read_text(encoding="utf-8"))
        print(f"\n{result['verdict']}")
        states = Counter(row["state"] for row in result["breaks"]) + Counter(resolved=len(result["resolved"]))
        print(f"  {', '.join(f'{count} {state}' for state, count in states.most_common())}")
        for kind, count in result["counts"].items():
            print(f"  {count:>4}  {result['kinds'][kind]}")
        print(f"  Report: {breaks.with_name('report.html')}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
