"""The report as a browser lays it out: readable at a desk's and at a phone's width, without reaching outside."""

from __future__ import annotations

import html
import json
import re
import subprocess
from pathlib import Path

import pytest
from capabilities import browser

from airflow_provider_erp.reconciliation.breaks import Break, Reconciliation
from airflow_provider_erp.reconciliation.report import as_html

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
SWITCHES = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--virtual-time-budget=5000",
    "--dump-dom",
]

HARNESS = """<!doctype html><iframe id="page" style="width:{width}px;height:900px;border:0" srcdoc="{page}"></iframe>
<pre id="measured"></pre><script>
document.getElementById("page").onload = (event) => {{
  const page = event.target.contentDocument;
  document.getElementById("measured").textContent = JSON.stringify({{
    scroll: page.documentElement.scrollWidth, client: page.documentElement.clientWidth,
    rows: page.querySelectorAll(".breaks tbody tr").length,
    verdict: page.querySelector(".verdict").getBoundingClientRect().width,
    fetched: event.target.contentWindow.performance.getEntriesByType("resource").length
  }});
}};
</script>"""


def a_report() -> str:
    breaks = (
        Break(break_id="1", kind="missing_in_target", customer=LONG, source_id=LONG, source_value=LONG),
        Break(break_id="2", kind="duplicate_in_target", customer="2", target_id="a", members=("a", LONG)),
        Break(
            break_id="3",
            kind="field_differs",
            customer="3",
            field="name",
            source_id="1",
            target_id="2",
            source_value=LONG,
            target_value="x",
            matched_by="number",
        ),
    )
    result = Reconciliation(
        spec="customers",
        title=LONG,
        source_title="Visma PX",
        target_title="Visma.net ERP",
        source_batch=LONG,
        target_batch="b",
        source_customers=3,
        target_customers=3,
        matched_by_key={"number": 3},
        breaks=breaks,
        remarks=(LONG,),
    )
    return as_html(result).decode()


@pytest.mark.needs("browser")
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_report_fits_the_width_without_sideways_scrolling_and_fetches_nothing(tmp_path: Path, width: int) -> None:
    page = tmp_path / "harness.html"
    page.write_text(HARNESS.format(width=width, page=html.escape(a_report())))
    command = [str(browser()), *SWITCHES, f"--user-data-dir={tmp_path / 'profile'}", page.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    found = re.search(r'<pre id="measured">(.*?)</pre>', dom)
    assert found, dom[:500]
    measured = json.loads(html.unescape(found.group(1)))
    assert measured["scroll"] <= measured["client"] == width
    assert measured["rows"] == 3
    assert 0 < measured["verdict"] <= width
    assert measured["fetched"] == 0
