"""The filters of a page of breaks in a real browser: the mouse filters at once, the keyboard when it is told to."""

from __future__ import annotations

from importlib.resources import files

import pytest
from browsing import chromium

SCRIPT = (files("airflow_provider_erp.ui") / "assets" / "page.js").read_text(encoding="utf-8")
FORM = f"""<script>window.sent = [];{SCRIPT}</script>
<form class="filters" onsubmit="event.preventDefault(); window.sent.push(new FormData(this).get('kind'))">
<select name="kind"><option>all<option>first<option>second<option>third</select><button>Filter</button></form>"""
pytestmark = pytest.mark.needs("browser")


def test_arrow_keys_choose_and_only_the_button_filters() -> None:
    with chromium() as browser:
        page = browser.new_page()
        page.route("**/*", lambda route: route.fulfill(body=FORM, content_type="text/html"))
        page.goto("http://erp.invalid/")
        page.focus("select")
        for _ in range(2):
            page.keyboard.press("ArrowDown")
        assert page.evaluate("[document.querySelector('select').value, window.sent]") == ["second", []]
        page.get_by_role("button").click()
        assert page.evaluate("window.sent") == ["second"]
        page.dispatch_event("select", "pointerdown")
        page.select_option("select", "third")
        assert page.evaluate("window.sent") == ["second", "third"]
