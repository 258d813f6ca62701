"""Work that is invoiced in a later month, or in the local currency, all as the spec allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from postings_on_disk import Fields, a_transaction, an_invoice, compare_postings

from airflow_provider_erp.reconciliation.postings import DateWithin
from airflow_provider_erp.reconciliation.report.verdict import verdict
from airflow_provider_erp.reconciliation.result import Reconciliation

Compare = Callable[..., Reconciliation]
WITHIN = {"tolerances": (DateWithin(40),)}
LOCAL = {"local_currency": "EUR"}


@pytest.fixture
def compare(tmp_path: Path) -> Compare:
    return partial(compare_postings, tmp_path)


def found(result: Reconciliation) -> list[tuple[str, str]]:
    return [(each.kind, each.key) for each in result.read_breaks()]


def fees(*days: str) -> list[Fields]:
    return [a_transaction(day, date=f"2026-{day}") for day in days]


def bills(*days: str) -> Iterator[Fields]:
    return (an_invoice(day, date=f"2026-{day}") for day in days)


def test_monthly_fee_that_is_invoiced_in_the_next_month_agrees_in_every_month(compare: Compare) -> None:
    result = compare(fees("08-20", "09-20", "10-20"), bills("09-05", "10-05", "11-05"), **WITHIN)
    assert found(result) == []
    assert verdict(result) == "Visma PX and Lemonsoft agree on all 4 sums."
    assert (result.source.matched, result.target.matched) == (3, 3)
    assert result.matched_by["project and currency"] == 3


def test_monthly_fee_without_days_in_the_spec_counts_by_its_months(compare: Compare) -> None:
    result = compare(fees("08-20", "09-20", "10-20"), bills("09-05", "10-05", "11-05"))
    assert found(result) == [("wrong_period", "P1 2026-08 EUR")]


def test_monthly_fee_whose_invoice_is_too_late_is_in_the_wrong_period(compare: Compare) -> None:
    result = compare(fees("08-20"), bills("10-05"), **WITHIN)
    assert found(result) == [("wrong_period", "P1 2026-08 EUR")]


def test_fee_that_is_not_invoiced_yet_is_the_last_one(compare: Compare) -> None:
    result = compare(fees("08-20", "09-20", "10-20", "11-18"), bills("09-05", "10-05", "11-05"), **WITHIN)
    assert found(result) == [("not_invoiced", "P1 2026-11 EUR")]


def test_fee_that_was_forgotten_is_the_first_one_where_invoices_follow_in_the_same_month(compare: Compare) -> None:
    result = compare(fees("08-20", "09-05", "10-05"), bills("09-25", "10-12"), **WITHIN)
    assert found(result) == [("not_invoiced", "P1 2026-08 EUR")]


def test_other_work_beside_a_monthly_fee_stays_in_its_month(compare: Compare) -> None:
    work = [*fees("08-20", "09-20"), a_transaction("other", "70", date="2026-09-02")]
    result = compare(work, bills("09-05", "10-05"), **WITHIN)
    assert found(result) == [("not_invoiced", "P1 2026-09 EUR")]


def test_invoices_that_agree_month_by_month_are_not_moved(compare: Compare) -> None:
    work = [a_transaction("1", "100", date="2026-09-25"), a_transaction("2", "100", date="2026-10-05")]
    target = [an_invoice("1", "60", date="2026-09-28"), an_invoice("2", "40", date="2026-09-28")]
    result = compare(work, [*target, an_invoice("3", "100", date="2026-10-20")], **WITHIN)
    assert found(result) == []
    assert result.matched_by["project, period and currency"] == 2


def test_work_in_another_currency_is_invoiced_in_the_local_one_beside_local_work(compare: Compare) -> None:
    work = [a_transaction("1", "1000", currency="SEK", price_local="90"), a_transaction("2", "10")]
    result = compare(work, [an_invoice("1", "90"), an_invoice("2", "10")], **LOCAL)
    assert found(result) == []
    assert verdict(result) == "Visma PX and Lemonsoft agree on all 2 sums."
    assert (result.source.matched, result.target.matched) == (2, 2)


def test_two_other_currencies_are_invoiced_together_in_the_local_one(compare: Compare) -> None:
    work = [
        a_transaction("1", "1000", currency="SEK", price_local="90"),
        a_transaction("2", "500", currency="NOK", price_local="45"),
    ]
    assert found(compare(work, [an_invoice("1", "135")], **LOCAL)) == []


def test_currency_that_has_invoices_of_its_own_is_not_taken_for_local(compare: Compare) -> None:
    work = [
        a_transaction("1", "1000", currency="SEK", price_local="90"),
        a_transaction("2", "500", currency="NOK", price_local="45"),
        a_transaction("3", "10"),
    ]
    result = compare(work, [an_invoice("1", "100"), an_invoice("2", "499", currency="NOK")], **LOCAL)
    assert found(result) == [("amount_differs", "P1 2026-10 NOK")]


def test_local_invoice_of_another_amount_leaves_both_sums_apart(compare: Compare) -> None:
    work = [a_transaction("1", "1000", currency="SEK", price_local="90"), a_transaction("2", "10")]
    result = compare(work, [an_invoice("1", "95"), an_invoice("2", "10")], **LOCAL)
    assert found(result) == [("not_invoiced", "P1 2026-10 SEK"), ("invoiced_not_posted", "P1 2026-10 EUR")]
