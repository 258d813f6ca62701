"""Where normalised rows lie between two runs of a comparison, and what a run does with those that it finds."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from published_report import read_report
from reconciled_days import BY_NUMBER, reconcile_day

from airflow_provider_erp.reconciliation import CUSTOMERS

MONDAY, TUESDAY = {"1": "Anna", "2": "Berta"}, {"1": "Anna", "2": "Britta", "3": "Carla"}
OTHERS = {"1": "Anna", "2": "Berta", "4": "Dora"}


def rows(base: Path) -> dict[str, bytes]:
    """The kept files by their day and the side that they are of."""
    files = base.glob("reconciliation/*/*/*/normalised/*/*")
    return {f"{file.parent.name} {file.name.split('-')[0]}": file.read_bytes() for file in files}


def told(result: dict[str, Any]) -> Any:
    return read_report(result["report"])["breaks"]


def test_rows_of_the_last_run_are_kept_and_the_next_run_tells_the_same_as_without(tmp_path: Path) -> None:
    alone = [reconcile_day(tmp_path / "alone", day, names, OTHERS) for day, names in enumerate((MONDAY, TUESDAY))]
    kept = []
    for day, names in enumerate((MONDAY, TUESDAY)):
        kept.append(reconcile_day(tmp_path / "kept", day, names, OTHERS, keep_rows_from=1))
        assert {"source", "target"} <= {each.split()[1] for each in rows(tmp_path / "kept")}
    assert list(map(told, kept)) == list(map(told, alone))
    assert not rows(tmp_path / "alone")


def test_rows_are_kept_no_longer_where_the_sides_have_become_small(tmp_path: Path) -> None:
    reconcile_day(tmp_path, 0, MONDAY, OTHERS, keep_rows_from=1)
    reconcile_day(tmp_path, 1, TUESDAY, OTHERS, keep_rows_from=100)
    assert not rows(tmp_path)


def test_damaged_rows_are_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    reconcile_day(tmp_path, 0, MONDAY, OTHERS, keep_rows_from=1)
    for file in tmp_path.glob("reconciliation/*/*/*/normalised/*/*"):
        file.write_bytes(b"cut")
    with caplog.at_level(logging.INFO):
        result = reconcile_day(tmp_path, 1, TUESDAY, OTHERS, keep_rows_from=1)
    assert caplog.text.count("cannot be used; all customers of this side are normalised anew") == 2
    assert result["open"] == 3
    assert b"cut" not in rows(tmp_path).values()


def test_rows_by_other_rules_are_not_taken(tmp_path: Path) -> None:
    reconcile_day(tmp_path, 0, MONDAY, OTHERS, keep_rows_from=1)
    before = set(rows(tmp_path).values())
    other_rules = CUSTOMERS.named(BY_NUMBER.name, "The same with more fields")
    result = reconcile_day(tmp_path, 1, MONDAY, OTHERS, spec=other_rules, keep_rows_from=1)
    assert result["matched"] == 2
    assert not before & set(rows(tmp_path).values())


def test_file_that_is_still_used_is_not_put_away_again(tmp_path: Path) -> None:
    many = {str(place): f"Anna {place}" for place in range(50)}
    reconcile_day(tmp_path, 0, many, many, keep_rows_from=1)
    before = rows(tmp_path)
    result = reconcile_day(tmp_path, 1, {**many, "7": "Berta"}, many, keep_rows_from=1)
    date = result["report"].split("/")[-2]
    assert result["open"] == 1
    assert set(before) < set(rows(tmp_path))
    assert set(rows(tmp_path)) - set(before) == {f"{date} source_changed", f"{date} target_changed"}
    reconcile_day(tmp_path, 2, many, {**many, "7": "Berta"}, keep_rows_from=1)
    assert len(rows(tmp_path)) == 4
