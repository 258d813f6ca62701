"""How much the page reads of its storage: one comparison's ledger for one comparison, and each manifest once."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from long_ledgers import LAST, long_ledgers
from reconciled_days import BY_NUMBER
from shown_reports import report_of_a_task
from world_of_the_page import DAG_ID, World

from airflow_provider_erp.landing import storage
from airflow_provider_erp.ui.application import make_application
from airflow_provider_erp.ui.ledgers import LOOKED_THROUGH, find_comparison, list_newest, list_reports
from airflow_provider_erp.ui.trend import trend
from airflow_provider_erp.vendors import VENDORS

Reads = list[str]


@pytest.fixture
def manifests(monkeypatch: pytest.MonkeyPatch) -> Reads:
    """The manifests of observations that are read from now on."""
    seen: Reads = []
    read = storage.read

    def noted(address: str) -> bytes:
        if "/ledger/" in address:
            seen.append(address)
        return read(address)

    monkeypatch.setattr(storage, "read", noted)
    return seen


def test_page_of_one_comparison_reads_its_ledger_alone(base_path: Path, visit: Any, manifests: Reads) -> None:
    for place, name in enumerate(("first", "second", "third")):
        report_of_a_task(base_path, place, {"1": "Salo"}, {"1": "Sale"}, spec=BY_NUMBER.named(name, name))
    [second] = [each for each in list_reports(base_path.as_uri(), bool).comparisons if "second" in each.newest.folder]
    page = f"/comparisons/{second.identity}/{second.newest.name}"
    moved = base_path.with_name("moved")
    base_path.rename(moved)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__ERP__BASE_PATH", moved.as_uri())
        manifests.clear()
        for _ in range(2):
            assert visit(page).status_code == 200
    [read] = manifests
    assert "/second/" in read


def test_no_page_reads_a_batch_but_its_manifest(visit: Any, world: World, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(world.base, moved)
    rows = [file for kind in VENDORS for file in moved.glob(f"{kind}/*/customer/**/*") if is_of_rows(file)]
    for file in rows:
        file.unlink()
    assert len(rows) > len(VENDORS)
    pages = [world.address(route.path) for route in make_application().application.routes]
    tabs = [f"/dags/{DAG_ID}/runs/{world.run_id}/tasks/fetch_{kind}" for kind in VENDORS]
    told = {page: visit(page).status_code for page in pages + tabs}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__ERP__BASE_PATH", moved.as_uri())
        assert {page: visit(page).status_code for page in told} == told
    assert set(told.values()) <= {200, 307}


def is_of_rows(file: Path) -> bool:
    return file.is_file() and file.name != "manifest.json"


def test_manifest_is_read_once_however_many_days_there_are(base_path: Path, manifests: Reads) -> None:
    for day in range(4):
        report_of_a_task(base_path, day, {"1": "Salo"}, {"1": "Sale"})
    manifests.clear()
    for _ in range(3):
        assert len(list_reports(base_path.as_uri(), bool).comparisons[0].reports) == 4
    assert len(manifests) == len(set(manifests)) == 4


def test_comparison_that_is_damaged_or_of_another_dag_is_not_found(base_path: Path) -> None:
    report_of_a_task(base_path, 0, {"1": "Salo"}, {"1": "Sale"})
    [identity] = [each.identity for each in list_reports(base_path.as_uri(), bool).comparisons]
    assert find_comparison(base_path.as_uri(), identity, lambda _: False) is None
    assert find_comparison(base_path.as_uri(), "another", bool) is None
    [ledger] = base_path.glob("reconciliation/*/*/*/ledger")
    (ledger / "notes.txt").write_text("what is this")
    assert find_comparison(base_path.as_uri(), identity, bool) is None


def test_index_reads_one_manifest_a_comparison_however_many_days_there_are(
    base_path: Path, visit: Any, manifests: Reads
) -> None:
    long_ledgers(base_path, specs=100, days=60)
    answer = visit("/")
    assert answer.status_code == 200
    assert answer.text.count("<svg") == 100
    assert answer.text.count("2026-11-20: 2 open, 1 new, 1 resolved") == 100
    assert len(manifests) == 100
    visit("/")
    assert len(manifests) == 100


def test_tab_reads_the_manifests_of_its_runs_day_alone(base_path: Path, manifests: Reads) -> None:
    long_ledgers(base_path, specs=20, days=60)
    found = list_reports(base_path.as_uri(), bool, day=LAST.date()).of_task("daily", "day-0", "reconcile", None)
    assert len(found) == len(manifests) == 20


def test_reader_of_another_dag_costs_no_more_than_the_last_observations(base_path: Path, manifests: Reads) -> None:
    long_ledgers(base_path, specs=3, days=60)
    assert list_newest(base_path.as_uri(), lambda _: False).comparisons == ()
    assert len(manifests) == 3 * LOOKED_THROUGH


def test_newest_report_that_the_user_may_see_is_found_behind_those_of_another_dag(base_path: Path) -> None:
    long_ledgers(base_path, specs=1, days=5, changed=lambda back: {"dag_id": "weekly" if back == 3 else "daily"})
    [comparison] = list_newest(base_path.as_uri(), lambda dag_id: dag_id == "weekly").comparisons
    assert [report.name for report in comparison.reports] == ["2026-11-17"]


def test_trend_of_reports_from_before_they_told_it_is_drawn_from_the_last_ones(
    base_path: Path, manifests: Reads
) -> None:
    long_ledgers(base_path, specs=1, days=60, changed=lambda back: {"days": [], "open": back, "states": {}})
    [comparison] = list_newest(base_path.as_uri(), bool).comparisons
    assert [column.day.open for column in trend(comparison).columns] == list(range(30))[::-1]
    assert len(manifests) == 30


def test_observation_of_an_unknown_dag_is_counted_until_a_newer_one_says_more(base_path: Path) -> None:
    long_ledgers(base_path, specs=1, days=4, changed=lambda back: {"dag_id": None} if back < 2 else {})
    listing = list_newest(base_path.as_uri(), bool)
    assert listing.without_dag == 2
    assert [each.newest.name for each in listing.comparisons] == ["2026-11-18"]
