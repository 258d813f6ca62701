"""The whole story in a real browser: one Airflow, one person, from the first login to a push that was approved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsing import Visitor, chromium, visitor
from playwright.sync_api import Browser, expect
from shown_airflow import ShownAirflow, shown_airflow

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


def test_who_logs_in_finds_the_page_under_browse(admin: Visitor) -> None:
    admin.go("/")
    admin.page.get_by_role("button", name="Browse").click()
    admin.page.get_by_role("menuitem", name="ERP reconciliation").click()
    ours = admin.page.frame_locator("iframe")
    expect(ours.get_by_role("heading", name="ERP reconciliation")).to_be_visible()
    expect(ours.get_by_text("No reconciliation has run yet")).to_be_visible()
