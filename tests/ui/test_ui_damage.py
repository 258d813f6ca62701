"""What is damaged or out of reach is told on the page, and never an internal error."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from page_as_seen import Page
from reconciled_days import BY_NUMBER
from shown_reports import report_of_a_task
from world_of_the_page import World

from airflow_provider_erp.landing import storage
from airflow_provider_erp.ui import ledgers
from airflow_provider_erp.ui.application import make_application


def test_cut_file_of_receipts_is_told_beside_those_that_can_be_read(
    visit: Any, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = world.address("/dags/{dag_id}/runs/{run_id}")
    copy = tmp_path / "world"
    shutil.copytree(world.base, copy)
    monkeypatch.setenv("AIRFLOW__ERP__BASE_PATH", copy.as_uri())
    [receipts] = copy.rglob("receipts.jsonl")
    receipts.write_bytes(receipts.read_bytes()[:-20])
    answer = visit(address)
    text = Page(answer.text).text
    assert answer.status_code == 200
    assert "1 line of the file of receipts cannot be read" in text
    assert "2 records of plan" in text


@pytest.mark.parametrize("base", ["nosuchscheme://user:s3cret@host/x", "s3://no_such_connection@bucket/s3cret"])
@pytest.mark.parametrize("path", ["/", "/comparisons/c", "/dags/daily_x/runs/r"])
def test_base_path_that_cannot_be_read_is_told_without_its_address(
    base: str, path: str, visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__ERP__BASE_PATH", base)
    answer = visit(path)
    assert answer.status_code == 503
    assert "[erp] base_path, cannot be read from here" in answer.text
    assert "s3cret" not in answer.text


@pytest.mark.parametrize("name", ["<b>bold", "asiakkaat & kunder ÅÄÖ", "客户", "q?a=1#f", "100%25", "x" * 120])
def test_comparison_is_shown_whatever_its_folder_is_called(name: str, visit: Any, base_path: Path) -> None:
    report_of_a_task(base_path, 0, {"1": "Salo"}, {"1": "Sale"})
    (base_path / "reconciliation/customers").rename(base_path / "reconciliation" / name)
    index = visit("/")
    assert "<b>bold" not in index.text
    [link] = set(re.findall(r'href="/erp(/comparisons/[0-9a-f]+/[^"/?]+)"', index.text))
    for path in (link, f"{link}/view", f"{link}/report.html", f"{link}/breaks.xlsx", "/dags/daily/runs/day-0"):
        assert visit(path).status_code == 200, path


@pytest.mark.parametrize("name", ["a/b", "../up", "<b>", "å", ""])
def test_spec_cannot_be_called_what_could_not_stand_in_a_path(name: str) -> None:
    with pytest.raises(ValueError, match="name: expected letters, digits"):
        BY_NUMBER.named(name, "Title")


@pytest.mark.parametrize("base", ["", "file:///nowhere/at/all", "relative/place"])
def test_base_path_of_nothing_is_told_politely(base: str, visit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__ERP__BASE_PATH", base)
    monkeypatch.chdir(Path(__file__).parent)
    answer = visit("/")
    assert answer.status_code in {200, 503}
    if answer.status_code == 200:
        assert "No reconciliation has run yet" in Page(answer.text).text


def broken(address: str) -> Any:
    """What a storage's own library raises, with an address in it."""
    raise RuntimeError(f"403 Forbidden for s3cret in {address}")


@pytest.mark.parametrize("route", [route.path for route in make_application().application.routes])
@pytest.mark.parametrize("failing", ["read", "copy", "names"])
def test_storage_that_fails_midway_is_told_and_no_page_is_an_internal_error(
    route: str, failing: str, visit: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = world.address(route)
    ledgers._kept.cache_clear()
    names = storage.names
    fails = {
        "read": broken,
        "copy": lambda address, _: broken(address),
        "names": lambda address: names(address) if address == world.base.as_uri() else broken(address),
    }
    monkeypatch.setattr(storage, failing, fails[failing])
    answer = visit(address)
    assert answer.status_code in {200, 307, 404, 503}
    assert "s3cret" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if answer.status_code == 503:
        assert "cannot be read from here (RuntimeError)" in answer.text


SPOILT = {
    "claim.json": b"{",
    "receipts.jsonl": b"\xff\xfe\n[1, 2]\n",
    "made_of.json": b"[]",
    "manifest.json": b"{}",
}


@pytest.mark.parametrize("name", [*SPOILT, "ledger manifest", "observation"])
def test_spoilt_file_hides_no_more_than_itself(
    name: str, visit: Any, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "world"
    shutil.copytree(world.base, copy)
    pattern = {"ledger manifest": "ledger/*.json", "observation": "ledger/*.parquet"}.get(name, name)
    for file in copy.rglob(pattern):
        file.write_bytes(SPOILT.get(name, b"spoilt"))
    addresses = [world.address(route.path) for route in make_application().application.routes]
    monkeypatch.setenv("AIRFLOW__ERP__BASE_PATH", copy.as_uri())
    ledgers._kept.cache_clear()
    for address in addresses:
        assert visit(address).status_code in {200, 307, 404}, address
    text = Page(visit("/").text).text
    assert ("comparisons could not be read" in text) == (name == "ledger manifest")


def test_folder_in_the_place_of_a_file_is_passed_over(visit: Any, base_path: Path) -> None:
    report_of_a_task(base_path, 0, {"1": "Salo"}, {"1": "Sale"})
    for place in ("visma_net/Nordic/pushes/abc/claim.json", "visma_net/Nordic/customer/all/2026-11-16/x/manifest.json"):
        (base_path / place).mkdir(parents=True)
    assert visit("/").status_code == visit("/dags/daily/runs/day-0").status_code == 200
