"""Many days on the page: histories and trends, and what is hostile, damaged, removed or astray."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from batches_on_disk import DAY, MONDAY
from fake_source import FakeSource, customers, page
from page_as_seen import Page
from reconciled_days import BY_NUMBER
from shown_reports import report_of_a_task

from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.fetching import FetchSpec, fetch_batch
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.pushing.claim import claim
from airflow_provider_erp.ui.breaks import first_seen, read_history
from airflow_provider_erp.ui.fetches import last_fetches
from airflow_provider_erp.ui.ledgers import Comparison, Report, list_reports
from airflow_provider_erp.ui.pages import completeness
from airflow_provider_erp.ui.pushes import pushes_of_run
from airflow_provider_erp.ui.times import RULE, at, day_of
from airflow_provider_erp.ui.trend import trend

ATTEMPT = Attempt(dag_id="daily", run_id="day-0", task_id="fetch")
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
NAMES = {"1": "Salo", "2": "Turku", "3": "Vaasa", "4": "Oulu"}


def shown(answer: Any) -> str:
    assert answer.status_code == 200
    return Page(answer.text).text


def a_source() -> FakeSource:
    return FakeSource([page(1, *customers(1, 2))])


def fetch_spec(day: int) -> FetchSpec:
    return FetchSpec(resource="customer", as_of=MONDAY + day * DAY)


def only_comparison(base: Path) -> Comparison:
    [comparison] = list_reports(base.as_uri(), lambda _: True).comparisons
    return comparison


def test_comparison_that_left_records_out_is_not_shown_as_agreeing(base_path: Path) -> None:
    report_of_a_task(base_path, 0, NAMES, NAMES)
    newest = only_comparison(base_path).newest
    assert newest.agrees
    assert not replace(newest, facts=msgspec.structs.replace(newest.facts, unplaced=1)).agrees


def test_hostile_names_are_shown_as_they_are_written(visit: Any, base_path: Path) -> None:
    spec = BY_NUMBER.named("hostile", HOSTILE)
    report_of_a_task(base_path, 0, {"1": HOSTILE, "2": "Turku"}, {"1": f"{HOSTILE}!"}, spec=spec)
    comparison = only_comparison(base_path)
    report = f"/comparisons/{comparison.identity}/{comparison.newest.name}"
    [row] = [row for row in json.loads(storage.read(comparison.newest.file("breaks.json")))["breaks"] if row["field"]]
    for path in ("/", report, f"{report}/view", f"/history/{comparison.identity}/{row['break_id']}"):
        answer = visit(path)
        assert HOSTILE[:20] in shown(answer)
        assert "<script>alert" not in answer.text
        assert "<img" not in answer.text
    for name in ("text", "kind", "field", "state", "amount", "age", "order", "page"):
        answer = visit(f"{report}?{name}=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
        assert "<script>alert" not in answer.text
        assert answer.status_code == 200


def test_history_tells_each_day_of_a_break(visit: Any, base_path: Path) -> None:
    for day, target in enumerate(({"1": "Sale"}, {"1": "Solo"}, {}, {"1": "Solo"}, {"1": "Solo"})):
        report_of_a_task(base_path, day, NAMES, NAMES | target)
    comparison = only_comparison(base_path)
    [row] = json.loads(storage.read(comparison.newest.file("breaks.json")))["breaks"]
    text = shown(visit(f"/history/{comparison.identity}/{row['break_id']}"))
    told = re.findall(r"(2026-11-\d\d) (open, its values changed|open|not found)", text)
    assert told == [
        ("2026-11-20", "open"),
        ("2026-11-19", "open"),
        ("2026-11-18", "not found"),
        ("2026-11-17", "open, its values changed"),
        ("2026-11-16", "open"),
    ]
    assert "Found first on 2026-11-16" in text
    assert visit(f"/history/{comparison.identity}/another").status_code == 404


def test_history_goes_on_without_an_observation_that_is_gone(base_path: Path, tmp_path_factory: Any) -> None:
    for day in range(3):
        report_of_a_task(base_path, day, NAMES, NAMES | {"1": "Sale"})
    comparison = only_comparison(base_path)
    [row] = json.loads(storage.read(comparison.newest.file("breaks.json")))["breaks"]
    storage.remove(comparison.reports[1].observation())
    history = read_history(comparison.reports, row["break_id"], tmp_path_factory.mktemp("copies"))
    assert history is not None
    assert [each.report.name for each in history.seen] == ["2026-11-18", "2026-11-16"]
    assert first_seen(history) == MONDAY.date()
    for report in comparison.reports:
        storage.remove(report.observation())
    assert read_history(comparison.reports, row["break_id"], tmp_path_factory.mktemp("copies")) is None


def days_of(comparison: Comparison) -> list[tuple[int, int, int]]:
    """The columns of its trend."""
    return [(each.day.open, each.day.new, each.day.resolved) for each in trend(comparison).columns]


def without_days(report: Report) -> Report:
    """As it was noted before reports told of their days."""
    return replace(report, facts=msgspec.structs.replace(report.facts, days=[]))


def test_trend_is_that_of_the_report_and_tells_each_day_by_its_last_observation(base_path: Path) -> None:
    report_of_a_task(base_path, 0, NAMES, NAMES | {"1": "Sale", "2": "Åbo"})
    report_of_a_task(base_path, 2, NAMES, NAMES | {"1": "Sale", "3": "Vasa"})
    report_of_a_task(base_path, 2, NAMES, NAMES, moment=MONDAY.replace(day=18, hour=8))
    comparison = only_comparison(base_path)
    told = json.loads(storage.read(comparison.newest.file("breaks.json")))["days"]
    assert [(day["open"], day["new"], day["resolved"]) for day in told] == [(2, 2, 0), (0, 0, 2)] == days_of(comparison)
    before = replace(comparison, reports=tuple(map(without_days, comparison.reports)))
    assert days_of(before) == [(2, 2, 0), (0, 1, 3)]


def test_day_of_several_reports_shows_each(visit: Any, base_path: Path) -> None:
    report_of_a_task(base_path, 2, NAMES, NAMES | {"1": "Sale"})
    report_of_a_task(base_path, 2, NAMES, NAMES, moment=MONDAY.replace(day=18, hour=8))
    comparison = only_comparison(base_path)
    assert [report.name for report in comparison.reports] == ["2026-11-18T080000Z", "2026-11-18"]
    text = shown(visit(f"/comparisons/{comparison.identity}/{comparison.newest.name}"))
    assert "Nothing is open." in text


def test_numbers_of_a_report_whose_files_were_removed_are_kept(visit: Any, base_path: Path) -> None:
    report_of_a_task(base_path, 0, NAMES, NAMES | {"1": "Sale"})
    comparison = only_comparison(base_path)
    storage.remove_folder(comparison.newest.file("")[:-1])
    answer = visit(f"/comparisons/{comparison.identity}/{comparison.newest.name}")
    assert answer.status_code == 404
    assert "Its numbers are kept" in answer.text
    assert comparison.newest.facts.verdict in Page(answer.text).text
    assert visit(f"/comparisons/{comparison.identity}/{comparison.newest.name}/breaks.csv").status_code == 404


def test_file_that_is_another_than_the_ledger_says_is_not_shown(visit: Any, base_path: Path) -> None:
    report_of_a_task(base_path, 0, NAMES, NAMES | {"1": "Sale"})
    report = only_comparison(base_path).newest
    Path(report.file("breaks.parquet").removeprefix("file://")).write_bytes(b"being written")
    assert visit(f"/comparisons/{only_comparison(base_path).identity}/{report.name}").status_code == 404


def test_damaged_ledger_does_not_hide_the_others(visit: Any, base_path: Path) -> None:
    report_of_a_task(base_path, 0, NAMES, NAMES | {"1": "Sale"})
    report_of_a_task(base_path, 1, NAMES, NAMES, spec=BY_NUMBER.named("second", "The second"))
    [ledger] = base_path.glob("reconciliation/customers/*/*/ledger")
    (ledger / "notes.txt").write_text("what is this")
    text = shown(visit("/"))
    assert "1 comparison could not be read" in text
    assert "The second" in text


def test_stray_files_are_passed_over(visit: Any, base_path: Path) -> None:
    report_of_a_task(base_path, 0, NAMES, NAMES | {"1": "Sale"})
    folders = [base_path, *(folder for folder in base_path.rglob("*") if folder.is_dir() and folder.name != "ledger")]
    for folder in folders:
        (folder / ".DS_Store").write_text("stray")
    comparison = only_comparison(base_path)
    assert comparison.newest.facts.verdict in shown(visit("/"))
    assert visit(f"/comparisons/{comparison.identity}").status_code == 307


def test_times_of_a_comparison_are_those_of_its_spec_as_in_its_report(visit: Any, base_path: Path) -> None:
    spec = replace(BY_NUMBER, zone="Europe/Helsinki")
    for hour, minute in ((4, 0), (22, 30)):
        moment = MONDAY.replace(hour=hour, minute=minute)
        report_of_a_task(base_path, 0, NAMES, NAMES | {"1": "Sale"}, spec=spec, moment=moment)
    report_of_a_task(base_path, 1, NAMES, NAMES | {"1": "Sale"}, spec=spec)
    comparison = only_comparison(base_path)
    latest, late, early = comparison.reports
    page = f"/comparisons/{comparison.identity}/{late.name}"
    assert (late.name, early.name) == ("2026-11-16T223000Z", "2026-11-16")
    for text in (shown(visit(page)), Page(visit(f"{page}/report.html").text).text):
        assert "As of 2026-11-17 00:30 EET" in text
    assert [day_of(comparison, each) for each in comparison.reports] == [
        at(latest.manifest.as_of, "Europe/Helsinki"),
        "2026-11-17 00:30 EET",
        "2026-11-16",
    ]
    for path in ("/", page, f"{page}/view", "/dags/daily/runs/none"):
        assert RULE in shown(visit(path))


@pytest.mark.parametrize("zone", ["Moon/Base", "../../etc/passwd", "", "/etc"])
def test_zone_that_this_machine_does_not_know_is_told_in_utc(zone: str) -> None:
    assert at(MONDAY, zone) == at(MONDAY) == "2026-11-16 00:00 UTC"


def test_many_days_are_folded(visit: Any, base_path: Path) -> None:
    for day in range(16):
        report_of_a_task(base_path, day, {"1": "Salo"}, {"1": "Sale"})
    comparison = only_comparison(base_path)
    assert "2 earlier" in shown(visit(f"/comparisons/{comparison.identity}/{comparison.newest.name}"))


def test_damaged_manifest_hides_the_batches_of_its_day_alone(base_path: Path) -> None:
    for day in (0, 1):
        fetch = fetch_spec(day)
        fetch_batch(a_source(), fetch, base_path=base_path.as_uri(), attempt=ATTEMPT, now=fetch.as_of)
    [manifest] = base_path.glob("*/*/*/*/2026-11-17/*/manifest.json")
    manifest.write_text("{")
    assert [batch.manifest.as_of for batch in last_fetches(base_path.as_uri(), bool)] == [MONDAY]
    assert last_fetches(base_path.as_uri(), lambda _: False) == []


def test_each_connection_of_a_system_has_its_last_fetch(base_path: Path) -> None:
    for day, conn_id in ((0, "px_by_day"), (1, "px_by_week"), (2, "px_by_day"), (3, "px_by_day")):
        source, fetch = replace(a_source(), conn_id=conn_id), fetch_spec(day)
        fetch_batch(source, fetch, base_path=base_path.as_uri(), attempt=ATTEMPT, now=fetch.as_of)
    found = {batch.manifest.conn_id: batch.manifest.as_of for batch in last_fetches(base_path.as_uri(), bool)}
    assert found == {"px_by_day": MONDAY + 3 * DAY, "px_by_week": MONDAY + DAY}


def test_batches_from_before_manifests_named_a_connection_are_shown_until_one_does(base_path: Path) -> None:
    conn_ids: tuple[Any, ...] = (None, None, "px")
    for day, conn_id in enumerate(conn_ids):
        source = replace(a_source(), conn_id=conn_id)
        fetch_batch(source, fetch_spec(day), base_path=base_path.as_uri(), attempt=ATTEMPT, now=fetch_spec(day).as_of)
        assert [batch.manifest.as_of for batch in last_fetches(base_path.as_uri(), bool)] == [MONDAY + day * DAY]


def test_batches_say_how_complete_they_are(base_path: Path) -> None:
    fetch = fetch_spec(0)
    full = fetch_batch(a_source(), fetch, base_path=base_path.as_uri(), attempt=ATTEMPT, now=fetch.as_of).manifest
    assert completeness(full) == "full, to the last page"
    assert completeness(replace(full, announced_total=1_200)) == "full, 1,200 announced"
    assert completeness(replace(full, looks=2)) == "full, to the last page, read twice"
    assert completeness(replace(full, coverage="changes")) == "changes only"


def test_plan_that_is_only_claimed_has_no_receipts_yet(base_path: Path) -> None:
    folder = base_path / "visma_net" / "Nordic" / "pushes"
    (folder / "without a claim").mkdir(parents=True)
    claim(f"{folder.as_uri()}/abc", ATTEMPT, MONDAY)
    run = (ATTEMPT.dag_id, ATTEMPT.run_id)
    assert pushes_of_run(base_path.as_uri(), run, None, None) == []
    (folder / "abc" / "receipts.jsonl").write_text('{"record": "7", "outcome": "created"}\n')
    [push] = pushes_of_run(base_path.as_uri(), run, None, None)
    assert (push.plan, push.records, push.counts) == ("abc", 1, {"created": 1})
    assert pushes_of_run(base_path.as_uri(), (ATTEMPT.dag_id, "another"), None, None) == []
