"""What is damaged or out of reach is told on the page, and never an internal error."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from page_as_seen import Page
from world_of_the_page import World


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
