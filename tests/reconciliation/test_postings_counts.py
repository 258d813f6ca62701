"""How comparisons of postings count, and by what a break is known from day to day."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from postings_on_disk import Fields, a_transaction, an_invoice, compare_postings

from airflow_provider_erp.reconciliation.postings import DateWithin, PercentWithin
from airflow_provider_erp.reconciliation.report.verdict import agreeing, in_all, verdict
from airflow_provider_erp.reconciliation.result import Reconciliation

Compare = Callable[..., Reconciliation]
HELD = {"invoiced": {0: False, 1: True}}


@pytest.fixture
def compare(tmp_path: Path) -> Compare:
    return partial(compare_postings, tmp_path)


def identities(result: Reconciliation) -> list[tuple[str, str]]:
    return [(each.kind, each.break_id) for each in result.read_breaks()]


def kinds(result: Reconciliation) -> list[str]:
    return [each.kind for each in result.read_breaks()]


def test_hundred_lines_without_an_invoice_are_one_sum_that_disagrees(compare: Compare) -> None:
    work = [a_transaction(str(number), "1.00") for number in range(100)]
    result = compare([*work, a_transaction("z", "5", project="P2")], [an_invoice("1", "5", project_number="P2")])
    assert verdict(result) == "Visma PX and Lemonsoft agree on 1 of 2 sums; 1 is not invoiced."
    assert any("control totals count lines" in each for each in result.remarks)


def test_work_that_was_taken_back_is_no_sum_that_disagrees(compare: Compare) -> None:
    work = [a_transaction("1", "50"), a_transaction("2", "-50"), a_transaction("3", project="P2")]
    result = compare(work, [an_invoice("1", project_number="P2")])
    assert verdict(result) == "Visma PX and Lemonsoft agree on all 2 sums."


@pytest.mark.parametrize(
    ("work", "invoices", "spec", "expected"),
    [
        ([{}], [{"date": "2026-11-02"}], {}, (0, 2)),
        ([{}], [{"date": "2026-11-02"}], {"tolerances": (DateWithin(40),)}, (2, 2)),
        ([{}], [{"currency": "SEK"}], {}, (0, 2)),
        ([{"text": "same"}, {"text": "same"}], [{}], {}, (0, 1)),
        ([{}], [{}, {"project_number": "P9"}], {}, (1, 2)),
        ([{}, {"invoiced_code": "0"}], [{}], HELD, (0, 1)),
    ],
)
def test_sum_agrees_where_no_break_names_it(
    compare: Compare, work: list[Fields], invoices: list[Fields], spec: dict[str, Any], expected: tuple[int, int]
) -> None:
    source = [a_transaction(str(place), **each) for place, each in enumerate(work)]
    target = [an_invoice(str(place), **each) for place, each in enumerate(invoices)]
    result = compare(source, target, **spec)
    assert (agreeing(result), in_all(result)) == expected


def test_work_held_back_is_told_where_the_whole_sum_agrees_within_its_tolerance(compare: Compare) -> None:
    work = [a_transaction("1", "10000", invoiced_code="1"), a_transaction("2", "150", invoiced_code="0")]
    result = compare(work, [an_invoice("1", "10000")], tolerances=(PercentWithin(Decimal(2)),), **HELD)
    [each] = result.read_breaks()
    assert (each.kind, each.members) == ("not_invoiced", ("2",))
    assert each.amount == 150


def test_work_held_back_is_no_break_where_the_whole_sum_agrees_better(compare: Compare) -> None:
    work = [a_transaction("1", "10000", invoiced_code="1"), a_transaction("2", "150", invoiced_code="0")]
    result = compare(work, [an_invoice("1", "10149")], tolerances=(PercentWithin(Decimal(2)),), **HELD)
    assert kinds(result) == []


def test_work_held_back_that_is_worth_nothing_is_no_break(compare: Compare) -> None:
    work = [a_transaction("1", invoiced_code="1"), a_transaction("2", "0", invoiced_code="0")]
    assert kinds(compare(work, [an_invoice("1")], **HELD)) == []


def test_sum_not_invoiced_is_the_same_break_once_one_line_explains_it(compare: Compare) -> None:
    before = compare([a_transaction("1", "60")], [])
    first = identities(before)
    after = compare([a_transaction("1", "60"), a_transaction("2", "40")], [an_invoice("1", "40")])
    assert identities(after) == first
    assert first[0][0] == "not_invoiced"


def test_line_in_the_wrong_period_is_the_break_that_its_sum_was(compare: Compare) -> None:
    late = an_invoice("1", "50.00", date="2026-11-03")
    first = identities(compare([a_transaction("1", "50.00")], [late]))
    work = [a_transaction("1", "50.00"), a_transaction("2"), a_transaction("3", "25.00")]
    second = dict(identities(compare(work, [late, an_invoice("2")])))
    assert second["wrong_period"] == dict(first)["wrong_period"]


def test_lines_of_one_sum_in_the_same_wrong_period_are_one_break(compare: Compare) -> None:
    work = [a_transaction(number, price) for number, price in (("1", "100"), ("2", "50"), ("3", "30"), ("4", "7"))]
    late = [an_invoice(number, price, date="2026-11-03") for number, price in (("2", "50"), ("3", "30"))]
    result = compare(work, [an_invoice("1"), *late])
    [wrong] = [each for each in result.read_breaks() if each.kind == "wrong_period"]
    assert (wrong.members, wrong.source_value) == (("2", "3"), "80.00 EUR in 2026-10")
    assert wrong.amount == 80


def test_another_copy_leaves_a_duplicate_the_same_break(compare: Compare) -> None:
    copies = [a_transaction(number, text="same") for number in ("8", "9", "10")]
    [before] = compare(copies[:2], [an_invoice("1")]).read_breaks()
    [after] = compare(copies, [an_invoice("1")]).read_breaks()
    assert (before.members, after.members) == (("8", "9"), ("10", "8", "9"))
    assert before.break_id == after.break_id
    assert before.digest != after.digest


def test_same_copies_in_either_system_are_two_breaks(compare: Compare) -> None:
    fields = ("date",)
    result = compare(
        [a_transaction(number, date="2026-10-28") for number in ("1", "2")],
        [an_invoice(number) for number in ("1", "2")],
        alike_transactions=fields,
        alike_invoices=fields,
    )
    assert len({each for _, each in identities(result)}) == 2
