"""A rule that could not work, or would be rounded or overridden in silence, is refused by the name of its argument."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.reconciliation import CUSTOMERS
from airflow_provider_erp.reconciliation.postings import AmountWithin, DateWithin, PercentWithin
from airflow_provider_erp.reconciliation.rules import Accepted, Field, KindRule, Money, Threshold
from airflow_provider_erp.reconciliation.tolerances import NumberWithin

EUROS = Money(Decimal(100), "EUR")
DEBT = Money(Decimal(-5), "EUR")
ACCEPTED = Accepted(break_id="b", digest="d", reason="moving", by="Anna Virtanen", until=dt.date(2026, 12, 31))


def wrong(given: Any) -> Any:
    """A value of another type than the argument's, which mypy would tell."""
    return given


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Money(Decimal("1e30"), "EUR"),
            "amount: expected at most 22 digits and 6 decimals, got Decimal('1E+30')",
        ),
        (lambda: Money(Decimal("0.0000001"), "EUR"), "amount: expected at most 22 digits and 6 decimals"),
        (lambda: Money(Decimal(1), wrong(None)), "currency: expected three capitals such as 'EUR', got None"),
        (lambda: AmountWithin(Decimal("1e30"), "EUR"), "above: expected at most 22 digits and 6 decimals"),
        (lambda: AmountWithin(Decimal("0.0000005"), "EUR"), "above: expected at most 22 digits and 6 decimals"),
        (lambda: AmountWithin(Decimal(1), wrong(978)), "currency: expected three capitals such as 'EUR', got 978"),
        (lambda: PercentWithin(Decimal("1e30")), "above: expected at most 22 digits"),
        (lambda: DateWithin(10**12), "days: expected at most 36500, got 1000000000000"),
        (lambda: NumberWithin(Decimal(-1)), "above: expected an amount from 0 on, got -1"),
        (lambda: NumberWithin(wrong(0.5)), "above: expected a Decimal such as Decimal('0.01'), got 0.5"),
        (lambda: NumberWithin(Decimal(1), wrong(7)), "unit: expected a text, got 7"),
        (
            lambda: Field(name="payment_terms", tolerance=wrong(2)),
            "tolerance: expected NumberWithin or PercentWithin or DateWithin or None, got 2",
        ),
        (
            lambda: Field(name="org_number", tolerance=NumberWithin(Decimal(1))),
            "tolerance: expected one for payment_terms only, got one for 'org_number'",
        ),
        (lambda: Threshold(amount=wrong(100)), "amount: expected Money or None, got 100"),
        (lambda: Threshold(amount=wrong(Decimal(5))), "amount: expected Money or None, got Decimal('5')"),
        (lambda: Threshold(amount=DEBT), "amount: expected an amount from 0 on, got -5 EUR"),
        (lambda: Threshold(share=wrong("0.1")), "share: expected a number from 0.0 to 1.0, got '0.1'"),
        (lambda: Threshold(share=True), "share: expected a number from 0.0 to 1.0, got True"),
        (lambda: Threshold(share=float("nan")), "share: expected a number from 0.0 to 1.0, got nan"),
        (lambda: Field(name="city", at_risk=wrong(1000)), "at_risk: expected Money or None, got 1000"),
        (lambda: Field(name="city", at_risk=DEBT), "at_risk: expected an amount from 0 on, got -5 EUR"),
        (lambda: Field(name="city", normaliser=wrong(None)), "normaliser: expected a text, got None"),
        (
            lambda: Field(name="city", equals=wrong("Turku")),
            "equals: expected a tuple of tuple or list, got 'Turku'",
        ),
        (
            lambda: Field(name="city", equals=wrong(((1, 2),))),
            "equals: expected tuples of at least two values, each a text",
        ),
        (
            lambda: Field(name="country", equals=(("FI", "AX"), ("ax", "SE"))),
            "equals: expected each value in one set, got ['ax'] in several",
        ),
        (lambda: KindRule(kind="stale", at_risk=DEBT), "at_risk: expected an amount from 0 on, got -5 EUR"),
        (lambda: replace(ACCEPTED, by=wrong(7)), "accepted by: expected a text, got 7"),
    ],
)
def test_rule_that_cannot_work_is_refused(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        make()


@given(st.decimals(min_value=-(10**22) + 1, max_value=10**22 - 1, places=6))
def test_every_amount_that_the_results_can_hold_is_money(amount: Decimal) -> None:
    assert Money(amount, "EUR").amount == amount


@pytest.mark.parametrize("written", ["1.0000000000", "0E-20", "0E+40", "1E+21"])
def test_zeros_that_say_nothing_do_not_count_as_digits(written: str) -> None:
    assert Money(Decimal(written), "EUR").amount == Decimal(written)


def test_lists_become_tuples() -> None:
    threshold, kind = Threshold(count=5), KindRule(kind="stale")
    given_lists: Any = {"thresholds": [threshold], "accepted": [ACCEPTED], "kinds": [kind], "keys": ["number"]}
    spec = replace(CUSTOMERS, **given_lists, fields=["name"])  # type: ignore[arg-type]
    assert (spec.thresholds, spec.accepted, spec.kinds) == ((threshold,), (ACCEPTED,), (kind,))
    assert (spec.keys, spec.fields) == (("number",), ("name",))
    equals: Any = [["FI", "AX"]]
    assert Field(name="country", equals=equals) == Field(name="country", equals=(("FI", "AX"),))
    assert isinstance(hash(spec), int)


def test_message_tells_no_names() -> None:
    lone: Any = ACCEPTED
    with pytest.raises(ValueError, match="accepted: expected a tuple of Accepted, got one Accepted") as raised:
        replace(CUSTOMERS, accepted=lone)
    assert "Anna" not in str(raised.value)


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("field_differs", Field(name="city", severity="high")),
        ("field_differs", Field(name="city", at_risk=EUROS)),
        ("status_conflict", Field(name="status", severity="low")),
    ],
)
def test_kind_that_would_override_what_a_field_says_is_refused(kind: str, field: Field) -> None:
    with pytest.raises(ValueError, match=rf"kinds: expected no KindRule for '{kind}' beside .*\({field.name}\)"):
        replace(CUSTOMERS.comparing(field), kinds=(KindRule(kind=kind, severity="high"),))


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("field_differs", Field(name="city", authority="target", absent="compare")),
        ("status_conflict", Field(name="city", severity="high")),
        ("missing_in_target", Field(name="city", severity="high")),
    ],
)
def test_kind_beside_fields_that_it_does_not_override_stays(kind: str, field: Field) -> None:
    rule = KindRule(kind=kind, severity="high")
    assert replace(CUSTOMERS.comparing(field), kinds=(rule,)).kinds == (rule,)


def test_normaliser_that_would_hide_status_conflicts_is_refused() -> None:
    with pytest.raises(ValueError, match="normaliser: expected none or 'text' for status, got 'compact'"):
        CUSTOMERS.comparing(Field(name="status", normaliser="compact"))
    assert CUSTOMERS.comparing(Field(name="status", normaliser="text")).field_names == CUSTOMERS.field_names


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"spec": None}, "spec: expected ReconciliationSpec or PostingSpec, got None"),
        ({"keep_rows_from": None}, "keep_rows_from: expected a whole number from 0 on, got None"),
        ({"keep_rows_from": "z"}, "keep_rows_from: expected a whole number from 0 on, got 'z'"),
        ({"keep_rows_from": -1}, "keep_rows_from: expected a whole number from 0 on, got -1"),
        ({"most_deleted_share": 5}, "most_deleted_share: expected a share from 0.0 to 1.0, got 5"),
        ({"allow_filtered": "no"}, "allow_filtered: expected True or False, got 'no'"),
    ],
)
def test_operator_that_cannot_work_is_refused_before_it_runs(arguments: dict[str, Any], message: str) -> None:
    usual: dict[str, Any] = {"task_id": "reconcile", "spec": CUSTOMERS, "source": "a", "target": "b"}
    with pytest.raises(AirflowFailException, match=re.escape(message)):
        ErpReconcileOperator(**usual | arguments)


def test_template_fields_are_not_read_before_the_run() -> None:
    operator = ErpReconcileOperator(task_id="reconcile", spec=CUSTOMERS, source="{{ a }}", target="{{ b }}")
    assert (operator.source, operator.target) == ("{{ a }}", "{{ b }}")
