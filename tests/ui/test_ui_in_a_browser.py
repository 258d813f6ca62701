"""The whole story in a real browser: one Airflow, one person, from the first login to a push that was approved.

What one test needs of those before is a fixture, so that each can be run alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from airflow_pages import (
    TITLES,
    add_connection,
    await_state,
    follow_extra_link,
    of_connection,
    open_menu,
    open_tab,
    press,
    trigger,
)
from browsing import THEMES, Visitor, chromium, visitor
from openpyxl import load_workbook
from playwright.sync_api import Browser, expect
from shown_airflow import CORRECTIONS, DAILY, ShownAirflow, shown_airflow

IS_DARK = "parseInt(getComputedStyle(document.body).backgroundColor.slice(4)) < 128"
OVERHANG = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
pytestmark = pytest.mark.needs("browser")


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShownAirflow]:
    with shown_airflow(tmp_path_factory.mktemp("airflow")) as airflow:
        yield airflow


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def admin(airflow: ShownAirflow, window: Browser) -> Visitor:
    came = visitor(window, airflow.address)
    came.log_in("admin")
    return came


@pytest.fixture(scope="module")
def connected(admin: Visitor, airflow: ShownAirflow) -> list[str]:
    """The ids of the four connections, as somebody has typed them in."""
    given = airflow.sandbox.connections()
    for conn_id, values in given.items():
        add_connection(admin, conn_id, values | {"port": airflow.port})
    return list(given)


@pytest.fixture(scope="module")
def daily_run(admin: Visitor, connected: list[str]) -> str:
    """The address of a run of the daily reconciliation that has succeeded."""
    run = trigger(admin, DAILY)
    await_state(admin, run, "Success")
    return run


@pytest.fixture(scope="module")
def asked(admin: Visitor, connected: list[str]) -> str:
    """The address of a run of the corrections that waits for an answer."""
    run = trigger(admin, CORRECTIONS)
    await_state(admin, f"{run}/tasks/approve", "Awaiting Input")
    return run


@pytest.fixture(scope="module")
def our_pages(admin: Visitor, daily_run: str, asked: str) -> list[str]:
    """One address of each of this package's pages."""
    admin.go("/erp/")
    card = admin.page.get_by_role("region", name="Customers of Fynn")
    links = (card.get_by_role("link", name=name, exact=True) for name in ("Breaks", "Report"))
    breaks, report = (link.get_attribute("href") for link in links)
    admin.go(str(breaks))
    history = admin.page.get_by_role("link", name="History of this break").first.get_attribute("href")
    left = [f"/erp{path}" for path in (daily_run, f"{daily_run}/tasks/reconcile_fynn", f"{daily_run}/tasks/fetch_fynn")]
    return [
        "/plugin/erp-reconciliation/erp/",
        "/erp/",
        str(breaks),
        str(report),
        str(history),
        *left,
        "/erp/dags/nothing/runs/here",
    ]


def test_who_logs_in_finds_the_page_under_browse(admin: Visitor) -> None:
    open_menu(admin, "Browse", "ERP reconciliation")
    expect(admin.ours.get_by_role("heading", name="ERP reconciliation")).to_be_visible()


def test_each_connection_is_added_through_the_form_and_answers_its_test(admin: Visitor, connected: list[str]) -> None:
    for conn_id in connected:
        of_connection(admin, conn_id, "Test Connection")
        title = TITLES[conn_id.removesuffix("_default")]
        expect(admin.page.get_by_text(f"{title} answers for company 'Sandbox'")).to_be_visible()
    admin.picture("connections")


def test_test_of_a_wrong_key_says_what_to_mend(admin: Visitor, airflow: ShownAirflow, connected: list[str]) -> None:
    given = airflow.sandbox.connections()["fynn_default"]
    add_connection(admin, "fynn_mistyped", given | {"port": airflow.port, "password": "mistyped"})
    of_connection(admin, "fynn_mistyped", "Test Connection")
    expect(admin.page.get_by_text("status 401; check the credentials of this connection")).to_be_visible()
    admin.picture("mistyped")


def test_secrets_of_a_saved_connection_are_masked(admin: Visitor, connected: list[str]) -> None:
    of_connection(admin, "lemonsoft_default", "Edit Connection")
    form = admin.page.get_by_role("dialog")
    expect(form.locator("input[name=password]")).to_have_value("***")
    form.get_by_role("button", name="Extra Fields", exact=True).click()
    expect(form.locator("[name=element_api_key]")).to_have_value("***")
    expect(form.locator("[name=element_database]")).to_have_value("SANDBOX")


def test_report_opens_from_the_extra_link_and_leads_back(admin: Visitor, daily_run: str) -> None:
    follow_extra_link(admin, f"{daily_run}/tasks/reconcile_lemonsoft", "Reconciliation report")
    report = admin.page.frame_locator("iframe.report")
    expect(report.get_by_text("Lemonsoft and Visma.net ERP agree on")).to_be_visible()
    admin.picture("extra-link")
    admin.page.get_by_role("link", name="Task in Airflow").click()
    expect(admin.page.get_by_role("heading", name="reconcile_lemonsoft")).to_be_visible()


def test_run_has_a_tab_with_its_three_verdicts_and_reports(admin: Visitor, daily_run: str) -> None:
    open_tab(admin, daily_run, "ERP reconciliation")
    for system in ("Visma PX", "Lemonsoft", "Fynn"):
        expect(admin.ours.get_by_text(f"{system} and Visma.net ERP agree on")).to_be_visible()
    admin.picture("tab-of-the-run")
    admin.ours.get_by_role("region", name="Customers of Lemonsoft").get_by_role("link", name="Report").click()
    report = admin.ours.frame_locator("iframe.report")
    expect(report.get_by_text("Lemonsoft and Visma.net ERP agree on")).to_be_visible()


def test_task_instance_has_a_tab_with_its_report(admin: Visitor, daily_run: str) -> None:
    open_tab(admin, f"{daily_run}/tasks/reconcile_lemonsoft", "ERP reconciliation")
    report = admin.ours.frame_locator("iframe.report")
    expect(report.get_by_text("Lemonsoft and Visma.net ERP agree on")).to_be_visible()
    expect(admin.ours.get_by_role("link", name="Task in Airflow")).to_be_hidden()
    admin.picture("tab-of-the-task")


def test_page_under_browse_is_filtered_and_tells_a_breaks_history(admin: Visitor, daily_run: str) -> None:
    admin.go("/plugin/erp-reconciliation/erp/")
    card = admin.ours.get_by_role("region", name="Customers of Lemonsoft")
    expect(card).to_be_visible()
    admin.picture("page")
    card.get_by_role("link", name="Breaks", exact=True).click()
    expect(admin.ours.get_by_label("Kind")).to_be_visible()
    admin.picture("breaks")
    admin.ours.get_by_label("Kind").select_option(label="Field differs")
    expect(admin.ours.get_by_role("link", name="Clear")).to_be_visible()
    rows = admin.ours.locator(".breaks tbody tr")
    assert rows.count() > 1
    key = rows.first.locator("td:nth-child(2) bdi").first.inner_text()
    admin.ours.get_by_label("Text").fill(key)
    admin.ours.get_by_role("button", name="Filter").click()
    expect(admin.ours.get_by_label("Text")).to_have_value(key)
    expect(rows.first).to_contain_text(key)
    admin.picture("breaks-filtered")
    rows.first.get_by_role("link", name="History of this break").click()
    expect(admin.ours.get_by_text("Found first on")).to_be_visible()
    admin.picture("history")


def test_breaks_are_downloaded_as_a_workbook(admin: Visitor, daily_run: str, tmp_path: Path) -> None:
    admin.go("/plugin/erp-reconciliation/erp/")
    card = admin.ours.get_by_role("region", name="Customers of Visma PX")
    with admin.page.expect_download() as download:
        card.get_by_role("link", name="XLSX").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    book = load_workbook(file, read_only=True)
    told = re.search(r"(\d+) breaks open", card.inner_text())
    assert told
    assert book["Breaks"].max_row == int(told.group(1)) + 1


def test_correction_is_seen_and_approved_and_its_push_arrives_once(
    admin: Visitor, airflow: ShownAirflow, asked: str
) -> None:
    admin.go("/required_actions")
    admin.page.get_by_role("link", name="Approve the corrections?").click()
    planned = admin.page.get_by_text(re.compile(r"changes in .* records to be updated"))
    found = re.search(r"(\d+) changes in .* (\d+) records", planned.inner_text())
    assert found
    changes, records = map(int, found.groups())
    expect(admin.page.get_by_role("table").get_by_role("row")).to_have_count(changes + 1)
    admin.picture("approval")
    assert airflow.sandbox.tally("visma_net").updated == 0
    press(admin, admin.page.get_by_role("button", name="Approve"), "/hitlDetails")
    await_state(admin, f"{asked}/tasks/push", "Success")
    assert airflow.sandbox.tally("visma_net").updated == records
    follow_extra_link(admin, f"{asked}/tasks/push", "Receipts")
    expect(admin.page.locator("tbody tr")).to_have_count(records)
    admin.picture("receipts")


def test_viewer_sees_the_page_and_a_stranger_is_refused(airflow: ShownAirflow, window: Browser, daily_run: str) -> None:
    seen = {}
    for name in ("viewer", "stranger"):
        person = visitor(window, airflow.address)
        person.log_in(name)
        seen[name] = [person.go(path) for path in ("/erp/", f"/erp{daily_run}/tasks/reconcile_fynn")]
        person.picture(f"as-{name}")
    assert seen == {"viewer": [200, 200], "stranger": [403, 403]}


@pytest.mark.parametrize("theme", THEMES)
def test_our_pages_fit_a_phone_in_each_theme(admin: Visitor, our_pages: list[str], theme: str) -> None:
    for path in our_pages:
        admin.go(path)
        admin.dress("phone", theme)
        if path.startswith("/plugin/"):
            expect(admin.ours.get_by_role("heading", name="Last fetches")).to_be_visible()
        frames = [frame for frame in admin.page.frames if urlsplit(frame.url).path.startswith("/erp/")]
        assert frames
        for frame in frames:
            assert frame.evaluate(OVERHANG) <= 0, frame.url
            assert frame.evaluate(IS_DARK) == (theme == "dark"), frame.url
    admin.dress()


def test_no_page_complains_in_the_console(admin: Visitor, daily_run: str, asked: str) -> None:
    assert admin.errors == []
