"""What becomes of the customers that no key matches: they match, are suggested, or are one that is held twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

import pytest
from customers_compared import Compared, compare_customers
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from mirrored_breaks import mirrored, mirrored_rules, mirrored_suggestions, plain
from sides_on_disk import a_customer
from strangers import ADDRESSES, COMPANIES, Row, Sides, everybody, sides_of_copies, two_sides

from airflow_provider_erp.reconciliation.customers.leftovers import SIDES
from airflow_provider_erp.reconciliation.result import Break
from airflow_provider_erp.reconciliation.spec import CUSTOMERS, ReconciliationSpec

Compare = Callable[..., Compared]

BY_NAME = replace(CUSTOMERS.without("invoice_email"), check_identifiers=False)
BY_LIKENESS = replace(BY_NAME, shared_email="similarity")
few = settings(
    deadline=None,
    max_examples=15,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink an example of many customers takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def compare(tmp_path_factory: pytest.TempPathFactory) -> Compare:
    """Compares rows in memory; the control totals of each comparison are checked."""
    return partial(compare_customers, tmp_path_factory.mktemp("similar"), spec=BY_NAME)


def test_customers_that_are_similar_match_where_no_key_does(compare: Compare) -> None:
    compared = compare(everybody("s", email=None), everybody("t", email=None, city=None))
    assert compared.matched_by == {"similarity": len(COMPANIES)}
    assert compared.breaks == ()


def test_pair_that_is_similar_is_compared_and_has_changed_its_key(compare: Compare) -> None:
    source, target = everybody("s", email=None), everybody("t", email=None)
    source[7] |= {"number": "7", "city": "Oslo"}
    target[7] |= {"number": "8"}
    found = [(each.kind, each.field, each.source_id, each.target_id) for each in compare(source, target).breaks]
    assert found == [("field_differs", "city", "s07", "t07"), ("key_changed", "number", "s07", "t07")]


def test_nobody_is_similar_where_the_spec_says_so(compare: Compare) -> None:
    everyone = everybody("s", email=None), everybody("t", email=None)
    compared = compare(*everyone, spec=replace(BY_NAME, similar=False))
    assert compared.counts["missing_in_target"] == compared.counts["missing_in_source"] == len(COMPANIES)


def test_pair_that_may_be_one_is_suggested_with_reasons_and_still_missing(compare: Compare) -> None:
    source, target = everybody("s", email=None), everybody("t", email=None)
    little = {"phone": None, "street": None, "postal_code": None, "city": None}
    source[3] |= little | {"name": "Salo Puutarha", "number": "C-3"}
    target[3] |= little | {"name": "Salo Puutarhat Oy"}
    compared = compare(source, target, spec=replace(BY_NAME, suggest_at=0.001, apply_at=0.999))
    [suggested] = [each for each in compared.result.suggestions if (each.source_id, each.target_id) == ("s03", "t03")]
    assert (suggested.source_key, suggested.target_key) == ("C-3", "t03")
    assert (suggested.source_name, suggested.target_name) == ("Salo Puutarha", "Salo Puutarhat Oy")
    assert suggested.reasons
    assert "s03" in {each.source_id for each in compared.of_kind("missing_in_target")}


def test_customer_that_one_side_holds_twice_without_a_number_is_a_duplicate_and_matches_as_one(
    compare: Compare,
) -> None:
    twice = [*everybody("t", email=None), everybody("u", email=None)[5]]
    compared = compare(everybody("s", email=None), twice)
    assert compared.matched_by == {"similarity": len(COMPANIES)}
    assert compared.the_break.members == ("t05", "u05")


def test_similar_customers_with_valid_numbers_of_their_own_are_suggested_and_do_not_match(compare: Compare) -> None:
    source, target = everybody("s", email=None), everybody("t", email=None)
    source[5] |= {"org_number": "2077474-0"}
    target[5] |= {"org_number": "0112038-9"}
    compared = compare(source, target)
    assert [(each.source_id, each.target_id) for each in compared.result.suggestions] == [("s05", "t05")]
    assert [(each.kind, each.source_id or each.target_id) for each in compared.breaks] == [
        ("missing_in_target", "s05"),
        ("missing_in_source", "t05"),
    ]


def test_namesakes_with_numbered_addresses_are_two_customers_unless_they_live_in_one_street(compare: Compare) -> None:
    source, target = everybody("s", email=None), everybody("t", email=None)
    target[5]["email"] = "aino.salo.1@post.fi"
    other = target[5] | {"source_id": "u05", "email": "aino.salo.2@post.fi", "street": "Rantatie 99"}
    found = compare(source, [*target, other]).the_break
    assert (found.kind, found.members, found.candidates) == ("ambiguous", ("s05",), ("t05", "u05"))
    for same in ({"street": target[5]["street"]}, {"email": "aino-salo-1@post.fi"}):
        found = compare(source, [*target, other | same]).the_break
        assert (found.kind, found.members) == ("duplicate_in_target", ("t05", "u05"))


def test_customer_that_is_like_two_with_valid_numbers_of_their_own_is_ambiguous(compare: Compare) -> None:
    twins = [everybody(prefix, email=None)[5] for prefix in "tu"]
    for row, number in zip(twins, ("2077474-0", "0112038-9"), strict=True):
        row["org_number"] = number
    target = [row for row in everybody("t", email=None) if row["source_id"] != "t05"]
    compared = compare(everybody("s", email=None), [*target, *twins])
    [found] = compared.breaks
    assert (found.kind, found.members, found.candidates) == ("ambiguous", ("s05",), ("t05", "u05"))


def test_side_is_searched_for_duplicates_where_the_other_is_empty(compare: Compare) -> None:
    twice = [*everybody("s", email=None), everybody("u", email=None)[5]]
    compared = compare(twice, [])
    assert [each.members for each in compared.of_kind("duplicate_in_source")] == [("s05", "u05")]
    assert compared.counts["missing_in_target"] == len(COMPANIES)


def test_group_by_a_number_and_its_likeness_are_one_group(compare: Compare) -> None:
    likeness = [everybody(prefix, email=None)[5] for prefix in "uvw"]
    for row in likeness[:2]:
        row["vat_number"] = "FI20774740"
    compared = compare([*everybody("s", email=None), *likeness], everybody("t", email=None))
    assert [each.members for each in compared.of_kind("duplicate_in_source")] == [("s05", "u05", "v05", "w05")]


def matched_and_a_copy(**changed: str | None) -> tuple[list[Row], list[Row]]:
    """The sixth company has a partner by its number; the source holds it once more, under another number."""
    source, target = everybody("s", email=None), everybody("t", email=None)
    source[5] |= {"number": "55"}
    target[5] |= {"number": "55"}
    return [*source, everybody("u", email=None)[5] | {"number": "77"} | changed], target


@pytest.mark.parametrize("shared", ["name", "phone"])
def test_copy_of_a_customer_that_matches_by_a_key_is_a_duplicate_and_not_missing(compare: Compare, shared: str) -> None:
    own = {"name": "Virtanen Rakennus"} if shared == "phone" else {"phone": None}
    compared = compare(*matched_and_a_copy(**own))
    assert [(each.kind, each.members) for each in compared.breaks] == [("duplicate_in_source", ("s05", "u05"))]
    assert compared.result.source.duplicates == 1
    assert compared.matched_by["number"] == 1


def test_copy_of_a_customer_that_is_held_twice_joins_its_group(compare: Compare) -> None:
    source, target = matched_and_a_copy()
    source.append(everybody("v", email=None)[5] | {"number": "55"})
    [found] = compare(source, target).breaks
    assert (found.kind, found.members) == ("duplicate_in_source", ("s05", "u05", "v05"))


def test_copy_with_a_valid_number_of_its_own_is_another_customer(compare: Compare) -> None:
    source, target = matched_and_a_copy(org_number="2077474-0")
    source[5] |= {"org_number": "0112038-9"}
    assert [(each.kind, each.source_id) for each in compare(source, target).breaks] == [("missing_in_target", "u05")]


def test_customers_that_keys_tell_apart_are_no_duplicates_and_a_copy_is_one_of_the_first(compare: Compare) -> None:
    source, target = matched_and_a_copy()
    source.append(everybody("v", email=None)[5] | {"number": "99"})
    target.append(everybody("w", email=None)[5] | {"number": "99"})
    compared = compare(source, target)
    assert [(each.kind, each.members) for each in compared.breaks] == [("duplicate_in_source", ("s05", "u05"))]


def test_copy_is_found_where_everybody_else_has_a_partner(compare: Compare) -> None:
    source, target = everybody("s"), everybody("t")
    [found] = compare([*source, source[5] | {"source_id": "u05", "number": "77", "email": None}], target).breaks
    assert (found.kind, found.members) == ("duplicate_in_source", ("s05", "u05"))


def test_customer_whose_numbers_are_those_of_two_is_not_paired_by_likeness(compare: Compare) -> None:
    source, target = everybody("s", email=None), everybody("t", email=None)
    source[5] |= {"org_number": "2077474-0", "number": "55"}
    source.append(everybody("u", email=None)[5] | {"org_number": "0112038-9", "number": "55"})
    target[5] |= {"org_number": "2077474-0"}
    target.append(a_customer("x", country="FI", name="Salo Auto Oy", org_number="0112038-9"))
    [found] = compare(source, target).of_kind("ambiguous")
    assert (found.members, found.candidates) == (("s05",), ("t05", "x"))


def two_of_a_group() -> tuple[list[Row], list[Row]]:
    """Both sides hold two companies that share their group's mailbox."""
    source, target = everybody("s", email=None), everybody("t", email=None)
    for rows in (source, target):
        for place in (4, 5):
            rows[place]["email"] = "invoices@group.fi"
    return source, target


def test_similarity_tells_apart_who_share_an_email_address(compare: Compare) -> None:
    assert compare(*two_of_a_group(), spec=BY_LIKENESS).breaks == ()


def test_who_share_an_email_address_are_ambiguous_where_only_a_person_may_tell_them_apart(compare: Compare) -> None:
    compared = compare(*two_of_a_group())
    found = compared.the_break
    assert (found.kind, found.members, found.candidates) == ("ambiguous", ("s04", "s05"), ("t04", "t05"))
    assert compared.matched_by == {"similarity": len(COMPANIES) - 2}


def test_who_shares_an_email_address_with_its_own_duplicate_is_not_ambiguous(compare: Compare) -> None:
    source, target = everybody("s"), everybody("t")
    compared = compare([*source, source[5] | {"source_id": "u05"}], target)
    assert (compared.the_break.kind, compared.the_break.members) == ("duplicate_in_source", ("s05", "u05"))


@pytest.mark.parametrize("spec", [BY_NAME, BY_LIKENESS])
def test_customer_held_twice_matches_as_one_by_the_address_that_only_he_has(
    compare: Compare, spec: ReconciliationSpec
) -> None:
    source, target = everybody("s"), everybody("t")
    target[5] |= {"name": "Zenit Holding", "phone": None, "street": None, "postal_code": None, "city": None}
    compared = compare([*source, source[5] | {"source_id": "u05"}], target, spec=spec)
    assert compared.result.matched == len(COMPANIES)
    [found] = [each for each in compared.breaks if each.kind != "field_differs"]
    assert (found.kind, found.members) == ("duplicate_in_source", ("s05", "u05"))
    differing = {each.field: (each.source_id, each.target_id) for each in compared.of_kind("field_differs")}
    assert differing == {"name": ("s05", "t05")}
    assert compared.result.suggestions == ()


@pytest.mark.parametrize("spec", [BY_NAME, BY_LIKENESS])
def test_address_that_only_one_has_on_each_side_goes_before_likeness(
    compare: Compare, spec: ReconciliationSpec
) -> None:
    source, target = everybody("s"), everybody("t")
    target[5]["email"] = None  # s05 is like t05, but has the address of z1, who is held twice
    held = {"name": "Zenit Holding", "email": source[5]["email"], "street": "Satamakatu 99", "city": "Kotka"}
    twice = [a_customer(each, **held, phone="+358 50 1112223") for each in ("z1", "z2")]
    compared = compare(source, [*target, *twice], spec=spec)
    found = [(each.kind, each.target_id) for each in compared.breaks if each.kind != "field_differs"]
    assert sorted(found) == [("duplicate_in_target", "z1"), ("missing_in_source", "t05")]
    assert {(each.source_id, each.target_id) for each in compared.of_kind("field_differs")} == {("s05", "z1")}


def test_partner_by_likeness_of_who_is_ambiguous_is_one_of_the_candidates(compare: Compare) -> None:
    source, target = two_of_a_group()
    target[5]["email"] = None  # s05 is like t05, but s04 and s05 both share an address with t04
    [found] = compare(source, target).breaks
    assert (found.members, found.candidates) == (("s04", "s05"), ("t04", "t05"))


def test_copy_of_who_has_a_partner_makes_nobody_ambiguous(compare: Compare) -> None:
    source, target = everybody("s"), everybody("t")
    for each in (source[4], target[4]):
        each["number"] = "4"
    copy = source[4] | {"source_id": "u04", "number": None, "email": "invoices@group.fi"}
    for each in (source[5], target[5]):
        each["email"] = "invoices@group.fi"
    compared = compare([*source, copy], target)
    assert (compared.the_break.kind, compared.the_break.members) == ("duplicate_in_source", ("s04", "u04"))


@pytest.mark.parametrize("swapped", [False, True])
def test_pair_by_an_address_is_ambiguous_where_a_copy_has_one_that_several_share(
    compare: Compare, swapped: bool
) -> None:
    source, target = everybody("s"), everybody("t")
    for row in (target[6], target[7]):
        row["email"] = "invoices@group.fi"
    copy = source[5] | {"source_id": "u05", "email": "invoices@group.fi"}
    sides = [*source, copy], target
    compared = compare(*(reversed(sides) if swapped else sides))
    [found] = compared.of_kind("ambiguous")
    members, candidates = (found.candidates, found.members) if swapped else (found.members, found.candidates)
    assert (members, candidates) == (("s05", "s06", "s07"), ("t05", "t06", "t07"))
    assert [each.members for each in compared.breaks if each.kind.startswith("duplicate")] == [("s05", "u05")]
    assert compared.matched_by == {"email": len(COMPANIES) - 3}


@pytest.mark.parametrize("swapped", [False, True])
def test_pair_by_an_address_stays_where_a_number_says_the_same(compare: Compare, swapped: bool) -> None:
    source, target = everybody("s"), everybody("t")
    source[5]["number"] = target[5]["number"] = "5"
    for row in (target[6], target[7]):
        row["email"] = "invoices@group.fi"
    sides = [*source, source[5] | {"source_id": "u05", "number": None, "email": "invoices@group.fi"}], target
    compared = compare(*(reversed(sides) if swapped else sides), spec=BY_NAME.matched_by("email", "number"))
    assert [each.members for each in compared.breaks if each.kind != "key_changed"] == [("s05", "u05")]
    assert compared.matched_by == {"email": len(COMPANIES) - 2, "similarity": 2}


def test_pair_by_an_address_stays_where_a_copy_has_another_that_only_its_partner_has(compare: Compare) -> None:
    source, target = everybody("s"), everybody("t")
    copies = [row | {"source_id": f"{row['source_id']}b", "email": "b@post.fi"} for row in (source[5], target[5])]
    compared = compare([*source, copies[0]], [*target, copies[1]])
    assert compared.matched_by == {"email": len(COMPANIES) + 1}, "each copy is paired with the other's copy"


@few
@given(sides=sides_of_copies())
def test_nobody_is_paired_while_a_copy_of_either_shares_an_address_with_others(compare: Compare, sides: Sides) -> None:
    compared = compare(*sides, spec=BY_NAME.comparing("language"))  # in which all pairs differ, so that they are seen
    duplicates = [compared.of_kind(f"duplicate_in_{side}") for side in SIDES]
    groups = [groups_of(*each) for each in zip(sides, duplicates, strict=True)]
    pairs = [
        (groups[0][str(each.source_id)], groups[1][str(each.target_id)], each.matched_by)
        for each in compared.of_kind("field_differs")
        if each.field == "language"
    ]
    assert len(pairs) == compared.result.matched
    by_number = [{pair[place] for pair in pairs if pair[2] == "number"} for place in range(2)]
    for address in ADDRESSES:
        carriers = [
            {of[str(row["source_id"])] for row in rows if row["email"] == address} - settled
            for rows, of, settled in zip(sides, groups, by_number, strict=True)
        ]
        if all(carriers):
            having = [pair for pair in pairs if pair[0] in carriers[0] or pair[1] in carriers[1]]
            assert [pair[:2] for pair in having] in ([], [(*carriers[0], *carriers[1])])


def groups_of(rows: list[Row], duplicates: list[Break]) -> dict[str, tuple[str, ...]]:
    """For each record those that are one with it."""
    ids = [str(row["source_id"]) for row in rows]
    return {one: (one,) for one in ids} | {one: each.members for each in duplicates for one in each.members}


def test_all_who_share_the_mailbox_of_an_accountant_are_candidates_of_each_other(compare: Compare) -> None:
    source, target = everybody("s"), everybody("t")
    for row in (*source[:8], *target[:8]):
        row["email"] = "books@accountant.fi"
    [found] = compare(source, target).breaks
    assert found.members == tuple(f"s{place:02}" for place in range(8))
    assert found.candidates == tuple(f"t{place:02}" for place in range(8))
    assert compare(source, target, spec=BY_LIKENESS).breaks == ()


def test_other_ways_to_tell_who_share_an_email_address_are_refused() -> None:
    wrong: Any = "first"
    with pytest.raises(ValueError, match="shared_email: expected one of similarity, ambiguous; got 'first'"):
        replace(CUSTOMERS, shared_email=wrong)


@few
@given(sides=two_sides(), spec=st.sampled_from([BY_NAME, BY_LIKENESS]), random=st.randoms(use_true_random=False))
def test_order_of_similar_customers_does_not_count(
    compare: Compare, sides: Sides, spec: ReconciliationSpec, random: Random
) -> None:
    shuffled = [random.sample(rows, len(rows)) for rows in sides]
    one, other = compare(*sides, spec=spec), compare(*shuffled, spec=spec)
    assert one.breaks == other.breaks
    assert replace(one.result, breaks=other.result.breaks) == other.result


@few
@given(sides=two_sides(), spec=st.sampled_from([BY_NAME, BY_LIKENESS]))
def test_swapping_sides_of_similar_customers_mirrors_the_result(
    compare: Compare, sides: Sides, spec: ReconciliationSpec
) -> None:
    source, target = sides
    there, back = compare(source, target, spec=spec), compare(target, source, spec=mirrored_rules(spec))
    assert there.matched_by == back.matched_by
    assert there.result.agreement == back.result.agreement
    assert mirrored(back.breaks) == plain(there.breaks)
    assert mirrored_suggestions(back.result.suggestions) == {
        (each.source_id, each.target_id, each.score) for each in there.result.suggestions
    }
