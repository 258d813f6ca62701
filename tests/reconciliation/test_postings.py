"""What a comparison of transactions with invoices finds, by small examples."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from postings_on_disk import MORNING, a_posting_side, a_transaction, an_invoice, compare_postings

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.reconciliation.postings import AmountWithin, DateWithin, PercentWithin, PostingSpec
from airflow_provider_erp.reconciliation.postings.compare import reconcile_postings
from airflow_provider_erp.reconciliation.result import Break, Reconciliation

Compare = Callable[..., Reconciliation]


@pytest.fixture
def compare(tmp_path: Path) -> Compare:
    return partial(compare_postings, tmp_path)


def found(result: Reconciliation) -> list[tuple[Any, ...]]:
    return [(each.kind, each.key, each.source_id, each.target_id, each.amount) for each in result.read_breaks()]


def left_out(result: Reconciliation) -> list[tuple[Any, ...]]:
    return [(each.reason, each.records, each.amounts) for each in result.source.left_out]


def the_break(result: Reconciliation) -> Break:
    [each] = result.read_breaks()
    return each


def test_work_that_is_invoiced_in_its_month_agrees(compare: Compare) -> None:
    result = compare([a_transaction("1", "60.00"), a_transaction("2", "40.00")], [an_invoice("1")])
    assert found(result) == []
    assert result.matched == 1
    assert (result.source.records, result.source.matched, result.source.amounts) == (2, 2, {"EUR": Decimal(100)})
    assert (result.target.records, result.target.matched, result.target.amounts) == (1, 1, {"EUR": Decimal(100)})
    assert [(each.field, each.compared, each.equal) for each in result.agreement] == [
        ("sum", 1, 1),
        ("period", 1, 1),
        ("currency", 1, 1),
        ("amount", 1, 1),
    ]


def test_two_empty_sides_agree(compare: Compare) -> None:
    result = compare([], [])
    assert found(result) == []
    assert (result.matched, result.source.records, result.target.records) == (0, 0, 0)


def test_work_without_an_invoice_is_not_invoiced(compare: Compare) -> None:
    result = compare([a_transaction("1")], [])
    assert found(result) == [("not_invoiced", "P1 2026-10 EUR", None, None, 100)]
    assert result.source.only_here == 1
    each = the_break(result)
    assert (each.source_value, each.target_value, each.currency) == ("100.00 EUR", "0.00 EUR", "EUR")


def test_line_that_is_worth_the_whole_difference_is_the_one_not_invoiced(compare: Compare) -> None:
    lines = [a_transaction("1", "60.00"), a_transaction("2", "40.00")]
    assert found(compare(lines, [an_invoice("1", "60.00")])) == [("not_invoiced", "P1 2026-10 EUR", "2", None, 40)]


def test_two_lines_that_may_be_the_one_leave_the_difference_to_the_sum(compare: Compare) -> None:
    lines = [a_transaction("1", "20.00"), a_transaction("2", "40.00"), a_transaction("3", "40.00")]
    result = compare(lines, [an_invoice("1", "60.00")])
    assert found(result) == [("amount_differs", "P1 2026-10 EUR", None, None, 40)]
    assert the_break(result).field == "amount"


def test_invoice_in_a_month_without_work_is_not_posted(compare: Compare) -> None:
    invoices = [an_invoice("1"), an_invoice("2", "30.00", date="2026-09-30")]
    result = compare([a_transaction("1")], invoices)
    assert found(result) == [("invoiced_not_posted", "P1 2026-09 EUR", None, None, 30)]


def test_invoice_that_is_worth_the_whole_difference_is_the_one_not_posted(compare: Compare) -> None:
    invoices = [an_invoice("1", "30.00"), an_invoice("2")]
    result = compare([a_transaction("1")], invoices)
    assert found(result) == [("invoiced_not_posted", "P1 2026-10 EUR", None, "1", 30)]


def test_same_amount_in_another_month_is_in_the_wrong_period(compare: Compare) -> None:
    result = compare([a_transaction("1")], [an_invoice("1", date="2026-11-02")])
    assert found(result) == [("wrong_period", "P1 2026-10 EUR", None, None, 100)]
    each = the_break(result)
    assert (each.source_value, each.target_value) == ("100.00 EUR in 2026-10", "100.00 EUR in 2026-11")
    assert result.source.matched == result.target.matched == 1


def test_part_of_a_month_that_is_invoiced_in_the_next_is_in_the_wrong_period(compare: Compare) -> None:
    lines = [a_transaction("1", "60.00"), a_transaction("2", "40.00"), a_transaction("3", "9.00", date="2026-11-01")]
    invoices = [an_invoice("1", "60.00"), an_invoice("2", "49.00", date="2026-11-02")]
    result = compare(lines, invoices)
    assert found(result) == [("wrong_period", "P1 2026-10 EUR", None, None, 40)]
    assert result.source.matched == 3
    assert result.target.matched == 2


def test_credit_in_the_wrong_period_is_seen_from_its_own_month(compare: Compare) -> None:
    result = compare([a_transaction("1", "-50.00")], [an_invoice("1", "-50.00", date="2026-12-01")])
    assert found(result) == [("wrong_period", "P1 2026-10 EUR", None, None, 50)]


def test_amount_with_two_months_to_choose_from_is_in_no_wrong_period(compare: Compare) -> None:
    invoices = [an_invoice("1", date="2026-11-02"), an_invoice("2", date="2026-09-02")]
    kinds = [kind for kind, *_ in found(compare([a_transaction("1")], invoices))]
    assert kinds == ["not_invoiced", "invoiced_not_posted", "invoiced_not_posted"]


@pytest.mark.parametrize(
    ("dated", "tolerance", "kinds"),
    [
        ("2026-11-04", DateWithin(30), []),
        ("2026-11-05", DateWithin(30), ["wrong_period"]),
        ("2026-09-30", DateWithin(30), ["wrong_period"]),
        ("2026-09-30", DateWithin(30, before=5), []),
        ("2026-09-29", DateWithin(30, before=5), ["wrong_period"]),
    ],
)
def test_invoice_within_days_of_the_last_work_is_in_time(
    compare: Compare, dated: str, tolerance: DateWithin, kinds: list[str]
) -> None:
    result = compare([a_transaction("1")], [an_invoice("1", date=dated)], tolerances=(tolerance,))
    assert [kind for kind, *_ in found(result)] == kinds
    assert result.matched == 1


def test_other_currency_in_the_same_month_differs_in_currency(compare: Compare) -> None:
    result = compare([a_transaction("1")], [an_invoice("1", currency="SEK")])
    assert found(result) == [("currency_differs", "P1 2026-10 EUR", None, None, 100)]
    each = the_break(result)
    assert (each.source_value, each.target_value, each.currency) == ("100.00 EUR", "100.00 SEK", "EUR")


@pytest.mark.parametrize(("total", "kinds"), [("90.00", []), ("95.00", ["rate_differs"])])
def test_work_in_another_currency_may_be_invoiced_in_the_local_one(
    compare: Compare, total: str, kinds: list[str]
) -> None:
    work = [a_transaction("1", "1000.00", currency="SEK", price_local="90.00")]
    result = compare(work, [an_invoice("1", total)], local_currency="EUR")
    breaks = list(result.read_breaks())
    assert [each.kind for each in breaks] == kinds
    for each in breaks:
        assert (each.source_value, each.target_value, each.currency) == ("90.00 EUR", "95.00 EUR", "EUR")
        assert each.amount == 5


def test_rate_is_not_judged_without_local_prices(compare: Compare) -> None:
    work = [a_transaction("1", "1000.00", currency="SEK")]
    result = compare(work, [an_invoice("1", "90.00")], local_currency="EUR")
    assert [kind for kind, *_ in found(result)] == ["currency_differs"]


def test_transaction_posted_twice_and_invoiced_once_is_a_duplicate_and_nothing_else(compare: Compare) -> None:
    copies = [a_transaction("2", text="same"), a_transaction("1", text="same")]
    result = compare(copies, [an_invoice("1")])
    assert found(result) == [("duplicate_posting", "P1 2026-10 EUR", "1", None, 100)]
    assert the_break(result).members == ("1", "2")
    assert (result.source.records, result.source.matched, result.source.duplicates) == (2, 1, 1)


def test_invoice_posted_twice_is_a_duplicate_even_where_both_were_worked(compare: Compare) -> None:
    invoices = [an_invoice("1", customer_number="9"), an_invoice("2", customer_number="9")]
    result = compare([a_transaction("1"), a_transaction("2")], invoices)
    assert found(result) == [("duplicate_posting", "P1 2026-10 EUR", None, "1", 100)]
    assert the_break(result).target_value == "200.00 EUR"


def test_nothing_is_a_copy_where_the_spec_compares_nothing(compare: Compare) -> None:
    copies = [a_transaction("1", text="same"), a_transaction("2", text="same")]
    assert found(compare(copies, [an_invoice("1", "200.00")], alike_transactions=())) == []


def test_invoice_of_a_project_that_is_unknown_is_an_orphan(compare: Compare) -> None:
    result = compare([a_transaction("1")], [an_invoice("1"), an_invoice("2", "7.5", project_number="P9")])
    assert found(result) == [("orphan_invoice", "P9 2026-10 EUR", None, "2", Decimal("7.5"))]
    assert the_break(result).source_value is None
    assert result.target.only_here == 1


def test_project_with_nothing_but_work_that_does_not_count_is_known(compare: Compare) -> None:
    result = compare([a_transaction("1")], [an_invoice("1")], billable={"type_code": {1: False}})
    assert [kind for kind, *_ in found(result)] == ["invoiced_not_posted"]
    assert left_out(result) == [("not counted by the spec", 1, {"EUR": 100})]
    assert result.source.unplaced == ()


def test_every_transaction_counts_without_a_map_and_the_report_says_so(compare: Compare) -> None:
    assert any("every transaction counts as billable" in each for each in compare([], []).remarks)
    assert not any("billable" in each for each in compare([], [], billable={"type_code": {1: True}}).remarks)


def test_code_that_no_map_explains_counts_and_is_remarked_on(compare: Compare) -> None:
    work = [a_transaction(str(code), "1.00", type_code=str(code)) for code in range(1, 6)]
    work.append(a_transaction("9", "1.00", type_code=None))
    result = compare(work, [an_invoice("1", "6.00", type_code="8")], billable={"type_code": {1: True}}, signs={2: -1})
    assert found(result) == []
    assert "5 records of Visma PX have a type_code that the spec does not explain ('2', '3', '4', ...): they count" in (
        " ".join(result.remarks)
    )
    assert "1 records of Lemonsoft have a type_code that the spec does not explain ('8')" in " ".join(result.remarks)


def test_credit_note_counts_with_the_sign_that_the_spec_gives(compare: Compare) -> None:
    invoices = [an_invoice("1", "120.00", type_code="1"), an_invoice("2", "20.00", type_code="2")]
    assert found(compare([a_transaction("1")], invoices, signs={1: 1, 2: -1})) == []


def test_invoice_in_an_ignored_state_is_in_no_sum(compare: Compare) -> None:
    drafted = an_invoice("2", "20.00", state_code="0")
    assert found(compare([a_transaction("1")], [an_invoice("1"), drafted], ignored_states=frozenset({0}))) == []


def test_work_that_the_project_system_holds_for_not_invoiced_is_reported_by_line(compare: Compare) -> None:
    work = [a_transaction("1", invoiced_code="1"), *(a_transaction(n, "5.00", invoiced_code="0") for n in ("2", "3"))]
    result = compare(work, [an_invoice("1")], invoiced={0: False, 1: True})
    each = the_break(result)
    assert (each.kind, each.field, each.members) == ("not_invoiced", "invoiced_code", ("2", "3"))
    assert each.amount == 10
    assert result.source.matched == 3


def test_work_that_was_invoiced_all_the_same_is_no_break(compare: Compare) -> None:
    work = [a_transaction("1", invoiced_code="1"), a_transaction("2", "5.00", invoiced_code="0")]
    assert found(compare(work, [an_invoice("1", "105.00")], invoiced={0: False, 1: True})) == []


def test_sums_are_per_customer_with_a_map_of_projects(compare: Compare) -> None:
    work = [a_transaction("1", "60.00"), a_transaction("2", "40.00", project="P2"), a_transaction("3", project="P3")]
    invoice = an_invoice("1", project_number=None, customer_number="C1")
    result = compare(work, [invoice], customers={"P1": "C1", "P2": "C1"})
    assert found(result) == []
    assert left_out(result) == [("of a project that the map of customers does not name", 1, {"EUR": 100})]


def test_month_is_read_from_the_accounting_period_by_the_spec(compare: Compare) -> None:
    work = [a_transaction("1", accounting_period="202611", date="2026-10-31")]
    invoices = [an_invoice("1", date="2026-11-02")]
    assert found(compare(work, invoices, period=lambda text: f"{text[:4]}-{text[4:]}")) == []


def test_parser_that_gives_no_month_is_refused(compare: Compare) -> None:
    with pytest.raises(ValueError, match=r"month such as '2026-11' for accounting period '13', got '2026-13'"):
        compare([a_transaction("1", accounting_period="13")], [], period=lambda text: f"2026-{text}")


@pytest.mark.parametrize(
    ("work", "invoice", "tolerance", "agrees"),
    [
        ("100.01", "100.005", AmountWithin(Decimal("0.005"), "EUR"), True),
        ("100.01", "100.004999", AmountWithin(Decimal("0.005"), "EUR"), False),
        ("100.10", "100.00", AmountWithin(Decimal("0.10"), "EUR", below=Decimal(0)), True),
        ("99.90", "100.00", AmountWithin(Decimal("0.10"), "EUR", below=Decimal(0)), False),
        ("100.10", "100.00", AmountWithin(Decimal("0.10"), "SEK"), False),
        ("102.00", "100.00", PercentWithin(Decimal(2)), True),
        ("102.000001", "100.00", PercentWithin(Decimal(2)), False),
        ("98.00", "100.00", PercentWithin(Decimal(2), below=Decimal(1)), False),
        ("-102.00", "-100.00", PercentWithin(Decimal(0), below=Decimal(2)), True),
    ],
)
def test_tolerance_is_exact_signed_and_of_its_unit(
    compare: Compare, work: str, invoice: str, tolerance: Any, agrees: bool
) -> None:
    result = compare([a_transaction("1", work)], [an_invoice("1", invoice)], tolerances=(tolerance,))
    assert (found(result) == []) is agrees
    assert result.provenance["tolerances"] == str(tolerance)


def test_ten_thousand_cents_and_an_exponent_are_summed_to_the_cent(compare: Compare) -> None:
    work = [a_transaction(str(number), "0.01") for number in range(10_000)]
    assert found(compare(work, [an_invoice("1", "1E+2")])) == []


def test_record_that_lacks_what_a_sum_needs_is_left_out_and_counted_with_its_amount(compare: Compare) -> None:
    lacking: list[dict[str, str | None]] = [{"project": ""}, {"date": None}, {"currency": " "}, {"price": ""}]
    work = [a_transaction(str(number), **fields) for number, fields in enumerate(lacking)]
    result = compare(work, [])
    assert (result.source.records, result.source.compared) == (4, 0)
    assert left_out(result) == [
        ("without a project", 1, {"EUR": 100}),
        ("without a month", 1, {"EUR": 100}),
        ("without a currency", 1, {"": 100}),
        ("without an amount", 1, {}),
    ]
    assert result.source.amounts == {"": 100, "EUR": 200}


def test_amount_with_more_than_six_decimals_is_remarked_on(compare: Compare) -> None:
    result = compare([a_transaction("1", "100.0000001")], [an_invoice("1", "100.0000000")])
    assert found(result) == []
    assert result.remarks[0] == ("1 amounts of Visma PX (price) have more than six decimals: they are summed rounded")


@pytest.mark.parametrize("text", ["12,50", "NaN", "Infinity", "1_000", "0x10", "1e30"])
def test_amount_that_is_no_decimal_names_the_record(compare: Compare, text: str) -> None:
    with pytest.raises(ValueError, match=f"expected a decimal .* as 'price' of record '7', got '{text}'"):
        compare([a_transaction("7", text)], [])


def test_date_that_is_none_names_the_record(compare: Compare) -> None:
    with pytest.raises(ValueError, match=r"a date such as .* as 'date' of record '8', got '28\.10\.2026'"):
        compare([], [an_invoice("8", date="28.10.2026")])


def test_record_that_is_named_twice_is_refused(compare: Compare) -> None:
    with pytest.raises(ErpInconsistentRead, match="expected 2 records with an id of its own each, got 1 ids"):
        compare([a_transaction("1"), a_transaction("1")], [])


def test_column_that_is_absent_is_named(tmp_path: Path) -> None:
    side = a_posting_side(tmp_path, "Visma PX", [], MORNING)
    with pytest.raises(ValueError, match="expected a text column 'customer_number' in its records, got none"):
        reconcile_postings(PostingSpec(name="postings"), side, side, tmp_path, as_of=MORNING)


@pytest.mark.parametrize("days", [None, 8])
def test_transactions_that_were_not_read_in_full_of_late_are_refused(compare: Compare, days: int | None) -> None:
    full_read_at = None if days is None else MORNING - dt.timedelta(days=days)
    came = "none" if days is None else "one of 2026-11-12"
    with pytest.raises(ValueError, match=f"needs a full reading at most 7 days before 2026-11-20.*got {came}"):
        compare([], [], full_read_at=full_read_at)
    assert found(compare([], [], full_read_at=MORNING - dt.timedelta(days=7))) == []


def test_identity_outlives_a_changed_amount_and_the_digest_does_not(compare: Compare) -> None:
    before, after = (the_break(compare([a_transaction("1", price)], [])) for price in ("100.00", "110.00"))
    assert before.break_id == after.break_id
    assert before.digest != after.digest
    assert len(before.break_id) == len(before.digest) == 32


def test_breaks_carry_the_severity_that_the_spec_gives(compare: Compare) -> None:
    assert the_break(compare([a_transaction("1")], [], severities={"not_invoiced": "high"})).severity == "high"
    assert the_break(compare([a_transaction("1")], [])).severity == "medium"


def test_lines_are_looked_at_where_sums_do_not_explain_themselves(compare: Compare) -> None:
    work = [a_transaction("1", "100.00"), a_transaction("2", "50.00"), a_transaction("3", "25.00")]
    invoices = [an_invoice("1", "100.00"), an_invoice("2", "50.00", date="2026-11-03")]
    result = compare(work, invoices)
    assert found(result) == [
        ("not_invoiced", "P1 2026-10 EUR", "3", None, 25),
        ("wrong_period", "P1 2026-10 EUR", "2", "2", 50),
    ]
    assert (result.source.matched, result.target.matched) == (3, 2)


def test_lines_without_an_invoice_of_their_own_are_not_invoiced(compare: Compare) -> None:
    work = [a_transaction(str(place), f"{price}.00") for place, price in enumerate((100, 50, 25, 25))]
    invoices = [an_invoice("1", "100.00"), an_invoice("2", "25.00")]
    assert found(compare(work, invoices)) == [("not_invoiced", "P1 2026-10 EUR", None, None, 75)]


def test_line_in_another_currency_is_found_by_its_amount(compare: Compare) -> None:
    work = [a_transaction("1", "100.00"), a_transaction("2", "50.00")]
    result = compare(work, [an_invoice("1", "100.00"), an_invoice("2", "50.00", currency="SEK")])
    assert found(result) == [("currency_differs", "P1 2026-10 EUR", "2", "2", 50)]
    assert (result.source.matched, result.target.matched, result.matched) == (2, 2, 2)


def test_line_within_days_of_its_invoice_is_in_time(compare: Compare) -> None:
    work = [a_transaction(str(place), f"{price}.00") for place, price in enumerate((100, 50, 25))]
    invoices = [an_invoice("1", "100.00"), an_invoice("2", "50.00", date="2026-11-03")]
    result = compare(work, invoices, tolerances=(DateWithin(30),))
    assert found(result) == [("not_invoiced", "P1 2026-10 EUR", "2", None, 25)]


def test_line_that_may_have_gone_to_either_of_two_months_is_in_no_wrong_period(compare: Compare) -> None:
    work = [a_transaction("1", "100.00"), a_transaction("2", "50.00")]
    late = [an_invoice(str(month), "50.00", date=f"2026-{month}-03") for month in (11, 12)]
    kinds = [kind for kind, *_ in found(compare(work, [an_invoice("1", "100.00"), *late]))]
    assert kinds == ["not_invoiced", "invoiced_not_posted", "invoiced_not_posted"]
