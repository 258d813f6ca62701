"""What the pages tell: verdicts, ages, trend, fetches, breaks, histories and downloads."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from page_as_seen import Page
from published_report import FILES
from world_of_the_page import DAG_ID, PLAN, World

from airflow_provider_erp.landing import storage
from airflow_provider_erp.operators.links import plan_link
from airflow_provider_erp.ui.pages import amounted, lasted


def shown(answer: Any) -> str:
    assert answer.status_code == 200
    return Page(answer.text).text


def test_index_has_each_comparison_with_its_verdict_its_breaks_and_a_trend(visit: Any, world: World) -> None:
    answer = visit("/")
    text = shown(answer)
    for comparison in world.listing.comparisons:
        facts = comparison.newest.facts
        assert facts.verdict in text
        assert sum(map(sum, facts.aging.values())) == facts.open
    assert answer.text.count("<svg") == len(world.listing.comparisons) == 3


def test_index_has_the_last_fetch_of_each_connection(visit: Any, world: World) -> None:
    text = shown(visit("/"))
    assert re.search(r"Fynn\s+Sandbox\s*fynn_default", text)
    assert "full, to the last page" in text
    assert re.search(r"full, \d+ announced", text)
    assert re.search(r"\d\.\d s", text)
    assert "2026-11-20 04:00 UTC" in text


def test_index_of_a_new_installation_says_what_to_do(visit: Any, base_path: Path) -> None:
    text = shown(visit("/"))
    assert "No reconciliation has run yet" in text
    assert "Nothing was fetched yet" in text


def test_breaks_are_those_of_the_report(visit: Any, world: World) -> None:
    comparison = world.listing.comparisons[0]
    text = shown(visit(world.address("/comparisons/{comparison}/{report}")))
    told = json.loads(storage.read(comparison.newest.file("breaks.json")))
    assert f"{len(told['breaks'])} breaks" in text
    assert all(row["key"] in text for row in told["breaks"][:50])


def test_filters_leave_what_they_say_and_links_keep_them(visit: Any, world: World) -> None:
    address = world.address("/comparisons/{comparison}/{report}")
    told = json.loads(storage.read(world.listing.comparisons[0].newest.file("breaks.json")))["breaks"]
    missing = [row for row in told if row["kind"] == "missing_in_target"]
    text = shown(visit(f"{address}?kind=missing_in_target"))
    assert f"{len(missing)} break" in text
    assert "fit" in text
    assert missing[0]["name"] in shown(visit(f"{address}?text={missing[0]['key']}"))
    assert "No break fits these filters" in shown(visit(f"{address}?text=nobody+is+called+so"))
    assert "age: expected a whole number up to 3" in shown(visit(f"{address}?age=old"))


@pytest.mark.parametrize("file", sorted(FILES))
def test_files_are_downloaded_as_they_were_written(file: str, visit: Any, world: World) -> None:
    answer = visit(world.address("/comparisons/{comparison}/{report}/{file}", file=file))
    assert answer.status_code == 200
    assert answer.content == storage.read(world.listing.comparisons[0].newest.file(file))
    attached = answer.headers.get("Content-Disposition", "")
    assert attached == ("" if file == "report.html" else f'attachment; filename="2026-11-20-{file}"')


def test_downloaded_workbook_opens(visit: Any, world: World) -> None:
    content = visit(world.address("/comparisons/{comparison}/{report}/{file}", file="breaks.xlsx")).content
    assert "Breaks" in openpyxl.load_workbook(io.BytesIO(content), read_only=True).sheetnames


@pytest.mark.parametrize("file", ["observation.json", "manifest.json", "..", "records.parquet"])
def test_nothing_else_is_downloaded(file: str, visit: Any, world: World) -> None:
    answer = visit(world.address("/comparisons/{comparison}/{report}/{file}", file=file))
    assert answer.status_code in {307, 404}
    assert visit(world.address("/assets/{name}", name="access.py")).status_code == 404


def test_link_to_all_changes_of_a_plan_leads_to_its_workbook(
    visit: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example/here/")
    plan = world.listing.comparisons[0].newest.file(f"plan-{PLAN}/plan.parquet")
    link = plan_link(plan)
    assert link.startswith("https://airflow.example/here/erp/comparisons/")
    answer = visit(link.removeprefix("https://airflow.example/here/erp"))
    assert (answer.status_code, answer.content) == (200, b"a workbook")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="plan-{PLAN}.xlsx"'


def test_plan_that_no_page_shows_is_named_by_its_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = world.listing.comparisons[0].newest.file(f"plan-{PLAN}/plan.parquet")
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "")
    assert plan_link(plan) == plan.replace("plan.parquet", "plan.xlsx")
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example")
    for elsewhere in ("s3://bucket/reconciliation/c/a/b/2026-11-20/plan-0a1b2c3d4e5f6789", "/tmp/plans"):
        assert plan_link(f"{elsewhere}/plan.parquet") == f"{elsewhere}/plan.xlsx"


@pytest.mark.parametrize("digest", ["0a1b2c3d4e5f678", "ffffffffffffffff", "0a1b2c3d4e5f6789%2F.."])
def test_no_other_plan_is_downloaded(digest: str, visit: Any, world: World) -> None:
    address = world.address("/comparisons/{comparison}/{report}/plans/X").replace("X", digest)
    assert visit(address).status_code in {307, 404}


def test_report_is_shown_in_a_frame_that_runs_no_script(visit: Any, world: World) -> None:
    answer = visit(world.address("/comparisons/{comparison}/{report}/view"))
    [frame] = re.findall(r"<iframe[^>]*>", answer.text)
    assert 'sandbox="allow-same-origin allow-downloads allow-popups"' in frame
    assert "/report.html" in frame


def test_tab_of_a_run_has_all_its_reports_batches_and_receipts(visit: Any, world: World) -> None:
    text = shown(visit(world.address("/dags/{dag_id}/runs/{run_id}")))
    for comparison in world.listing.comparisons:
        assert comparison.newest.facts.verdict in text
    for word in ("Batches", "Fynn", "Receipts", "3 records of plan"):
        assert word in text


def test_tab_of_the_reconcile_task_has_its_report_alone(visit: Any, world: World) -> None:
    answer = visit(world.address("/dags/{dag_id}/runs/{run_id}/tasks/{task_id}"))
    assert answer.text.count("<iframe") == 1
    assert "Receipts" not in answer.text
    assert "Batch" not in answer.text


def test_tab_of_the_fetch_task_has_its_manifest(visit: Any, world: World) -> None:
    text = shown(visit(world.address("/dags/{dag_id}/runs/{run_id}/tasks/{task_id}", task_id="fetch_fynn")))
    assert "manifest.json" in text
    assert "0 rejected" in text


def test_tab_of_the_push_task_has_its_receipts_and_not_what_the_system_said(visit: Any, world: World) -> None:
    text = shown(visit(world.address("/dags/{dag_id}/runs/{run_id}/tasks/{task_id}", task_id="push")))
    assert re.search(r"Created\s*3", text)
    assert "Uusi Asiakas" not in text


@pytest.mark.parametrize(
    "address", ["/dags/daily_else/runs/r", "/dags/daily_else/runs/r/tasks/t?map_index={MAP_INDEX}"]
)
def test_tab_of_any_other_run_says_politely_that_there_is_nothing(address: str, visit: Any, world: World) -> None:
    assert "has no ERP report, batch or receipts (yet)" in shown(visit(address))


def test_mapped_task_shows_its_own_part_only(visit: Any, world: World) -> None:
    address = world.address("/dags/{dag_id}/runs/{run_id}/tasks/{task_id}")
    assert "has no ERP report" in shown(visit(f"{address}?map_index=3"))
    assert "<iframe" in visit(f"{address}?map_index=%7BMAP_INDEX%7D").text


def test_no_page_names_another_host_or_holds_script_or_style(visit: Any, world: World) -> None:
    for route in ("/", "/comparisons/{comparison}/{report}", "/dags/{dag_id}/runs/{run_id}"):
        text = visit(world.address(route)).text
        assert not re.search(r"(src|href|action)=\"(https?:)?//", text)
        assert "<style" not in text
        assert " style=" not in text
        assert re.findall(r"<script[^>]*>", text) == ['<script src="/erp/assets/page.js">']
        assert re.search(r"<html lang=\"en\">", text)


def test_durations_and_amounts_look_as_people_write_them() -> None:
    assert (lasted(0.5), lasted(75.2), lasted(None)) == ("0.5 s", "1 min 15 s", "")
    assert (amounted("1250.500000", "EUR"), amounted("much", "EUR")) == ("1,250.50 EUR", "much EUR")


def test_extra_links_lead_from_the_tasks_to_the_page(visit: Any, world: World) -> None:
    for task_id, name in (("fetch_fynn", "Batch manifest"), ("reconcile_fynn", "Reconciliation report")):
        run = world.address("/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/links", task_id=task_id)
        links = visit(f"/api/v2{run}").json()["extra_links"]
        assert list(links) == [name]
        assert links[name].endswith(world.address("/erp/dags/{dag_id}/runs/{run_id}/tasks/{task_id}", task_id=task_id))
        assert "<main" in visit(links[name].partition("/erp")[2]).text
    assert DAG_ID in links["Reconciliation report"]
