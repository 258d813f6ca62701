"""How much the page reads of its storage: one comparison's ledger for one comparison, and each manifest once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reconciled_days import BY_NUMBER
from shown_reports import report_of_a_task

from airflow_provider_erp.landing import storage
from airflow_provider_erp.ui.ledgers import find_comparison, list_reports

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
