"""What holds for any two sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random

import pytest
from customers_compared import BY_KEYS, Compared, compare_customers, totals
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from mirrored_breaks import mirrored, mirrored_rules, plain
from reference_comparison import Found, expect
from small_worlds import Row, Sides, one_side, two_sides

from airflow_provider_erp.reconciliation.result import Break
from airflow_provider_erp.reconciliation.rules import Field
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

Compare = Callable[..., Compared]

BASE = replace(BY_KEYS, fields=("org_number", "vat_number", "email", "city", "country", "status"), stale_after_days=7)
SPECS = {
    "all keys": BASE,
    "no identifier first": BASE.matched_by("email", "number"),
    "one key that is compared": BASE.matched_by("vat_number"),
    "keys that are not compared": BASE.matched_by("org_number", "number", "email").without("org_number", "email"),
    "a number that is compared": BASE.comparing("number"),
    "no days": replace(BASE.comparing("language"), stale_after_days=None),
    "empty is a value": BASE.comparing(Field(name="city", absent="compare"), Field(name="status", absent="compare")),
    "empty says nothing": BASE.comparing(Field(name="city", absent="skip_empty")),
}
RULED = replace(
    BASE.comparing(Field(name="city", authority="newest"), Field(name="status", authority="source")),
    check_identifiers=True,
)
few = settings(
    deadline=None,
    max_examples=10,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink an example of many worlds takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def compare(tmp_path_factory: pytest.TempPathFactory) -> Compare:
    """Compares rows in memory; the control totals of each comparison are checked."""
    return partial(compare_customers, tmp_path_factory.mktemp("properties"))


def found(each: Break) -> Found:
    ids = (each.source_id, each.target_id, each.members, each.candidates)
    return (each.kind, each.field, *ids, each.matched_by, each.source_value, each.target_value)


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())
@few
@given(sides=two_sides())
def test_comparison_finds_what_a_slow_and_simple_one_finds(
    compare: Compare, spec: ReconciliationSpec, sides: Sides
) -> None:
    compared, expected = compare(*sides, spec), expect(spec, *sides)
    result = compared.result
    assert Counter(map(found, compared.breaks)) == expected.breaks
    assert compared.matched_by == expected.matched_by
    assert (totals(result.source), totals(result.target)) == expected.totals
    assert {each.field: (each.compared, each.equal) for each in result.agreement} == expected.agreement


@few
@given(sides=two_sides(), random=st.randoms(use_true_random=False))
def test_result_does_not_depend_on_the_order_of_rows(compare: Compare, sides: Sides, random: Random) -> None:
    shuffled = [random.sample(rows, len(rows)) for rows in sides]
    one, other = compare(*sides, RULED), compare(*shuffled, RULED)
    assert one.breaks == other.breaks
    assert replace(one.result, breaks=other.result.breaks) == other.result


@few
@given(sides=two_sides())
def test_swapping_sides_mirrors_the_result(compare: Compare, sides: Sides) -> None:
    source, target = sides
    there, back = compare(source, target, RULED), compare(target, source, mirrored_rules(RULED))
    assert there.matched_by == back.matched_by
    assert there.result.agreement == back.result.agreement
    assert mirrored(back.breaks) == plain(there.breaks)


@few
@given(sides=two_sides(), spec=st.sampled_from([BASE, BASE.matched_by("vat_number"), BASE.matched_by("email")]))
def test_field_that_a_side_does_not_supply_changes_nothing_else(
    compare: Compare, sides: Sides, spec: ReconciliationSpec
) -> None:
    """Where all fields are supplied customers agree by their digests, else by their columns."""
    source, target = [[row | {"name": "Salo", "street": "Tie 1"} for row in rows] for rows in sides]
    by_digest = compare(source, target, spec.comparing("name", "street"))
    by_columns = compare(source, [row | {"street": None} for row in target], spec.comparing("name", "street"))
    assert by_digest.breaks == by_columns.breaks
    assert by_digest.matched_by == by_columns.matched_by
    agreement = [each for each in by_digest.result.agreement if each.field != "street"]
    assert [each for each in by_columns.result.agreement if each.field != "street"] == agreement


@few
@given(rows=one_side())
def test_side_against_itself_differs_in_nothing_that_it_is_sure_of(compare: Compare, rows: list[Row]) -> None:
    counts = compare(rows, rows, BASE).counts
    assert not counts["field_differs"] + counts["status_conflict"] + counts["key_changed"] + counts["stale"]
    assert counts["duplicate_in_source"] == counts["duplicate_in_target"]
    assert counts["missing_in_source"] == counts["missing_in_target"]


@few
@given(rows=one_side())
def test_side_with_distinct_numbers_and_no_other_identifier_agrees_with_itself(
    compare: Compare, rows: list[Row]
) -> None:
    only = {"org_number": None, "vat_number": None}
    alone = [row | only | {"number": f"n{place}"} for place, row in enumerate(rows)]
    assert compare(alone, alone, BASE).breaks == ()


@few
@given(sides=two_sides())
def test_no_two_breaks_are_the_same_and_each_has_a_severity_and_a_digest(compare: Compare, sides: Sides) -> None:
    breaks = compare(*sides, RULED).breaks
    assert len({each.break_id for each in breaks}) == len(breaks)
    assert all(len(each.digest) == 32 and each.severity == "medium" for each in breaks)
