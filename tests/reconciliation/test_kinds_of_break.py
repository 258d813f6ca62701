"""The kinds of break beside missing, duplicate and differing: each in an example that a person can check by eye."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from customers_compared import BY_KEYS, Compared, compare_customers
from sides_on_disk import a_customer

from airflow_provider_erp.reconciliation import ReconciliationSpec
from airflow_provider_erp.reconciliation.result import Break
from airflow_provider_erp.reconciliation.rules import Field

Compare = Callable[..., Compared]
CHECKED = replace(BY_KEYS, check_identifiers=True)
WEEK = replace(BY_KEYS, stale_after_days=7)
MONDAY, NEXT_MONDAY = "2026-11-09T06:00:00+02:00", "2026-11-16T06:00:00+02:00"


@pytest.fixture
def compare(tmp_path: Path) -> Compare:
    return partial(compare_customers, tmp_path)


def kind_and_field(found: Break) -> tuple[str, str | None]:
    return found.kind, found.field


@pytest.mark.parametrize("other", ["closed", "blocked"])
def test_customer_that_is_active_in_one_system_and_not_in_the_other_is_a_status_conflict(
    compare: Compare, other: str
) -> None:
    source, target = [a_customer("s", number="1", status="active")], [a_customer("t", number="1", status=other)]
    for one, another in ((source, target), (target, source)):
        assert kind_and_field(compare(one, another).the_break) == ("status_conflict", "status")


def test_statuses_that_differ_otherwise_are_a_field_that_differs(compare: Compare) -> None:
    rows = [a_customer("s", number="1", status="closed")], [a_customer("t", number="1", status="blocked")]
    assert kind_and_field(compare(*rows).the_break) == ("field_differs", "status")


def test_customer_that_only_a_later_key_matches_has_a_changed_key(compare: Compare) -> None:
    found = compare([a_customer("s", number="C-1", email="a@x.fi")], [a_customer("t", number="C-2", email="a@x.fi")])
    the_break = found.the_break
    assert kind_and_field(the_break) == ("key_changed", "number")
    assert (the_break.matched_by, the_break.key) == ("email", "C-1 / C-2")
    assert (the_break.source_value, the_break.target_value) == ("C-1", "C-2")


def test_changed_key_is_no_second_break_of_the_field_and_only_the_first_key_is_said(compare: Compare) -> None:
    source = a_customer("s", number="1", org_number="0123456-1", vat_number="FI1", country="FI", email="a@x.fi")
    target = a_customer("t", number="2", org_number="0123456-2", vat_number="FI2", country="FI", email="a@x.fi")
    found = [kind_and_field(each) for each in compare([source], [target]).breaks]
    assert found == [("field_differs", "org_number"), ("field_differs", "vat_number"), ("key_changed", "number")]
    same_number = [kind_and_field(each) for each in compare([source | {"number": None}], [target]).breaks]
    assert same_number == [("field_differs", "vat_number"), ("key_changed", "org_number")]


def test_changed_key_shows_what_was_written_also_where_the_field_is_not_compared(compare: Compare) -> None:
    source = a_customer("s", org_number="0123456-1", country="FI", email="a@x.fi")
    target = a_customer("t", org_number="0123456-2", country="FI", email="a@x.fi")
    compared = compare([source], [target]).the_break
    assert (compared.source_value, compared.target_value) == ("0123456-1", "0123456-2")
    left_out = compare([source], [target], BY_KEYS.without("org_number")).the_break
    assert (left_out.kind, left_out.source_value, left_out.target_value) == (
        "key_changed",
        "FI|01234561",
        "FI|01234562",
    )


def test_key_that_one_system_does_not_have_is_not_changed(compare: Compare) -> None:
    assert compare([a_customer("s", number="1", email="a@x.fi")], [a_customer("t", email="a@x.fi")]).breaks == ()


def test_record_that_differs_is_stale_when_it_was_modified_more_than_so_many_days_before_the_other(
    compare: Compare,
) -> None:
    early = [a_customer("e", number="1", city="Oslo", modified_at=MONDAY)]
    in_time = [a_customer("l", number="1", city="Turku", modified_at="2026-11-16T04:00:00Z")]
    late = [a_customer("l", number="1", city="Turku", modified_at="2026-11-16T04:00:01Z")]
    for one, other in ((early, in_time), (in_time, early)):
        assert compare(one, other, WEEK).counts["stale"] == 0
    for one, other in ((early, late), (late, early)):
        assert [each.kind for each in compare(one, other, WEEK).breaks] == ["field_differs", "stale"]


@pytest.mark.parametrize(
    ("city", "modified_at"),
    [("Turku", MONDAY), ("Oslo", None), ("Oslo", ""), ("Oslo", "2026-11-01T06:00:00")],
    ids=["agrees", "no moment", "empty moment", "moment without a zone"],
)
def test_nothing_is_stale_that_agrees_or_does_not_tell_its_moment(
    compare: Compare, city: str, modified_at: str | None
) -> None:
    source = [a_customer("s", number="1", city=city, modified_at=modified_at)]
    target = [a_customer("t", number="1", city="Turku", modified_at="2026-11-19T06:00:00Z")]
    assert compare(source, target, WEEK).counts["stale"] == 0


@pytest.mark.parametrize("spec", [WEEK, BY_KEYS.comparing(Field(name="city", authority="newest"))])
def test_system_that_never_tells_when_a_customer_was_modified_is_told_where_the_spec_asks_for_it(
    compare: Compare, spec: ReconciliationSpec
) -> None:
    source = [a_customer("s", number="1", modified_at=None)]
    target = [a_customer("t", number="1", modified_at="2026-11-19T06:00:00Z")]
    told = "Ledger does not tell when a customer was modified: none is found stale, and none is the newest"
    assert compare(source, target, spec).result.remarks == (told,)
    assert compare(source, target).result.remarks == ()


def test_without_a_number_of_days_nothing_is_stale(compare: Compare) -> None:
    source = [a_customer("s", number="1", city="Oslo", modified_at="2020-01-01T00:00:00Z")]
    target = [a_customer("t", number="1", city="Turku", modified_at="2026-01-01T00:00:00Z")]
    assert compare(source, target).counts["stale"] == 0


def test_identifier_that_cannot_be_one_is_a_break_of_its_record_and_matches_all_the_same(compare: Compare) -> None:
    source = [a_customer("s", org_number="0123456-1", country="FI")]
    target = [a_customer("t", org_number="FI01234561", country="Suomi", number="7")]
    result = compare(source, target, CHECKED)
    assert result.matched_by == {"org_number": 1}
    found = [(each.kind, each.field, each.source_id, each.target_id, each.key) for each in result.breaks]
    assert found == [
        ("invalid_identifier", "org_number", None, "t", "7"),
        ("invalid_identifier", "org_number", "s", None, "s"),
    ]
    assert [(each.source_value, each.target_value) for each in result.breaks] == [
        (None, "FI01234561"),
        ("0123456-1", None),
    ]


def test_invalid_identifier_counts_in_each_record_of_a_group_and_in_each_of_its_fields(compare: Compare) -> None:
    written = {"org_number": "0123456-1", "vat_number": "FI01234561", "country": "FI"}
    result = compare([a_customer("a", **written), a_customer("b", **written)], [], CHECKED)
    invalid = {(each.source_id, each.field) for each in result.of_kind("invalid_identifier")}
    assert invalid == {(side, field) for side in "ab" for field in ("org_number", "vat_number")}


def test_identifiers_are_checked_where_the_fields_are_not_compared_and_only_where_the_spec_says_so(
    compare: Compare,
) -> None:
    rows = [a_customer("s", number="1", org_number="0123456-1", country="FI")]
    assert compare(rows, [], CHECKED.without("org_number", "vat_number")).counts["invalid_identifier"] == 1
    assert compare(rows, [], BY_KEYS).counts["invalid_identifier"] == 0


def test_customers_that_share_a_key_with_several_are_ambiguous_once_with_all_candidates(compare: Compare) -> None:
    source = [a_customer("s2", email="a@x.fi"), a_customer("s1", email="A@x.fi", number="1", name="Salo Oy")]
    target = [a_customer("t1", email="a@x.fi", number="9", name="Salon Oy"), a_customer("t2", email="a@x.fi")]
    result = compare(source, target)
    found = result.the_break
    assert (found.kind, found.source_id, found.target_id) == ("ambiguous", "s1", "t1")
    assert (found.members, found.candidates) == (("s1", "s2"), ("t1", "t2"))
    assert (found.key, found.name) == ("1 / 9", "Salo Oy")
    assert (result.result.source.ambiguous, result.result.target.ambiguous) == (2, 2)


def test_customer_that_may_be_one_of_two_is_ambiguous_and_not_missing(compare: Compare) -> None:
    source = [a_customer("s", email="a@x.fi")]
    target = [a_customer("t1", email="a@x.fi"), a_customer("t2", email="a@x.fi")]
    found = compare(source, target).the_break
    assert (found.kind, found.members, found.candidates) == ("ambiguous", ("s",), ("t1", "t2"))


def test_group_of_duplicates_is_one_candidate(compare: Compare) -> None:
    source = [a_customer("s", email="a@x.fi")]
    double = {"vat_number": "FI01234567"}
    target = [a_customer("t1", **double), a_customer("t2", email="a@x.fi", **double), a_customer("t3", email="a@x.fi")]
    result = compare(source, target)
    [found] = result.of_kind("ambiguous")
    assert (found.members, found.candidates) == (("s",), ("t1", "t3"))
    assert (result.result.target.duplicates, result.result.target.ambiguous) == (1, 2)


def test_group_that_shares_one_address_with_one_and_another_with_several_is_ambiguous(compare: Compare) -> None:
    source = [a_customer("s1", number="7", email="one@x.fi"), a_customer("s2", number="7", email="two@x.fi")]
    target = [a_customer("t1", email="one@x.fi"), *(a_customer(each, email="two@x.fi") for each in ("t2", "t3"))]
    [found] = compare(source, target).of_kind("ambiguous")
    assert (found.members, found.candidates) == (("s1",), ("t1", "t2", "t3"))
    [found] = compare(target, source).of_kind("ambiguous")
    assert (found.members, found.candidates) == (("t1", "t2", "t3"), ("s1",))


def test_different_ambiguous_parts_are_different_breaks(compare: Compare) -> None:
    source = [a_customer(f"s{place}", email=f"{place // 2}@x.fi") for place in range(4)]
    target = [a_customer(f"t{place}", email=f"{place // 2}@x.fi") for place in range(4)]
    found = [(each.members, each.candidates) for each in compare(source, target).breaks]
    assert found == [(("s0", "s1"), ("t0", "t1")), (("s2", "s3"), ("t2", "t3"))]


def test_address_that_very_many_carry_makes_nobody_ambiguous_where_similarity_tells_them_apart(
    compare: Compare,
) -> None:
    source = [a_customer(f"s{place}", email="info@x.fi") for place in range(6)]
    target = [a_customer("t", email="info@x.fi")]
    assert compare(source, target).the_break.members == tuple(each["source_id"] for each in source)
    result = compare(source, target, replace(BY_KEYS, shared_email="similarity"))
    assert result.counts["ambiguous"] == 0
    assert (result.counts["missing_in_target"], result.counts["missing_in_source"]) == (6, 1)


def test_stale_record_is_told_by_both_moments_and_another_stale_side_is_another_digest(compare: Compare) -> None:
    def stale(source: str, target: str) -> Break:
        rows = [a_customer("s", number="1", city="Oslo", modified_at=source)]
        result = compare(rows, [a_customer("t", number="1", city="Turku", modified_at=target)], WEEK)
        [found] = result.of_kind("stale")
        return found

    one, other = stale(MONDAY, "2027-03-01T01:00:00+01:00"), stale("2027-06-01T00:00:00Z", "2027-03-01T00:00:00Z")
    assert (one.source_value, one.target_value) == ("2026-11-09T04:00:00Z", "2027-03-01T00:00:00Z")
    assert one.break_id == other.break_id
    assert one.digest != other.digest


def test_identity_of_each_kind_outlives_its_values(compare: Compare) -> None:
    def ids(city: str, status: str) -> set[str]:
        source = a_customer("s", number="1", email="a@x.fi", city=city, status=status, modified_at=MONDAY)
        target = a_customer("t", number="2", email="a@x.fi", city="Turku", status="active", modified_at=NEXT_MONDAY)
        return {each.break_id for each in compare([source], [target], replace(WEEK, stale_after_days=1)).breaks}

    assert len(ids("Oslo", "closed")) == 4
    assert ids("Oslo", "closed") == ids("Bergen", "blocked")


def test_digest_changes_with_the_values_and_only_with_them(compare: Compare) -> None:
    def digest(city: str, name: str | None = None) -> str:
        source, target = a_customer("s", number="1", city=city, name=name), a_customer("t", number="1", city="Turku")
        return compare([source], [target]).the_break.digest

    assert digest("Oslo") == digest("Oslo", name="Salo Oy")
    assert len({digest("Oslo"), digest("oslo"), digest("")}) == 3


@pytest.mark.parametrize("lost", ["", "0", "n/a"])
def test_customer_whose_number_one_system_lost_has_changed_its_key(compare: Compare, lost: str) -> None:
    kept, without = [a_customer("t", number="100", email="a@x.fi")], [a_customer("s", number=lost, email="a@x.fi")]
    for source, target in ((without, kept), (kept, without)):
        the_break = compare(source, target).the_break
        assert kind_and_field(the_break) == ("key_changed", "number")
        assert {the_break.source_value, the_break.target_value} == {lost, "100"}
    assert compare(without, [without[0] | {"source_id": "t"}]).breaks == ()


def test_key_is_not_changed_where_the_numbers_are_the_same(compare: Compare) -> None:
    source = a_customer("s", org_number="0123456-1", country="FI", email="a@x.fi")
    target = a_customer("t", org_number="0123456-1", country="", email="a@x.fi")
    assert [kind_and_field(each) for each in compare([source], [target]).breaks] == [("field_differs", "country")]


def break_ids(compared: Compared, of: str) -> list[str]:
    return [each.break_id for each in compared.breaks if of in (each.source_id, each.target_id)]


def test_break_outlives_another_spelling_of_the_number(compare: Compare) -> None:
    target = [a_customer("t", number="C-100", name="Beta")]
    ids = {compare([a_customer("s", number=n, name="Alfa")], target).the_break.break_id for n in ("C-100", "c-100 ")}
    assert len(ids) == 1


@pytest.mark.parametrize("number", ["0", "n/a", "", None])
def test_break_of_a_record_without_a_number_does_not_depend_on_others_without_one(
    compare: Compare, number: str | None
) -> None:
    one, other = (a_customer(name, number=number, name=name) for name in ("a", "b"))
    assert break_ids(compare([one], []), "a") == break_ids(compare([one, other], []), "a")


def test_invalid_identifier_is_the_break_of_its_record_whatever_becomes_of_others(compare: Compare) -> None:
    one, other = (a_customer(name, number="10", org_number=f"1234567-{name}", country="FI") for name in "89")
    mended = other | {"org_number": "0737546-2"}
    for rows in ([one, mended], [one]):
        before = [each.break_id for each in compare([one, other], [], CHECKED).of_kind("invalid_identifier")]
        [after] = [each.break_id for each in compare(rows, [], CHECKED).of_kind("invalid_identifier")]
        assert after in before


def test_record_whose_id_is_the_number_of_another_is_another_break(compare: Compare) -> None:
    rows = [a_customer("10", name="Alfa"), a_customer("s", number="10", name="Beta")]
    assert len({each.break_id for each in compare(rows, []).breaks}) == 2
