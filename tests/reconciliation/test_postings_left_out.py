"""Records that are in no sum: counted on their side, told in the verdict, and never a green page."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from page_as_seen import Page
from postings_on_disk import MORNING, a_transaction, an_invoice, compare_postings

from airflow_provider_erp.operators.listed import facts_of
from airflow_provider_erp.reconciliation.ledger import fold
from airflow_provider_erp.reconciliation.report import write_report
from airflow_provider_erp.reconciliation.report.verdict import agrees, in_all, verdict
from airflow_provider_erp.reconciliation.result import Reconciliation, SideResult

Compare = Callable[..., Reconciliation]
CODES = {"billable": {"type_code": {1: True, 9: False}}}
WORK = [
    a_transaction("a"),
    a_transaction("b", "50000", project=None),
    a_transaction("c", "7000", project="P2", currency=None),
    a_transaction("d", "7000", project="P2", date=None),
    a_transaction("e", None, project="P2"),
    a_transaction("f", "3000", project="P3", type_code="9"),
]
INVOICES = [
    an_invoice("x"),
    an_invoice("y", "90000", project_number=None),
    an_invoice("z", "80000", project_number=""),
    an_invoice("w", "1000", currency=""),
]


@pytest.fixture
def compare(tmp_path: Path) -> Compare:
    return partial(compare_postings, tmp_path)


def left_out(side: SideResult) -> dict[str, tuple[int, dict[str, int]]]:
    return {each.reason: (each.records, {k: int(v) for k, v in each.amounts.items()}) for each in side.left_out}


def reported(result: Reconciliation, folder: Path) -> Path:
    history = fold([], result.breaks, as_of=MORNING, zone="UTC", folder=folder)
    return write_report(result, history, folder / "out")


def test_control_totals_add_up_from_what_was_compared_and_what_was_left_out(compare: Compare) -> None:
    result = compare(WORK, INVOICES, **CODES)
    assert (result.source.records, result.source.compared) == (6, 1)
    assert result.source.amounts == {"": 7000, "EUR": 60100}
    assert left_out(result.source) == {
        "without a project": (1, {"EUR": 50000}),
        "without a month": (1, {"EUR": 7000}),
        "without a currency": (1, {"": 7000}),
        "without an amount": (1, {}),
        "not counted by the spec": (1, {"EUR": 3000}),
    }
    assert (result.target.records, result.target.compared) == (4, 1)
    assert result.target.amounts == {"": 1000, "EUR": 170100}
    assert left_out(result.target) == {
        "without a project": (2, {"EUR": 170000}),
        "without a currency": (1, {"": 1000}),
    }


def test_verdict_tells_what_could_not_be_compared_and_is_not_green(compare: Compare, tmp_path: Path) -> None:
    result = compare(WORK, INVOICES, **CODES)
    assert verdict(result) == (
        "Visma PX and Lemonsoft agree on the one sum; 4 records of Visma PX (57,000.00 EUR, 7,000.00 no currency) "
        "and 3 records of Lemonsoft (170,000.00 EUR, 1,000.00 no currency) could not be compared."
    )
    text = reported(result, tmp_path).read_text(encoding="utf-8")
    assert not agrees(result)
    assert 'class="verdict agrees' not in text
    assert "Nothing to put right." not in text


def test_list_of_reports_is_told_how_many_records_could_not_be_compared(compare: Compare, tmp_path: Path) -> None:
    result = compare(WORK, INVOICES, **CODES)
    history = fold([], result.breaks, as_of=MORNING, zone="UTC", folder=tmp_path)
    told = dict.fromkeys(("verdict", "judgements", "open", "states", "at_risk"))
    assert facts_of(result, history, told, None, result.breaks)["unplaced"] == 7


def test_page_shows_the_parts_of_each_side_with_their_amounts(compare: Compare, tmp_path: Path) -> None:
    text = Page(reported(compare(WORK, INVOICES, **CODES), tmp_path).read_text(encoding="utf-8")).text
    assert (
        "1 matched + 0 only here + 0 duplicates + 0 ambiguous + 4 could not be compared + 1 not counted by the spec "
        "= 6 records"
    ) in text
    strip = text[text.index("Completeness") : text.index("Breaks by kind")]
    places = [
        strip.index(words)
        for words in (
            "1compared100.00 EUR",
            "1without a project50,000.00 EUR",
            "1without a month7,000.00 EUR",
            "1without a currency7,000.00 no currency",
            "1without an amount",
            "1not counted by the spec3,000.00 EUR",
            "6in all60,100.00 EUR7,000.00 no currency",
            "2without a project170,000.00 EUR",
            "4in all170,100.00 EUR1,000.00 no currency",
        )
    ]
    assert places == sorted(places)


def test_remarks_begin_with_what_could_not_be_compared(compare: Compare, tmp_path: Path) -> None:
    unexplained = {"invoiced": {7: True}, "signs": {8: 1}} | CODES
    report = reported(compare(WORK, INVOICES, **unexplained), tmp_path)
    remarks = json.loads(report.with_name("breaks.json").read_text(encoding="utf-8"))["remarks"]
    assert remarks[0] == (
        "4 records of Visma PX could not be compared: 1 without a project (50,000.00 EUR), 1 without a month "
        "(7,000.00 EUR), 1 without a currency (7,000.00 no currency), 1 without an amount"
    )
    assert remarks[1] == (
        "3 records of Lemonsoft could not be compared: 2 without a project (170,000.00 EUR), 1 without a currency "
        "(1,000.00 no currency)"
    )
    assert "does not explain" in remarks[2]
    assert all(each in Page(report.read_text(encoding="utf-8")).text for each in remarks[:2])


def test_files_hold_what_was_left_out(compare: Compare, tmp_path: Path) -> None:
    folder = reported(compare(WORK, INVOICES, **CODES), tmp_path).parent
    content = json.loads((folder / "breaks.json").read_text(encoding="utf-8"))
    schema = resources.files("airflow_provider_erp.reconciliation.report") / "breaks.schema.json"
    jsonschema.Draft202012Validator(json.loads(schema.read_text())).validate(content)
    assert content["target"]["left_out"][0] == {
        "reason": "without a project",
        "records": 2,
        "amounts": {"EUR": "170000.000000"},
        "by_spec": False,
    }
    sheet = openpyxl.load_workbook(folder / "breaks.xlsx")["Summary"].iter_rows(values_only=True)
    rows = {row[0]: row[1:3] for row in sheet}
    assert rows["Records"] == (6, 4)
    assert rows["Left out: without a project"] == (1, 2)
    assert rows["Left out: not counted by the spec"] == (1, 0)
    assert rows["Total EUR"] == (60100, 170100)
    assert rows["Left out: without a project, EUR"] == (50000, 170000)
    assert rows["Left out: without a currency, no currency"] == (7000, 1000)


def test_everything_left_out_is_no_agreement(compare: Compare, tmp_path: Path) -> None:
    result = compare(WORK[1:2], INVOICES[1:2])
    assert in_all(result) == 0
    assert verdict(result) == (
        "Visma PX and Lemonsoft have no sums to compare; 1 record of Visma PX (50,000.00 EUR) and 1 record of "
        "Lemonsoft (90,000.00 EUR) could not be compared."
    )
    text = reported(result, tmp_path).read_text(encoding="utf-8")
    assert "No break was found in what there was to compare." in text
    assert 'class="verdict agrees' not in text


def test_everything_that_does_not_count_by_the_spec_is_no_agreement_either(compare: Compare) -> None:
    result = compare(WORK[5:], INVOICES[1:2], without_project="ignored", **CODES)
    assert verdict(result) == "Visma PX and Lemonsoft have no sums to compare."
    assert not agrees(result)
    assert result.target.unplaced == ()


def test_side_that_is_empty_is_told_beside_what_the_other_could_not_compare(compare: Compare) -> None:
    assert verdict(compare(WORK[1:2], [])) == (
        "Lemonsoft is empty: it holds no sums at all; 1 record of Visma PX (50,000.00 EUR) could not be compared."
    )


def test_what_does_not_count_by_the_spec_leaves_the_agreement_whole(compare: Compare, tmp_path: Path) -> None:
    drafted = an_invoice("9", "20", state_code="0", currency=None)
    result = compare([WORK[0], WORK[5]], [INVOICES[0], drafted], ignored_states={0}, **CODES)
    assert verdict(result) == "Visma PX and Lemonsoft agree on the one sum."
    assert left_out(result.target) == {"not counted by the spec": (1, {"": 20})}
    text = reported(result, tmp_path).read_text(encoding="utf-8")
    assert 'class="verdict agrees"' in text
    assert "0 ambiguous + 1 not counted by the spec = 2 records" in Page(text).text


def test_invoice_without_a_project_is_an_orphan_where_the_spec_says_so(compare: Compare) -> None:
    result = compare(WORK[:1], INVOICES[:3], without_project="orphan")
    found = [(each.kind, each.key, each.target_id, each.target_value, each.amount) for each in result.read_breaks()]
    assert sorted(found) == [
        ("orphan_invoice", "(none) 2026-10 EUR", "y", "90000.00 EUR", Decimal(90000)),
        ("orphan_invoice", "(none) 2026-10 EUR", "z", "80000.00 EUR", Decimal(80000)),
    ]
    assert (result.target.only_here, result.target.left_out) == (2, ())
    assert verdict(result) == (
        "Visma PX and Lemonsoft agree on 1 of 2 sums; 2 breaks are of the kind “invoice without a known project”."
    )


def test_orphan_that_lacks_a_currency_is_left_out(compare: Compare) -> None:
    result = compare([], [an_invoice("1", project_number=None, currency=None)], without_project="orphan")
    assert left_out(result.target) == {"without a currency": (1, {"": 100})}


def test_invoice_without_a_customer_is_left_out_of_sums_per_customer(compare: Compare) -> None:
    invoices = [an_invoice("1", customer_number="C1"), an_invoice("2", "5", customer_number=None)]
    result = compare([a_transaction("1")], invoices, customers={"P1": "C1"})
    assert left_out(result.target) == {"without a customer": (1, {"EUR": 5})}


@pytest.mark.parametrize("first", ["0", "1"])
def test_copy_that_is_held_back_never_stands_for_the_one_that_is_not(compare: Compare, first: str) -> None:
    copies: list[Any] = [
        a_transaction(number, text="same", invoiced_code=code)
        for number, code in (("1", first), ("2", "10"[int(first)]))
    ]
    result = compare(copies, [an_invoice("1")], invoiced={0: False, 1: True})
    assert [(each.kind, each.members) for each in result.read_breaks()] == [("duplicate_posting", ("1", "2"))]
    assert (result.source.matched, result.target.matched) == (1, 1)
