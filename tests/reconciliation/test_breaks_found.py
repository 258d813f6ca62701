"""Each kind of break, found in small examples that a person can check by eye."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from customers_compared import BY_KEYS, Compared, compare_customers
from sides_on_disk import a_customer, a_side

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.reconciliation.customers.compare import reconcile
from airflow_provider_erp.reconciliation.spec import CUSTOMERS, KINDS

Compare = Callable[..., Compared]


@pytest.fixture
def compare(tmp_path: Path) -> Compare:
    return partial(compare_customers, tmp_path)


def test_customer_that_only_the_source_holds_is_missing_in_target(compare: Compare) -> None:
    result = compare([a_customer("s1", number="100")], [])
    found = result.the_break
    assert (found.kind, found.source_id, found.target_id, found.key) == ("missing_in_target", "s1", None, "100")
    assert result.counts == dict.fromkeys(KINDS, 0) | {"missing_in_target": 1}


def test_customer_that_only_the_target_holds_is_missing_in_source(compare: Compare) -> None:
    found = compare([], [a_customer("t1", number="100")]).the_break
    assert (found.kind, found.source_id, found.target_id, found.key) == ("missing_in_source", None, "t1", "100")


def test_records_that_share_an_organisation_number_are_one_break_and_match_as_one(compare: Compare) -> None:
    source = [
        a_customer("b", number="2", org_number="0123456-7", country="FI"),
        a_customer("a", number="1", org_number="01234567", country="Suomi"),
    ]
    result = compare(source, [a_customer("t", number="2")])
    found = result.the_break
    assert (found.kind, found.source_id, found.members) == ("duplicate_in_source", "a", ("a", "b"))
    assert found.key == "1"
    assert result.matched_by == {"number": 1}


def test_duplicates_are_found_in_the_target_too_and_through_a_third_record(compare: Compare) -> None:
    target = [
        a_customer("t3", org_number="5560125790", country="SE"),
        a_customer("t2", org_number="16 556012-5790", vat_number="SE556012579001", country="SE"),
        a_customer("t1", number="7", vat_number="SE 556012-5790 01"),
    ]
    found = compare([a_customer("s", number="7")], target).the_break
    assert (found.kind, found.target_id, found.members) == ("duplicate_in_target", "t1", ("t1", "t2", "t3"))


def test_same_organisation_number_in_two_countries_is_no_duplicate(compare: Compare) -> None:
    source = [a_customer("a", org_number="12345678", country="FI"), a_customer("b", org_number="12345678")]
    assert compare(source, []).counts["duplicate_in_source"] == 0


def test_organisation_number_groups_where_no_country_is_known(compare: Compare) -> None:
    source = [a_customer("a", org_number="17", country=""), a_customer("b", org_number="17")]
    assert compare(source, []).counts["duplicate_in_source"] == 1


def test_unmatched_group_is_missing_once_by_its_smallest_member(compare: Compare) -> None:
    source = [a_customer("b", vat_number="FI01234567"), a_customer("a", vat_number="FI 0123456-7", number="9")]
    result = compare(source, [])
    missing = [found for found in result.breaks if found.kind == "missing_in_target"]
    assert [(found.source_id, found.key) for found in missing] == [("a", "9")]


def test_empty_values_neither_group_nor_match(compare: Compare) -> None:
    empty = {"number": "", "org_number": " ", "vat_number": "-", "email": "\u00a0", "country": "FI"}
    result = compare([a_customer("a", **empty), a_customer("b", **empty)], [a_customer("t", **empty)])
    assert result.counts["duplicate_in_source"] == 0
    assert result.matched_by == {}


def test_customers_without_a_true_identifier_are_not_taken_for_one(compare: Compare) -> None:
    placeholders = ("0000000-0", "0", "000000000", "-", "n/a")
    source = [
        a_customer(f"{key}-{number}-{place}", **{key: number})
        for key in ("org_number", "vat_number")
        for number in placeholders
        for place in range(2)
    ]
    result = compare(source, [a_customer("t", org_number="0", vat_number="n/a")])
    assert result.counts["missing_in_target"] == len(source)
    assert result.counts["duplicate_in_source"] == 0
    assert result.matched_by == {}


def test_placeholder_against_an_identifier_still_differs(compare: Compare) -> None:
    result = compare([a_customer("s", number="1", vat_number="0")], [a_customer("t", number="1", vat_number="FI1")])
    assert result.the_break.field == "vat_number"


def test_records_that_share_a_customer_number_are_duplicates_and_match_as_one(compare: Compare) -> None:
    source = [a_customer("b", number="C-1 "), a_customer("a", number="c-1"), a_customer("c", number="2")]
    result = compare(source, [a_customer("t1", number="C-1"), a_customer("t2", number="2")])
    found = result.the_break
    assert (found.kind, found.key, found.members) == ("duplicate_in_source", "c-1", ("a", "b"))
    assert result.matched_by == {"number": 2}


def test_number_of_zeros_neither_groups_nor_matches(compare: Compare) -> None:
    result = compare([a_customer("a", number="0"), a_customer("b", number="0")], [a_customer("t", number="0")])
    assert result.counts["duplicate_in_source"] == 0
    assert result.matched_by == {}


def test_field_that_differs_shows_what_both_systems_wrote(compare: Compare) -> None:
    result = compare([a_customer("s", number="1", city="Åbo")], [a_customer("t", number="1", city="Turku ")])
    found = result.the_break
    assert (found.kind, found.field, found.source_id, found.target_id) == ("field_differs", "city", "s", "t")
    assert (found.source_value, found.target_value, found.matched_by) == ("Åbo", "Turku ", "number")


def test_field_that_one_system_does_not_supply_is_no_difference(compare: Compare) -> None:
    assert compare([a_customer("s", number="1", city="Turku")], [a_customer("t", number="1")]).breaks == ()


def test_empty_field_against_a_value_is_a_difference(compare: Compare) -> None:
    found = compare([a_customer("s", number="1", city="")], [a_customer("t", number="1", city="Oslo")]).the_break
    assert (found.source_value, found.target_value) == ("", "Oslo")


def test_two_spellings_of_the_same_values_agree(compare: Compare) -> None:
    source = a_customer(
        "s", number="c-1", name="STRASSE\u00a0AB", phone="040-5441831 / Matti", country="FINLAND",
        org_number="FI01234567", postal_code="FI-00100", email="A@B.FI",
    )  # fmt: skip
    target = a_customer(
        "t", number="C-1", name="Straße  Ab", phone="+358 40 544 1831", country="FIN",
        org_number="0123456-7", postal_code="00100", email=" a@b.fi",
    )  # fmt: skip
    assert compare([source], [target]).breaks == ()


def test_customers_match_by_the_first_key_that_fits(compare: Compare) -> None:
    source = [
        a_customer("s1", number="1", vat_number="FI11111111"),
        a_customer("s2", number="2", org_number="0123456-7", country="FI"),
        a_customer("s3", vat_number="SE556012579001"),
        a_customer("s4", email="x@example.com"),
    ]
    target = [
        a_customer("t1", number="1", email="x@example.com"),
        a_customer("t2", number="20", org_number="01234567", country="FI", vat_number="FI11111111"),
        a_customer("t3", vat_number="SE 5560125790"),
        a_customer("t4", email="X@example.com"),
    ]
    result = compare(source, target)
    assert result.matched_by == {"number": 1, "org_number": 1, "vat_number": 1, "email": 1}


def test_key_that_may_be_shared_comes_first_where_the_spec_says_so(compare: Compare) -> None:
    source = [a_customer("s1", number="1", email="a@x.fi"), a_customer("s2", number="2", email="b@x.fi")]
    target = [a_customer("t1", number="2", email="A@x.fi"), a_customer("t2", number="2a", email="c@x.fi")]
    by_email = compare(source, target, BY_KEYS.matched_by("email", "number"))
    assert by_email.matched_by == {"email": 1}
    assert {each.source_id for each in by_email.of_kind("missing_in_target")} == {"s2"}
    assert compare(source, target, BY_KEYS.matched_by("number", "email")).matched_by == {"number": 1}


def test_value_that_two_customers_carry_matches_neither_until_one_is_left(compare: Compare) -> None:
    source = [a_customer("s1", number="1", email="a@x.fi"), a_customer("s2", email="a@x.fi")]
    result = compare(source, [a_customer("t1", number="1", email="a@x.fi"), a_customer("t2", email="a@x.fi")])
    assert result.matched_by == {"number": 1, "email": 1}
    unsure = compare([a_customer("s1", email="a@x.fi"), a_customer("s2", email="a@x.fi")], [source[0]])
    assert unsure.matched_by == {}


def test_group_with_two_candidates_in_a_step_gets_none_and_is_ambiguous_whatever_later_keys_say(
    compare: Compare,
) -> None:
    source = [
        a_customer("a", number="1", vat_number="FI01234567"),
        a_customer("b", number="2", vat_number="FI01234567"),
    ]
    target = [a_customer("x", number="1"), a_customer("y", number="2", vat_number="FI01234567")]
    [found] = compare(source, target).of_kind("ambiguous")
    assert (found.members, found.candidates) == (("a",), ("x", "y"))


def test_pair_compares_the_members_that_carry_the_matching_value(compare: Compare) -> None:
    source = [
        a_customer("a", number="1", vat_number="FI01234567", city="Vasa"),
        a_customer("b", number="2", vat_number="FI01234567", city="Oslo"),
    ]
    result = compare(source, [a_customer("t", number="2", city="Turku")])
    differences = [(found.source_id, found.source_value) for found in result.breaks if found.field == "city"]
    assert differences == [("b", "Oslo")]


def test_customer_is_named_by_both_numbers_where_they_differ(compare: Compare) -> None:
    source = [a_customer("s", number="1", email="a@x.fi", city="Oslo")]
    result = compare(source, [a_customer("t", number="2", email="a@x.fi", city="Bergen")])
    assert {found.key for found in result.breaks} == {"1 / 2"}


def test_identity_of_a_break_outlives_its_values_but_not_its_spec(compare: Compare) -> None:
    target = [a_customer("t", number="1", city="Turku")]
    today = compare([a_customer("s", number="1", city="Oslo")], target).the_break
    tomorrow = compare([a_customer("s", number="1", city="Bergen")], target).the_break
    renamed = compare([a_customer("s", number="1", city="Oslo")], target, CUSTOMERS.named("other")).the_break
    assert today.break_id == tomorrow.break_id != renamed.break_id


def test_identity_of_a_break_outlives_the_record_that_has_the_number(compare: Compare) -> None:
    target = [a_customer("t", number="1", city="Turku")]
    today = compare([a_customer("s", number="1", city="Oslo")], target).the_break
    tomorrow = compare([a_customer("created anew", number="1", city="Oslo")], target).the_break
    assert today.break_id == tomorrow.break_id


def test_breaks_of_a_group_outlive_another_record_that_joins_it(compare: Compare) -> None:
    same = {"org_number": "0201256-6", "country": "FI"}
    target = [a_customer("t", number="77", name="Kone Oyj", **same)]
    two = [a_customer("9", number="9", name="Kone", **same), a_customer("99", number="99", name="Kone", **same)]
    three = [*two, a_customer("100", number="100", name="Kone", **same)]
    today, tomorrow = (compare(source, target).breaks for source in (two, three))
    assert {each.kind for each in today} == {"duplicate_in_source", "field_differs", "key_changed"}
    assert [each.break_id for each in today] == [each.break_id for each in tomorrow]


def test_breaks_of_customers_that_share_a_number_that_says_nothing_are_told_apart(compare: Compare) -> None:
    source = [a_customer("a", number="0", name="Anna"), a_customer("b", number="0", name="Berta")]
    breaks = compare(source, []).breaks
    assert [each.key for each in breaks] == ["0", "0"]
    assert len({each.break_id for each in breaks}) == 2


def test_partial_batch_never_produces_missing(tmp_path: Path) -> None:
    whole = a_side(tmp_path, "Ledger", [])
    part = a_side(tmp_path, "Projects", [], coverage="changes since 2026-11-19T00:00Z")
    expected = (
        "cannot report missing customers: batch 'projects/customer/2026-11-20' covers "
        "changes since 2026-11-19T00:00Z only; fetch a full batch"
    )
    for source, target in ((whole, part), (part, whole)):
        with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
            reconcile(CUSTOMERS, source, target, tmp_path)


def test_id_that_occurs_twice_is_refused(compare: Compare) -> None:
    with pytest.raises(ErpInconsistentRead, match=r"'ledger/customer/2026-11-20'.*got 2 more than once.*first is 'a'"):
        compare([a_customer(source_id) for source_id in "abcab"], [])


def test_record_without_an_id_is_refused(compare: Compare) -> None:
    with pytest.raises(ErpInconsistentRead, match="1 records have no source_id"):
        compare([], [a_customer("")])


def test_country_that_is_none_is_compared_as_written_and_told(compare: Compare) -> None:
    source = [a_customer("s1", number="1", country="ATLANTIS"), a_customer("s2", number="2", country="Suomi")]
    target = [a_customer("t1", number="1", country="FI"), a_customer("t2", number="2", country="ZZ")]
    result = compare(source, target)
    assert [(found.source_value, found.target_value) for found in result.breaks] == [
        ("ATLANTIS", "FI"),
        ("Suomi", "ZZ"),
    ]
    assert result.result.remarks == (
        "1 customer of Ledger in a country that is not known: it is compared as written",
        "1 customer of Projects in a country that is not known: it is compared as written",
    )
