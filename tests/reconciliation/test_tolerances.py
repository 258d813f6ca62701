"""What values of a field may differ by and still agree: numbers, shares of a number, and days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from customers_compared import BY_KEYS, Compared, compare_customers
from hypothesis import given
from hypothesis import strategies as st
from sides_on_disk import a_customer

from airflow_provider_erp.reconciliation.rules import Field
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec
from airflow_provider_erp.reconciliation.tolerances import DateWithin, FieldTolerance, NumberWithin, PercentWithin

Compare = Callable[..., Compared]
numbers = st.decimals(min_value=-(10**9), max_value=10**9, places=3)
TWO_DAYS = NumberWithin(Decimal(2), "days net")


@pytest.fixture
def compare(tmp_path: Path) -> Compare:
    return partial(compare_customers, tmp_path)


def allowing(tolerance: FieldTolerance | None) -> ReconciliationSpec:
    return BY_KEYS.comparing(Field(name="payment_terms", tolerance=tolerance))


def terms(source: str, target: str) -> tuple[list[dict[str, str | None]], list[dict[str, str | None]]]:
    return [a_customer("s", number="1", payment_terms=source)], [a_customer("t", number="1", payment_terms=target)]


@pytest.mark.parametrize(
    ("tolerance", "source", "target"),
    [
        (TWO_DAYS, "14", "12"),
        (TWO_DAYS, "14", "16"),
        (TWO_DAYS, "14.00", "14"),
        (NumberWithin(Decimal(1), below=Decimal(0)), "15", "14"),
        (NumberWithin(Decimal("0.005")), "100.01", "100.005"),
        (PercentWithin(Decimal(10)), "33", "30"),
        (PercentWithin(Decimal(10)), "-33", "-30"),
        (PercentWithin(Decimal(0), below=Decimal(10)), "27", "30"),
        (DateWithin(3), "2026-11-20", "2026-11-23"),
        (DateWithin(0, before=1), "2026-03-01", "2026-02-28"),
    ],
)
def test_values_within_the_tolerance_agree(
    compare: Compare, tolerance: FieldTolerance, source: str, target: str
) -> None:
    found = compare(*terms(source, target), spec=allowing(tolerance))
    assert found.breaks == ()
    [agreement] = [each for each in found.result.agreement if each.field == "payment_terms"]
    assert (agreement.compared, agreement.equal) == (1, 1)


@pytest.mark.parametrize(
    ("tolerance", "source", "target"),
    [
        (None, "14", "15"),
        (TWO_DAYS, "14", "11"),
        (TWO_DAYS, "14", "16.001"),
        (TWO_DAYS, "14 days", "15 days"),
        (TWO_DAYS, "14", ""),
        (TWO_DAYS, "1,4", "1"),
        (NumberWithin(Decimal(1), below=Decimal(0)), "14", "15"),
        (PercentWithin(Decimal(10)), "33.1", "30"),
        (PercentWithin(Decimal(10)), "1", "0"),
        (PercentWithin(Decimal(10)), "30", "about 30"),
        (DateWithin(3), "2026-11-20", "2026-11-24"),
        (DateWithin(3), "2026-11-20", "2026-11-19"),
        (DateWithin(3), "2026-11-20", "soon"),
        (DateWithin(3), "14", "15"),
    ],
)
def test_values_beyond_the_tolerance_and_other_texts_differ_as_they_were_written(
    compare: Compare, tolerance: FieldTolerance | None, source: str, target: str
) -> None:
    found = compare(*terms(source, target), spec=allowing(tolerance))
    the_break = found.the_break
    assert (the_break.kind, the_break.field) == ("field_differs", "payment_terms")
    assert (the_break.source_value, the_break.target_value) == (source, target)
    [agreement] = [each for each in found.result.agreement if each.field == "payment_terms"]
    assert (agreement.compared, agreement.equal) == (1, 0)


def test_record_that_differs_within_the_tolerance_only_is_not_stale(compare: Compare) -> None:
    source, target = terms("14", "15")
    source[0] |= {"modified_at": "2026-11-01T06:00:00Z"}
    target[0] |= {"modified_at": "2026-11-20T06:00:00Z"}
    week = replace(allowing(TWO_DAYS), stale_after_days=7)
    assert compare(source, target, spec=week).breaks == ()
    assert compare(source, target, spec=replace(week, fields=("payment_terms",))).counts["stale"] == 1


def test_tolerance_is_printed_with_its_unit(compare: Compare) -> None:
    provenance = compare(*terms("14", "15"), spec=allowing(TWO_DAYS)).result.provenance
    assert provenance["tolerances"] == "payment_terms: source - target between -2 and +2 days net"
    assert "tolerances" not in compare(*terms("14", "15")).result.provenance


def test_tolerance_of_a_field_that_a_system_does_not_supply_changes_nothing(compare: Compare) -> None:
    source, target = [a_customer("s", number="1")], [a_customer("t", number="1", payment_terms="14")]
    assert compare(source, target, spec=allowing(TWO_DAYS)).breaks == ()


@given(numbers, numbers, numbers.map(abs), numbers.map(abs))
def test_tolerance_is_the_difference_of_decimals_to_the_last_digit(
    source: Decimal, target: Decimal, above: Decimal, below: Decimal
) -> None:
    within = NumberWithin(above, below=below)
    assert within.allows(str(source), str(target)) == (-below <= source - target <= above)
