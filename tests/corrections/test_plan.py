"""A plan's digest and order, and what a selection of it may be."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import MONDAY, SYSTEM, a_change, a_plan

from airflow_provider_erp.corrections.given import plan_of_records
from airflow_provider_erp.corrections.plan import COLUMNS, Change, Plan, Selection, change_of, row_of

TEXTS = st.text(max_size=8)
CHANGES = st.lists(
    st.builds(
        a_change,
        st.text(min_size=1, max_size=4),
        action=st.sampled_from(["update", "create", "upsert"]),
        field=st.sampled_from(["name", "city", "email"]),
        old=st.none() | TEXTS,
        new=TEXTS,
        number=st.none() | TEXTS,
        version=st.none() | TEXTS,
        record_id=st.just("7"),
    ),
    max_size=6,
    unique_by=lambda each: each.subject,
)


@given(changes=CHANGES, order=st.randoms())
def test_digest_does_not_depend_on_the_order_of_the_changes(changes: list[Change], order: Any) -> None:
    shuffled = list(changes)
    order.shuffle(shuffled)
    assert a_plan(*shuffled) == a_plan(*changes)


@given(changes=CHANGES)
def test_change_survives_its_row(changes: list[Change]) -> None:
    assert [change_of(row_of(each)) for each in changes] == changes


def test_digest_tells_every_part_of_a_change_apart() -> None:
    change = a_change(number="1", version="v", break_id="b")
    names = ("system", "subject", "record_id", "number", "old", "new", "rule")
    digests = {a_plan(change_of(row_of(change) | {COLUMNS[name]: "other"})).digest for name in names}
    digests |= {a_plan(replace(change, field="name")).digest, a_plan(replace(change, action="upsert")).digest}
    digests |= {a_plan(replace(change, version=None)).digest, a_plan(replace(change, break_id=None)).digest}
    assert len(digests | {a_plan(change).digest}) == len(names) + 5


def test_nothing_known_and_empty_are_two_plans() -> None:
    assert a_plan(a_change(old=None)).digest != a_plan(a_change(old="")).digest


def test_break_that_comes_back_another_day_is_another_plan() -> None:
    change = a_change()
    assert a_plan(change).digest != a_plan(change, as_of=MONDAY + dt.timedelta(days=1)).digest
    assert a_plan(change).digest != a_plan(change, origin="other spec").digest
    assert a_plan(change).digest != a_plan(change, spec="other").digest
    assert a_plan(change).digest != a_plan(change, side="source").digest


@pytest.mark.parametrize("said", [{"company": "Another Ltd"}, {"conn_type": "visma_net"}])
def test_same_changes_of_another_system_or_company_are_another_plan(said: dict[str, str]) -> None:
    assert a_plan(a_change()).digest != a_plan(a_change(), **said).digest


def test_same_moment_in_another_zone_is_the_same_plan() -> None:
    there = MONDAY.astimezone(dt.timezone(dt.timedelta(hours=2)))
    assert a_plan(a_change(), as_of=there) == a_plan(a_change())


def test_what_was_left_out_is_no_part_of_a_plan() -> None:
    assert a_plan(a_change(), left_out={"accepted": 3}).digest == a_plan(a_change()).digest


def test_changes_stand_in_the_order_in_which_people_count() -> None:
    changes = [
        a_change("t9", number="9", field="email"),
        a_change("t9", number="9", field="phone"),
        a_change("t10", number="10"),
        a_change("s1", number="1", action="create"),
    ]
    for some in permutations(changes):
        assert list(a_plan(*some).changes) == changes


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"action": "delete"}, "action: expected one of update, create, upsert; got 'delete'"),
        ({"field": "fax"}, "field: expected one of"),
        ({"new": None}, "old, new: expected texts for field 'city'"),
        ({"old": 7}, "old, new: expected texts for field 'city'"),
        ({"system": ""}, "system: expected a text"),
        ({"record_id": None}, "record_id: expected the id of the record that is updated"),
        ({"version": 7}, "version: expected str or None, got 7"),
    ],
)
def test_change_that_could_not_be_made_is_refused(said: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        a_change(**said)


@pytest.mark.parametrize(
    ("changes", "said", "message"),
    [
        ([a_change(), a_change(new="Espoo")], {}, "field 'city' of 't1' is to be changed twice"),
        ([a_change(), a_change(field="name", version="8")], {}, "expected one action, record, number and version of"),
        ([a_change(), a_change(field="name", action="create")], {}, "expected one action, record"),
        ([a_change(), a_change("t2", system="Ledger")], {}, "expected changes of one system"),
        ([], {"as_of": dt.datetime(2026, 11, 16)}, "as_of: expected a moment with a zone"),  # noqa: DTZ001
        ([], {"side": "both"}, "side: expected one of source, target"),
        ([], {"origin": ""}, "origin: expected a text"),
        ([], {"company": ""}, "company: expected a text"),
        ([], {"conn_type": None}, "conn_type: expected a text"),
    ],
)
def test_plan_that_contradicts_itself_is_refused(changes: list[Change], said: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        a_plan(*changes, **said)


def test_row_with_other_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="expected the columns action, system"):
        change_of({"field": "city"})


def test_values_do_not_stand_in_what_is_logged_of_a_change() -> None:
    assert "Turku" not in repr(a_plan(a_change()))
    assert "Oulu" not in repr(a_change())


def test_selection_has_a_digest_of_its_plan_and_its_rows() -> None:
    one, other = a_change("t1"), a_change("t2")
    plan = a_plan(one, other)
    selection = plan.select([one.change_id])
    assert selection.changes == (one,)
    assert selection.plan == plan.digest
    digests = {plan.digest, selection.digest, plan.select([other.change_id]).digest, plan.select([]).digest}
    assert len(digests) == 4
    assert a_plan(one, other, origin="x").select([one.change_id]).digest not in digests
    assert plan.select([other.change_id, one.change_id]) == Selection(plan=plan.digest, changes=(other, one))


def test_change_of_another_plan_cannot_be_selected() -> None:
    with pytest.raises(ValueError, match="1 changes are none of plan"):
        a_plan(a_change()).select([a_change(new="Espoo").change_id])


def test_new_customer_is_selected_whole_or_not_at_all() -> None:
    name = a_change("s1", action="create", number="1", field="name", old=None)
    city = a_change("s1", action="create", number="1", old=None)
    plan = a_plan(name, city, a_change("t1"))
    assert len(plan.select([name.change_id, city.change_id]).changes) == 2
    with pytest.raises(ValueError, match="of the new customer '1' 1 of 2 rows are marked"):
        plan.select([city.change_id])


def given_records(*records: dict[str, Any], run: str = "dag/run") -> Plan:
    return plan_of_records(records, run=run, as_of=MONDAY, system="Visma.net", **SYSTEM)


def test_given_records_become_a_plan_of_their_run() -> None:
    plan = given_records({"number": "7", "name": "A Oy", "city": None, "phone": ""})
    assert (plan.spec, plan.origin, plan.side) == ("records", "dag/run", "target")
    assert [(each.action, each.subject, each.record_id, each.field, each.old, each.new) for each in plan.changes] == [
        ("upsert", "7", None, "number", None, "7"),
        ("upsert", "7", None, "name", None, "A Oy"),
        ("upsert", "7", None, "phone", None, ""),
    ]
    assert given_records({"number": "7"}).digest != given_records({"number": "7"}, run="dag/later").digest


def test_given_record_may_name_the_record_that_it_means_and_its_version() -> None:
    (change,) = given_records({"source_id": "t1", "version": "v", "modified_at": MONDAY, "city": "Oulu"}).changes
    assert (change.subject, change.record_id, change.version) == ("id t1", "t1", "v")


def test_given_record_may_say_what_the_system_holds_now() -> None:
    number, city = given_records({"number": "7", "city": "Oulu", "expected": {"city": ""}}).changes
    assert (number.old, city.old) == (None, "")


def test_given_records_without_a_number_are_known_by_their_content() -> None:
    one, other = {"name": "A", "city": "B"}, {"name": "C"}
    assert given_records(one, other).digest == given_records(other, dict(reversed(one.items()))).digest


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([{"number": "1"}, {"number": "1", "name": "A"}], "record 2: '1' is given twice"),
        ([{"number": "1", "fax": "2"}], "record 1: 'fax' is unknown; known are source_id, number"),
        ([{"number": 1}], "record 1: expected a text or None in 'number', got one int"),
        ([{"number": "1", "expected": "Oslo"}], "record 1: expected a dict of texts in 'expected'"),
        ([{"number": "1", "expected": {"number": None}}], "record 1: expected a dict of texts in 'expected'"),
        ([{"number": "1", "expected": {"city": "x"}}], "record 1: 'expected' names 'city', which the record does not"),
        ([{"name": "Half \ud83d"}], "record 1: 'name' holds half a character"),
        ([{"source_id": "t1", "name": None}], "record 1: expected at least one of number, name"),
    ],
)
def test_given_record_that_cannot_be_written_is_refused(records: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        given_records(*records)
