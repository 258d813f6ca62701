"""The demo does what the README says, also a second time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_erp.demo.__main__ import main

ROOT = Path(__file__).parents[1]


def demo(home: Path, *more: str, dags: Path = ROOT / "dags") -> int:
    return main(["--home", str(home), "--dags", str(dags), "--customers", "50", *more])


def breaks(home: Path) -> dict[Path, Any]:
    return {file: json.loads(file.read_text())["breaks"] for file in home.glob("erp/reconciliation/**/breaks.json")}


def test_demo_prints_verdicts_counts_and_reports_and_again_the_same_for_the_same_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo(tmp_path, "--date", "2026-11-20") == 0
    first = capsys.readouterr().out
    for system in ("Visma PX", "Lemonsoft", "Fynn"):
        assert f"{system} and Visma.net ERP agree on" in first
        assert f"missing in {system}\n" in first
    reports = sorted(tmp_path.glob("erp/reconciliation/*/*/*/2026-11-20/report.html"))
    assert len(reports) == 3
    assert all(f"Report: {report}" in first for report in reports)
    before = breaks(tmp_path)

    assert demo(tmp_path, "--date", "2026-11-20") == 0
    assert capsys.readouterr().out == first
    assert breaks(tmp_path) == before
    assert sorted(tmp_path.glob("erp/reconciliation/**/report.html")) == reports


def test_demo_of_the_next_date_shows_what_is_new_and_what_was_resolved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for date in ("2026-11-19", "2026-11-20"):
        assert demo(tmp_path, "--date", date) == 0
    [*_, told] = capsys.readouterr().out.partition("for 2026-11-20")
    for state in ("persisting", "new", "resolved"):
        assert f" {state}" in told


def test_demo_that_fails_says_why_and_where_the_log_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "none").mkdir()
    assert demo(tmp_path / "home", "--date", "2026-11-20", dags=tmp_path / "none") == 1
    told = capsys.readouterr().err
    assert "airflow dags test daily_customer_reconciliation 2026-11-20 failed" in told
    assert str(tmp_path / "home" / "airflow.log") in told


FAILING = """
from datetime import timedelta
import pendulum
from airflow.sdk import DAG, task

with DAG("daily_customer_reconciliation", start_date=pendulum.datetime(2026, 1, 1), schedule="@daily"):
    @task(retries=3, retry_delay=timedelta(minutes=5))
    def fails():
        raise RuntimeError("broken on purpose")

    fails()
"""


def test_demo_whose_task_fails_says_why_at_once_and_waits_for_no_retries(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "failing.py").write_text(FAILING)
    assert demo(tmp_path / "home", "--date", "2026-11-20", dags=tmp_path / "dags") == 1
    assert capsys.readouterr().err.splitlines()[-1] == "RuntimeError: broken on purpose"
    assert (tmp_path / "home" / "airflow.log").read_text().count("Task failed with exception") == 1


def test_demo_of_a_date_before_the_dag_starts_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert demo(tmp_path, "--date", "2025-06-01") == 1
    assert "no report for 2025-06-01" in capsys.readouterr().err


def test_demo_of_a_date_to_come_says_why_it_fails_in_its_last_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo(tmp_path, "--date", "2999-01-01") == 1
    assert "is in the future" in capsys.readouterr().err.splitlines()[-1]


def test_date_of_the_demo_is_today_unless_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "default: today" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["--date", "tomorrow"])
    assert "expected a date such as 2026-11-20, got 'tomorrow'" in capsys.readouterr().err
