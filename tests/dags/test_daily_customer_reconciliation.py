"""The example DAG, through Airflow, against the sandbox: the breaks that it finds are those that were planted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from example_dags import DAGS, load_dag
from published_report import facts, report_of

from airflow_provider_erp.sandbox import Sandbox

NAME = "daily_customer_reconciliation"
SANDBOX = {"seed": 11, "customers": 200}
DAY = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
SYSTEMS = ("visma_px", "lemonsoft", "fynn")


def report(base_path: Path, system: str, day: dt.datetime = DAY) -> Any:
    return report_of(base_path, f"{system}_customers", day.date())


def planted(sandbox: Sandbox, system: str) -> list[tuple[Any, ...]]:
    [wanted] = [each for each in sandbox.truth()["reconciliations"] if each["source"] == system]
    return facts(wanted["breaks"])


def test_breaks_found_are_the_breaks_planted_and_a_second_run_finds_the_same_once(
    run_dag: Any, sandbox: Sandbox, base_path: Path
) -> None:
    assert run_dag(load_dag(NAME), logical_date=DAY).state == "success"
    first = {system: report(base_path, system) for system in SYSTEMS}
    for system in SYSTEMS:
        assert sorted(facts(first[system]["breaks"]), key=str) == sorted(planted(sandbox, system), key=str)

    assert run_dag(load_dag(NAME), logical_date=DAY).state == "success"
    for system in SYSTEMS:
        assert report(base_path, system)["breaks"] == first[system]["breaks"]


def test_breaks_come_and_go_with_the_days_and_the_report_tells_since_when(
    run_dag: Any, sandbox: Sandbox, base_path: Path
) -> None:
    before: dict[str, set[tuple[Any, ...]]] = {system: set() for system in SYSTEMS}
    for number in range(4):
        day = DAY - dt.timedelta(days=3 - number)
        assert run_dag(load_dag(NAME), logical_date=day).state == "success"
        for system in SYSTEMS:
            told, wanted = report(base_path, system, day), set(planted(sandbox, system))
            assert set(facts(told["breaks"])) == wanted
            came, went = wanted - before[system], before[system] - wanted
            fresh = [row for row in told["breaks"] if row["age_days"] == 0]
            assert set(facts(fresh)) == came
            assert len(told["resolved"]) == len(went)
            assert told["days"][-1]["open"] == len(wanted)
            before[system] = wanted
        sandbox.advance()
    assert {row["since"] for row in told["breaks"]} > {"2026-11-17", "2026-11-20"}


def test_faults_on_the_way_change_nothing_in_the_result(run_dag: Any, sandbox: Sandbox, base_path: Path) -> None:
    for vendor, kind in (
        ("visma_px", "truncated"),
        ("visma_net", "expired_token"),
        ("lemonsoft", "reset"),
        ("fynn", "500"),
        ("lemonsoft", "expired_token"),
        ("visma_net", "html"),
    ):
        sandbox.arm(vendor, kind)
    assert run_dag(load_dag(NAME), logical_date=DAY).state == "success"
    for system in SYSTEMS:
        assert set(facts(report(base_path, system)["breaks"])) == set(planted(sandbox, system))


def test_dag_is_a_model_for_authors() -> None:
    dag = load_dag(NAME)
    assert dag.catchup is False
    assert dag.max_active_runs == 1
    assert dag.timezone.name == "Europe/Helsinki"
    assert dag.tags
    assert "second run" in (dag.doc_md or "")
    assert {task.retries for task in dag.tasks} == {3}
    assert dag.task_dict.keys() == {f"fetch_{name}" for name in (*SYSTEMS, "visma_net")} | {
        f"reconcile_{name}" for name in SYSTEMS
    }
    for system in SYSTEMS:
        assert dag.task_dict[f"reconcile_{system}"].upstream_task_ids == {f"fetch_{system}", "fetch_visma_net"}


def test_every_example_dag_can_be_imported() -> None:
    from dagbag import DagBag

    bag = DagBag(DAGS)
    assert bag.import_errors == {}
    assert len(bag.dags) == len(list(DAGS.glob("*.py")))


def test_the_event_of_a_reconciliation_has_its_counts(run_dag: Any, sandbox: Sandbox, base_path: Path) -> None:
    run = run_dag(load_dag(NAME), logical_date=DAY)
    told = {event.asset.name: event.extra for event in asset_events(run)}
    assert told.keys() == {f"reconciliation_{system}_customers" for system in SYSTEMS}
    for system in SYSTEMS:
        extra = told[f"reconciliation_{system}_customers"]
        breaks = report(base_path, system)["breaks"]
        assert extra["open"] == len(breaks) == sum(extra["counts"].values())
        assert extra["report"].endswith("/2026-11-20/report.html")


def asset_events(run: Any) -> list[Any]:
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session
    from sqlalchemy import select
    from sqlalchemy.orm import joinedload

    query = select(AssetEvent).where(AssetEvent.source_run_id == run.run_id, AssetEvent.source_dag_id == NAME)
    with create_session() as session:
        return list(session.scalars(query.options(joinedload(AssetEvent.asset))).unique())
