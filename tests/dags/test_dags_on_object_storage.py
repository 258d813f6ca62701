"""The example DAGs, unchanged, with everything that they write on an object store."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pytest
from example_dags import load_dag
from object_store import copied
from published_report import facts, report_of

from airflow_provider_erp.landing import storage
from airflow_provider_erp.sandbox import Sandbox

SANDBOX = {"seed": 11, "customers": 120}
DAY = dt.datetime(2026, 11, 19, tzinfo=dt.UTC)
SYSTEMS = ("visma_px", "lemonsoft", "fynn")


@pytest.fixture
def base(bucket: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AIRFLOW__ERP__BASE_PATH", f"{bucket}/erp")
    return f"{bucket}/erp"


def output(run: Any, task_id: str) -> Any:
    [instance] = [each for each in run.get_task_instances() if each.task_id == task_id]
    return instance.xcom_pull(task_ids=task_id)


def test_two_days_of_reconciliation_find_what_was_planted(
    run_dag: Any, sandbox: Sandbox, base: str, object_store: str, tmp_path: Path
) -> None:
    found = set()
    for day in (DAY, DAY + dt.timedelta(days=1)):
        run = run_dag(load_dag("daily_customer_reconciliation"), logical_date=day)
        assert run.state == "success"
        assert output(run, "reconcile_fynn")["report"].startswith(f"{base}/reconciliation/")
        here = copied(base, object_store, tmp_path / f"{day:%d}") / "erp"
        for wanted in sandbox.truth()["reconciliations"]:
            if wanted["source"] in SYSTEMS:
                told = report_of(here, f"{wanted['source']}_customers", day.date())
                assert set(facts(told["breaks"])) == set(facts(wanted["breaks"]))
                found |= {row["since"] for row in told["breaks"]}
        sandbox.advance()
    assert found == {"2026-11-19", "2026-11-20"}


def test_night_after_night_the_snapshot_follows_the_systems(
    run_dag: Any, sandbox: Sandbox, base: str, tmp_path: Path
) -> None:
    ids = []
    for night in range(2):
        run = run_dag(load_dag("incremental_project_hours"), logical_date=DAY + dt.timedelta(days=night))
        assert run.state == "success"
        assert output(run, "fetch_lemonsoft")["coverage"] == ("changes" if night else "full")
        storage.copy(output(run, "snapshot_lemonsoft")["snapshot"], tmp_path / "now.parquet")
        with duckdb.connect() as engine:
            rows = engine.read_parquet(str(tmp_path / "now.parquet")).select("source_id").fetchall()
        ids.append({row[0] for row in rows})
        if not night:
            sandbox.advance()
    added = sandbox.truth()["changes"]["lemonsoft"]["invoice"]["added"]
    assert len(ids[1] - ids[0]) == len(added) > 0
