"""The page of a day whose side was short: what was found is counted, what was not looked at stands apart."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from histories import a_result, history_of
from page_as_seen import Page

from airflow_provider_erp.reconciliation.history import History
from airflow_provider_erp.reconciliation.report import write_report
from airflow_provider_erp.reconciliation.rules import Money, Threshold
from airflow_provider_erp.reconciliation.thresholds import judge

FOUND: dict[str, Any] = {"key": "F1", "field": "street", "source_value": "Rantatie 1", "target_value": "Rantatie 2"}
FOUND |= {"amount": Decimal(5), "currency": "EUR"}
LOST: dict[str, Any] = {"state": "not_looked_at", "field": "street", "age_days": 40}


def carried(number: int, **values: Any) -> dict[str, Any]:
    return LOST | {"key": f"L{number}", "amount": Decimal(100 + number), "currency": "EUR"} | values


def short_day(folder: Path, *rows: dict[str, Any]) -> History:
    history = history_of(folder / "in", *rows)
    lost = sum(row.get("state") == "not_looked_at" for row in rows)
    counted = {"field_differs": lost} if lost else {}
    return replace(history, resolves=False, not_looked_at=counted, before={"field_differs": len(rows)})


def text_of(folder: Path, *rows: dict[str, Any]) -> str:
    history = short_day(folder, *rows)
    found = [row for row in rows if row.get("state") != "not_looked_at"]
    result = a_result(history, counts={"field_differs": len(found)}, differing=len(found))
    return Page(write_report(result, history, folder / "out").read_text(encoding="utf-8")).text


def between(text: str, begin: str, end: str) -> str:
    return text[text.index(begin) : text.index(end, text.index(begin))]


def test_verdict_tiles_and_tables_of_a_short_day_count_what_was_found(tmp_path: Path) -> None:
    text = text_of(tmp_path, FOUND, *map(carried, range(12)))
    assert "; 1 field differs and 12 earlier breaks were not looked at." in text
    assert "13 breaks are open, 1 new, 12 not looked at today." in text
    assert "12 earlier breaks stay open that could not be looked at" in text
    assert "Field differs1no changeand 12 not looked at" in text
    assert "EUR0-1 days5.00 (1)" in between(text, "Age of open breaks", "The last 30 days")
    for begin, end in (
        ("Most money at risk", "Not looked at today1"),
        ("Longest open", "all 1 found today"),
        ("all 1 found today", "Agreement by field"),
    ):
        table = between(text, begin, end)
        assert "F1" in table
        assert "L1" not in table


def test_break_that_was_not_looked_at_stands_with_its_key_its_last_known_amount_and_its_age(tmp_path: Path) -> None:
    text = text_of(tmp_path, FOUND, *map(carried, range(11)), carried(99, amount=None, currency=None))
    table = between(text, "Not looked at today12 earlier breaks", "Longest open")
    assert "the first 10 are here, the files below have all" in table
    assert "1,155.00 EUR (11) · no amount (1)." in table
    assert "Street differs not looked at today L10 110.00 EUR 40 days" in table
    assert "L0" not in table


def test_short_day_that_finds_no_break_is_neither_calm_nor_green(tmp_path: Path) -> None:
    for number, rows in enumerate(([], [carried(1, amount=None)])):
        history = short_day(tmp_path / str(number), *rows)
        page = write_report(a_result(history, counts={}, differing=0), history, tmp_path / f"out{number}").read_text()
        assert "Nothing to put right" not in page
        assert "verdict agrees" not in page
        assert "No break was found in what there was to compare." in page
        assert ("L1</bdi>" in page) == bool(rows)


def test_accepted_break_that_was_not_looked_at_says_so_where_it_is_about_to_expire(tmp_path: Path) -> None:
    until = history_of(tmp_path / "date").date
    row = carried(1, accepted_until=until, accepted_reason="agreed", accepted_by="Eva")
    text = text_of(tmp_path, FOUND, row)
    assert "Street differs not looked at todayL1agreedEva" in between(text, "about to expire", "all 1 found")


def test_files_of_a_short_day_say_what_was_not_looked_at(tmp_path: Path) -> None:
    text_of(tmp_path, FOUND, carried(1))
    with (tmp_path / "out" / "breaks.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [(row["key"], row["state"]) for row in csv.DictReader(file)] == [("F1", "new"), ("L1", "not_looked_at")]
    content = json.loads((tmp_path / "out" / "breaks.json").read_bytes())
    assert content["not_looked_at"] == {"field_differs": 1}
    book = openpyxl.load_workbook(tmp_path / "out" / "breaks.xlsx")
    rows = list(book["Summary"].iter_rows(values_only=True))
    assert next(row[1:4] for row in rows if row[0] == "Field differs") == (1, "no change", "1 more not looked at")
    assert [row[9] for row in book["Breaks"].iter_rows(min_row=2, values_only=True)] == ["new", "not_looked_at"]


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ({"count": 2}, ["3 breaks are open, 2 are allowed"]),
        ({"share": 0.1}, []),
        ({"share": 0.05}, ["1 break is open, 10 % of 10 compared, 5 % is allowed"]),
        ({"amount": Money(Decimal(200), "EUR")}, ["208.00 EUR are at risk in open breaks, 200.00 EUR are allowed"]),
    ],
)
def test_share_is_of_what_was_compared_and_other_limits_count_what_is_open(
    tmp_path: Path, limit: dict[str, Any], said: list[str]
) -> None:
    history = short_day(tmp_path, FOUND, carried(1), carried(2))
    judged = judge(history, [Threshold(**limit)], 10, kinds={})
    assert [each.sentence for each in judged] == said
