"""The page in a real browser without Airflow around it: the longest words on a phone, and the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browsing import PHONE, chromium
from playwright.sync_api import Page, Route
from reconciled_days import BY_NUMBER
from shown_reports import report_of_a_task
from world_of_the_page import World

from airflow_provider_erp.ui.ledgers import list_reports

LONG = "W" * 400
ARABIC = "شركة" * 40
OVERHANG = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUSED = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  if (at === document.body) return null;
  return [at.tagName, (at.getAttribute("href") || at.name || at.innerText || ""), style.outlineStyle];
}"""
GAPS_OF_HEADINGS = """() => {
  const words = [...document.querySelectorAll(".aged thead th:not(:first-child)")].map(each => {
    const range = document.createRange();
    range.selectNodeContents(each);
    return range.getBoundingClientRect();
  });
  return words.slice(1).map((each, at) => each.left - words[at].right).filter(gap => gap > -100);
}"""
"""Pixels between the words of one heading and the next; where the next table begins there is none."""
IN_AIRFLOWS_FRAME = {"width": 320, "height": 844}
"""What Airflow's menu leaves of a phone."""
CAN_BE_USED = "document.querySelectorAll('a[href], button, input, select, summary').length"
pytestmark = pytest.mark.needs("browser")


@contextmanager
def opened(visit: Any, *paths: str) -> Iterator[Callable[[str], Page]]:
    """Opens these addresses; all that a page loads is fetched before the browser starts, for that has its own loop."""
    given = {each: visit(each) for each in (*paths, "/assets/page.css", "/assets/page.js")}

    def answer(route: Route) -> None:
        told = given.get(route.request.url.removeprefix("http://erp.invalid/erp"))
        if told is None:
            route.fulfill(status=204)
        else:
            route.fulfill(status=told.status_code, body=told.content, headers=dict(told.headers))

    with chromium() as browser:
        sheet = browser.new_page(viewport=PHONE)
        sheet.route("**/*", answer)

        def go(path: str) -> Page:
            sheet.goto(f"http://erp.invalid/erp{path}")
            return sheet

        yield go


@pytest.mark.parametrize("word", [LONG, ARABIC])
def test_longest_words_do_not_push_a_phone_sideways(word: str, visit: Any, base_path: Path) -> None:
    report_of_a_task(base_path, 0, {"1": word, "2": "x"}, {"1": f"{word}!"}, spec=replace(BY_NUMBER, title=word))
    [comparison] = list_reports(base_path.as_uri(), bool).comparisons
    breaks = f"/comparisons/{comparison.identity}/{comparison.newest.name}"
    paths = ("/", breaks, f"{breaks}/view", "/dags/daily/runs/day-0", f"{breaks}/none")
    with opened(visit, *paths) as go:
        assert [path for path in paths if go(path).evaluate(OVERHANG) > 0] == []


def test_headings_of_ages_stand_apart_beside_airflows_menu(visit: Any, world: World) -> None:
    with opened(visit, "/") as go:
        sheet = go("/")
        sheet.set_viewport_size(IN_AIRFLOWS_FRAME)  # type: ignore[arg-type]
        gaps = sheet.evaluate(GAPS_OF_HEADINGS)
        assert len(gaps) >= 4
        assert min(gaps) >= 4
        assert sheet.evaluate(OVERHANG) <= 0


@pytest.mark.parametrize("route", ["/", "/comparisons/{comparison}/{report}", "/dags/{dag_id}/runs/{run_id}"])
def test_all_that_can_be_used_is_reached_by_the_keyboard_and_seen_to_be(route: str, visit: Any, world: World) -> None:
    path = world.address(route)
    with opened(visit, path) as go:
        sheet = go(path)
        number, reached = sheet.evaluate(CAN_BE_USED), []
        for _ in range(number):
            sheet.keyboard.press("Tab")
            reached.append(sheet.evaluate(FOCUSED))
    assert number > 3
    assert None not in reached
    assert {outline for _, _, outline in reached} == {"solid"}


def test_slash_leads_to_the_search_field_and_is_typed_within_it(visit: Any, world: World) -> None:
    path = world.address("/comparisons/{comparison}/{report}")
    with opened(visit, path) as go:
        sheet = go(path)
        sheet.keyboard.press("/")
        assert sheet.evaluate(FOCUSED)[1] == "text"
        sheet.keyboard.type("a/b")
        assert sheet.evaluate("document.activeElement.value") == "a/b"
