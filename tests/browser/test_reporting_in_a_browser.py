"""The report as a browser lays it out: from a desk's width to a small phone's, and on one sheet of paper."""

from __future__ import annotations

import html
import json
import re
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from capabilities import browser
from histories import KINDS, TODAY, a_result, a_side, a_suggestion, generated_history, history_of

from airflow_provider_erp.reconciliation.report import write_report
from airflow_provider_erp.reconciliation.result import LeftOut

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
]

HARNESS = """<!doctype html><iframe id="page" style="width:{width}px;height:900px;border:0" srcdoc="{page}"></iframe>
<pre id="measured"></pre><script>
document.getElementById("page").onload = (event) => {{
  const page = event.target.contentDocument;
  for (const folded of page.querySelectorAll("details")) folded.open = true;
  const cut = [...page.querySelectorAll(".card")].filter((card) => card.scrollWidth > card.clientWidth + 1);
  document.getElementById("measured").textContent = JSON.stringify({{
    scroll: page.documentElement.scrollWidth, client: page.documentElement.clientWidth, cut: cut.length,
    rows: page.querySelectorAll(".breaks tbody tr").length,
    verdict: page.querySelector(".verdict").getBoundingClientRect().width,
    fetched: event.target.contentWindow.performance.getEntriesByType("resource").length
  }});
}};
</script>"""


def awkward_report(folder: Path) -> Path:
    """Long words in each place, large amounts, many kinds, many currencies."""
    row: dict[str, Any] = dict.fromkeys(("key", "name", "source_value", "accepted_reason", "accepted_by"), LONG)
    row |= {"field": "name", "target_value": LONG[3:], "accepted_until": TODAY, "state": "changed", "age_days": 400}
    rows = [row | {"amount": Decimal("123456789012.34"), "currency": f"X{letter}X"} for letter in "ABCDEFGHIJKL"]
    history = history_of(folder / "in", *rows)
    amounts = {f"X{letter}X": Decimal("123456789012.34") for letter in "ABCDEF"}
    reasons = (
        "without a project",
        "of a project that the map of customers does not name",
        "without a month",
        "without an amount",
        "not counted by the spec",
    )
    left_out = tuple(
        LeftOut(reason=each, records=10**6, amounts=amounts | {"": Decimal("-0.000001")}) for each in reasons
    )
    side = a_side(
        "Visma.net ERP of the northern subsidiary",
        10**7,
        0,
        0,
        records=15 * 10**6,
        left_out=left_out,
        batch=LONG,
        amounts=amounts,
    )
    kinds = KINDS | {f"kind{place}": f"kind number {place} with some words" for place in range(4)}
    result = a_result(
        history,
        title=LONG,
        kinds=kinds,
        source=side,
        target=side,
        remarks=(LONG,) * 9,
        suggestions=(a_suggestion(source_key=LONG, target_name=LONG, reasons=(LONG,)),),
        provenance={LONG: LONG},
    )
    return write_report(result, history, folder, judgements=(LONG,) * 9, path=LONG)


def usual_report(folder: Path) -> Path:
    history = generated_history(folder / "in", 1_000)
    return write_report(a_result(history, suggestions=(a_suggestion(),) * 20), history, folder)


def empty_report(folder: Path) -> Path:
    history = history_of(folder / "in")
    return write_report(a_result(history), history, folder)


def run_browser(tmp_path: Path, *arguments: str) -> str:
    command = [str(browser()), *SWITCHES, f"--user-data-dir={tmp_path / 'profile'}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


@pytest.mark.needs("browser")
@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize(("report", "rows"), [(awkward_report, 32), (usual_report, 120), (empty_report, 0)])
def test_page_fits_the_width_without_sideways_scrolling_and_fetches_nothing(
    tmp_path: Path, width: int, report: Any, rows: int
) -> None:
    harness = tmp_path / "harness.html"
    page = report(tmp_path / "report").read_text(encoding="utf-8")
    harness.write_text(HARNESS.format(width=width, page=html.escape(page)), encoding="utf-8")
    dom = run_browser(tmp_path, "--dump-dom", harness.as_uri())
    found = re.search(r'<pre id="measured">(.*?)</pre>', dom)
    assert found, dom[:500]
    measured = json.loads(html.unescape(found.group(1)))
    assert measured["scroll"] <= measured["client"] == width
    assert measured["cut"] == 0
    assert measured["rows"] == rows
    assert 0 < measured["verdict"] <= width
    assert measured["fetched"] == 0


@pytest.mark.needs("browser")
@pytest.mark.parametrize("report", [awkward_report, usual_report, empty_report])
def test_page_prints_on_one_sheet(tmp_path: Path, report: Any) -> None:
    pdf = tmp_path / "page.pdf"
    page = report(tmp_path / "report")
    run_browser(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri())
    assert len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes())) == 1
