"""A spec of postings is refused while the DAG file is parsed, and says what is wrong."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from airflow_provider_erp.reconciliation.postings import AmountWithin, DateWithin, PercentWithin, PostingSpec
from airflow_provider_erp.reconciliation.rules import Threshold

CENT = Decimal("0.01")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "a b"}, "name: expected letters"),
        ({"billable": {"price": {1: True}}}, "billable: 'price' is unknown; known are type_code"),
        ({"billable": {"type_code": {"1": True}}}, "type_code: expected whole numbers as codes, got '1'"),
        ({"invoiced": {True: True}}, "invoiced: expected whole numbers as codes, got True"),
        ({"signs": {2: 0}}, "signs: expected 1 or -1 for type code 2, got 0"),
        ({"ignored_states": frozenset({"draft"})}, "ignored_states: expected whole numbers"),
        ({"alike_transactions": ("number",)}, "alike_transactions: 'number' is unknown"),
        ({"alike_invoices": ("text",)}, "alike_invoices: 'text' is unknown"),
        ({"severities": {"stale": "low"}}, "severities: 'stale' is unknown; known are not_invoiced"),
        ({"thresholds": (Threshold(kind="stale", count=1),)}, "thresholds: 'stale' is unknown"),
        ({"full_within_days": 1.5}, "full_within_days: expected a whole number from 0 on, got 1.5"),
        ({"without_project": "fine"}, "without_project: expected one of left_out, orphan, ignored; got 'fine'"),
        ({"zone": "Mars"}, "zone: expected the name of a time zone such as 'Europe/Helsinki', got 'Mars'"),
        ({"title": 1}, "title: expected a text, got 1"),
        ({"local_currency": "euro"}, "local_currency: expected three capitals such as 'EUR', got 'euro'"),
        ({"local_currency": "eur"}, "local_currency: expected three capitals such as 'EUR', got 'eur'"),
        ({"severities": {"not_invoiced": "hgih"}}, "severities 'not_invoiced': expected one of low, medium, high"),
        ({"severities": ("not_invoiced",)}, "severities: expected Mapping, got one tuple"),
        ({"billable": {"type_code": {1: "no"}}}, "type_code 1: expected True or False, got 'no'"),
        ({"billable": {"type_code": 1}}, "type_code: expected Mapping, got 1"),
        ({"billable": None}, "billable: expected Mapping, got None"),
        ({"invoiced": {1: "no"}}, "invoiced 1: expected True or False, got 'no'"),
        ({"invoiced": {1}}, "invoiced: expected Mapping, got one set"),
        ({"signs": {1: True}}, "signs: expected 1 or -1 for type code 1, got True"),
        ({"signs": {1: 1.0}}, "signs: expected 1 or -1 for type code 1, got 1.0"),
        ({"signs": [1]}, "signs: expected Mapping, got one list"),
        ({"ignored_states": 3}, "ignored_states: expected frozenset or set or tuple or list, got 3"),
        ({"period": "x"}, "period: expected a function of the accounting period, got 'x'"),
        ({"customers": {"P1": None}}, "customers 'P1': expected a text, got None"),
        ({"customers": {1: "C1"}}, "customers: expected a text, got 1"),
        ({"customers": "P1"}, "customers: expected Mapping, got 'P1'"),
        ({"alike_invoices": "total"}, "alike_invoices: expected a tuple of str, got 'total'"),
        ({"accepted": ("x",)}, "accepted: expected a tuple of Accepted, got 'x' in it"),
        ({"tolerances": AmountWithin(CENT, "EUR")}, "tolerances: expected a tuple of .* got one AmountWithin"),
        ({"full_within_days": -1}, "full_within_days: expected a whole number from 0 on, got -1"),
        (
            {"tolerances": (CENT,)},
            "tolerances: expected a tuple of AmountWithin or PercentWithin or DateWithin, got Decimal",
        ),
        ({"tolerances": (AmountWithin(CENT, "EUR"),) * 2}, "tolerances: expected one of each kind"),
        ({"tolerances": (DateWithin(1), DateWithin(2))}, "tolerances: expected one of each kind"),
    ],
)
def test_spec_that_could_not_work_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PostingSpec(**{"name": "postings"} | arguments)


def test_tolerances_of_different_units_stand_side_by_side() -> None:
    tolerances = (AmountWithin(CENT, "EUR"), AmountWithin(CENT, "SEK"), PercentWithin(CENT), DateWithin(3))
    assert PostingSpec(name="postings", tolerances=tolerances).tolerances == tolerances


def test_lists_and_sets_are_kept_as_tuples_and_frozen_sets() -> None:
    given: Any = {"tolerances": [DateWithin(3)], "alike_invoices": [], "ignored_states": {1, 2}}
    spec = PostingSpec(name="postings", **given)
    assert (spec.tolerances, spec.alike_invoices) == ((DateWithin(3),), ())
    assert spec.ignored_states == frozenset({1, 2})
    assert isinstance(spec.ignored_states, frozenset)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: AmountWithin(0.01, "EUR"), "above: expected a Decimal"),  # type: ignore[arg-type]
        (lambda: AmountWithin(-CENT, "EUR"), "above: expected an amount from 0 on, got -0.01"),
        (lambda: AmountWithin(CENT, "EUR", below=Decimal("NaN")), "below: expected a Decimal"),
        (lambda: AmountWithin(CENT, "euro"), "currency: expected three capitals"),
        (lambda: PercentWithin(Decimal("0.00001")), "above: expected a percentage"),
        (lambda: PercentWithin(CENT, below=Decimal(10_000)), "below: expected a percentage"),
        (lambda: DateWithin(-1), "days: expected a whole number"),
        (lambda: DateWithin(1, before=True), "before: expected a whole number"),
    ],
)
def test_tolerance_that_is_no_sensible_number_is_refused(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_tolerances_are_printed_with_sign_and_unit() -> None:
    assert str(AmountWithin(CENT, "EUR")) == "source - target between -0.01 and +0.01 EUR"
    assert str(PercentWithin(Decimal(2), below=Decimal(0))) == "source - target between -0 % and +2 % of the target"
    assert str(DateWithin(5, before=1)) == "target - source between -1 and +5 days"
