"""Which breaks make a change, which do not, and what a change says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from customers_compared import BY_KEYS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plans import SYSTEM
from sides_on_disk import a_customer, a_side, write_records

from airflow_provider_erp.corrections.findings import Findings, digest_of, findings_of
from airflow_provider_erp.corrections.plan import Plan, SystemSide
from airflow_provider_erp.corrections.planning import plan_of
from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.reconciliation.customers.compare import reconcile
from airflow_provider_erp.reconciliation.result import Reconciliation
from airflow_provider_erp.reconciliation.rules import Accepted, Authority, Field
from airflow_provider_erp.reconciliation.spec import CUSTOMERS, ReconciliationSpec

Row = Mapping[str, str | None]
MONDAY = dt.datetime(2026, 11, 16, 4, tzinfo=dt.UTC)


def ruled_by(authority: Authority, spec: ReconciliationSpec = BY_KEYS) -> ReconciliationSpec:
    """The same comparison in which one side is right in every field."""
    return spec.comparing(*(Field(name=name, authority=authority) for name in spec.field_names))


SOURCE_IS_RIGHT = ruled_by("source")


@dataclass(frozen=True)
class World:
    """Ledger and Projects, compared."""

    result: Reconciliation
    spec: ReconciliationSpec
    records: tuple[Path, Path]

    @property
    def findings(self) -> Findings:
        return findings_of(self.result)

    def plan(self, side: SystemSide = "target", **options: Any) -> Plan:
        return plan_of(self.findings, self.spec, side=side, records=self.records, **SYSTEM, **options)


Compare = Callable[..., World]


@pytest.fixture
def compare(tmp_path: Path) -> Compare:
    def compared(
        source: Iterable[Row],
        target: Iterable[Row],
        spec: ReconciliationSpec = SOURCE_IS_RIGHT,
        as_of: dt.datetime | None = MONDAY,
        **of_target: Any,
    ) -> World:
        ledger, projects = a_side(tmp_path, "Ledger", source), a_side(tmp_path, "Projects", target)
        result = reconcile(spec, ledger, replace(projects, **of_target), tmp_path, as_of=as_of)
        return World(result, spec, (ledger.records, projects.records))

    return compared


def said(plan: Plan) -> list[tuple[str, str, str | None, str]]:
    return [(each.subject, each.field, each.old, each.new) for each in plan.changes]


def test_field_that_differs_is_changed_to_what_the_side_that_is_right_wrote(compare: Compare) -> None:
    source = [a_customer("s1", number="100", name="Älä Oy ", email="New@x.example", version="v-s")]
    target = [a_customer("t1", number="100", name="Älä Oy", email="old@x.example", version="v-7")]
    plan = compare(source, target).plan()
    (change,) = plan.changes
    assert (change.action, change.system, change.subject, change.record_id) == ("update", "Projects", "t1", "t1")
    assert (change.number, change.field, change.old, change.new) == ("100", "email", "old@x.example", "New@x.example")
    assert (change.rule, change.version) == ("e-mail: Ledger is right", "v-7")
    assert (plan.spec, plan.side, plan.as_of, plan.total) == ("customers", "target", MONDAY, 1)
    assert (plan.conn_type, plan.company) == ("visma_px", "Example Ltd")


def test_field_is_emptied_only_where_that_is_asked_for(compare: Compare) -> None:
    world = compare([a_customer("s", number="1", city="")], [a_customer("t", number="1", city="Oulu")])
    plan = world.plan()
    assert (plan.changes, plan.left_out) == ((), {"would be emptied": 1})
    assert said(world.plan(clear=True)) == [("t", "city", "Oulu", "")]


def test_field_that_the_system_does_not_have_is_left_out_and_counted(compare: Compare) -> None:
    source = [a_customer("s1", number="1", city="Turku", phone="1"), a_customer("s2", number="2", phone="2", name="B")]
    world = compare(source, [a_customer("t1", number="1", city="Oulu", phone="3")])
    plan = world.plan(create=True, writable=("number", "name", "city"))
    assert {(each.action, each.field) for each in plan.changes} == {
        ("update", "city"),
        ("create", "number"),
        ("create", "name"),
    }
    assert plan.left_out == {"Projects has no field for phone": 2}


def test_side_that_is_right_in_a_field_is_not_changed(compare: Compare) -> None:
    world = compare([a_customer("s", number="1", city="Turku")], [a_customer("t", number="1", city="Oulu")])
    assert world.plan("source").changes == ()
    assert said(world.plan("target")) == [("t", "city", "Oulu", "Turku")]


def test_source_is_changed_where_the_target_is_right(compare: Compare) -> None:
    source, target = [a_customer("s", number="1", city="")], [a_customer("t", number="1", city="Oulu")]
    assert said(compare(source, target, ruled_by("target")).plan("source")) == [("s", "city", "", "Oulu")]


def test_what_is_left_to_a_person_makes_no_change(compare: Compare) -> None:
    source, target = [a_customer("s", number="1", city="Turku")], [a_customer("t", number="1", city="Oulu")]
    world = compare(source, target, ruled_by("manual"))
    assert world.plan("source").changes == world.plan("target").changes == ()


def test_status_conflict_is_changed_as_a_field(compare: Compare) -> None:
    source, target = [a_customer("s", number="1", status="closed")], [a_customer("t", number="1", status="active")]
    assert said(compare(source, target).plan()) == [("t", "status", "active", "closed")]


def test_accepted_break_makes_no_change_until_its_day_has_passed(compare: Compare) -> None:
    source, target = [a_customer("s", number="1", city="Turku")], [a_customer("t", number="1", city="Oulu")]
    (found,) = compare(source, target).result.read_breaks()
    lived_with = Accepted(
        break_id=found.break_id, digest=found.digest, reason="moving", by="Anna", until=dt.date(2026, 11, 16)
    )
    spec = replace(SOURCE_IS_RIGHT, accepted=(lived_with,))
    plan = compare(source, target, spec).plan()
    assert plan.changes == ()
    assert plan.left_out == {"accepted": 1}
    assert len(compare(source, target, spec, MONDAY + dt.timedelta(days=1)).plan().changes) == 1


def test_last_day_of_an_acceptance_is_one_of_the_specs_zone(compare: Compare) -> None:
    source, target = [a_customer("s", number="1", city="Turku")], [a_customer("t", number="1", city="Oulu")]
    (found,) = compare(source, target).result.read_breaks()
    monday = Accepted(break_id=found.break_id, digest=found.digest, reason="r", by="b", until=dt.date(2026, 11, 16))
    late = dt.datetime(2026, 11, 16, 23, tzinfo=dt.UTC)
    here = replace(SOURCE_IS_RIGHT, accepted=(monday,))
    assert compare(source, target, here, late).plan().changes == ()
    assert compare(source, target, replace(here, zone="Europe/Helsinki"), late).plan().changes


def test_similar_pair_is_changed_only_when_a_person_approved_it(compare: Compare) -> None:
    rest = {"street": "Mannerheimintie 12 B 34", "postal_code": "00100", "city": "Helsinki", "country": "FI"}
    same = {"phone": "+358 40 123 4567", **rest}
    source = [a_customer("s", number="1", name="Kauppahuone Virtanen Oy", email="info@virtanen.example", **same)]
    target = [a_customer("t", number="9", name="Kauppahuone Virtanen Oy", email="INFO@virtanen.example", **same)]
    spec = ruled_by("source", CUSTOMERS.matched_by("number")).comparing(Field(name="language", authority="source"))
    world = compare(
        [source[0] | {"language": "fi"}], [target[0] | {"language": "sv"}], replace(spec, apply_at=0.5, suggest_at=0.2)
    )
    assert world.result.matched_by["similarity"] == 1
    assert world.plan().changes == ()
    assert world.plan().left_out == {"similar, not approved": 1}
    assert said(world.plan(approved_pairs=[("s", "t")])) == [("t", "language", "sv", "fi")]


def test_customer_that_is_held_twice_is_left_to_a_person(compare: Compare) -> None:
    source = [a_customer("s1", number="1", city="Turku"), a_customer("s2", number="1", city="Oulu")]
    plan = compare(source, [a_customer("t", number="1", city="Oulu")]).plan()
    assert plan.changes == ()
    assert plan.left_out == {"duplicates": 1}


def test_value_that_cannot_be_right_is_not_written_elsewhere(compare: Compare) -> None:
    spec = replace(SOURCE_IS_RIGHT, check_identifiers=True)
    source = [a_customer("s", number="1", org_number="0112038-8", country="FI", city="Turku")]
    target = [a_customer("t", number="1", org_number="0112038-9", country="FI", city="Oulu")]
    plan = compare(source, target, spec).plan()
    assert said(plan) == [("t", "city", "Oulu", "Turku")]
    assert plan.left_out == {"invalid identifier": 1}


def test_missing_customer_is_created_only_where_that_is_asked_for(compare: Compare) -> None:
    world = compare([a_customer("s", number="1", name="A Oy", city="Turku", phone="", payment_terms="14")], [])
    assert world.plan().changes == ()
    plan = world.plan(create=True)
    assert said(plan) == [
        ("source:s", "number", None, "1"),
        ("source:s", "name", None, "A Oy"),
        ("source:s", "city", None, "Turku"),
    ]
    assert {(each.action, each.record_id, each.version, each.number) for each in plan.changes} == {
        ("create", None, None, "1")
    }
    assert {each.rule for each in plan.changes} == {"missing in Projects: Ledger is right"}
    assert len(world.plan(create=True, not_created=()).changes) == 4
    assert world.plan("source", create=True).changes == ()


def test_nobody_is_created_in_a_system_that_may_lack_records(compare: Compare) -> None:
    for short in ({"complete": False}, {"rejected": 1}):
        plan = compare([a_customer("s", number="1")], [], **short).plan(create=True)
        assert plan.changes == ()
        assert plan.left_out == {"the system may have it: not all of its records were read": 1}


def test_customer_in_a_group_of_duplicates_is_not_created(compare: Compare) -> None:
    plan = compare([a_customer("s1", number="1"), a_customer("s2", number="1")], []).plan(create=True)
    assert plan.changes == ()
    assert plan.left_out == {"duplicates": 1}


def test_customer_that_may_be_one_of_the_other_sides_is_not_created(compare: Compare) -> None:
    world = compare([a_customer("s", number="1")], [])
    found = replace(world.findings, suggested=frozenset({("s", "t9")}))
    plan = plan_of(found, world.spec, side="target", records=world.records, create=True, **SYSTEM)
    assert plan.changes == ()
    assert plan.left_out == {"may be one that is there": 1}


def test_customer_with_an_invalid_number_is_not_created(compare: Compare) -> None:
    spec = replace(SOURCE_IS_RIGHT, check_identifiers=True)
    world = compare([a_customer("s", number="1", org_number="0112038-8", country="FI")], [], spec)
    assert world.plan(create=True).left_out == {"invalid identifier": 1}


def test_customer_whose_number_is_taken_by_another_is_not_created(compare: Compare) -> None:
    spec = SOURCE_IS_RIGHT.matched_by("email")
    source, target = [a_customer("s", number="1", email="a@x.example")], [a_customer("t", number="1")]
    plan = compare(source, target, spec).plan(create=True)
    assert plan.changes == ()
    assert plan.left_out == {"number is taken": 1}


def test_system_that_numbers_its_customers_itself_is_not_asked_for_the_others_number(compare: Compare) -> None:
    spec = SOURCE_IS_RIGHT.matched_by("email")
    source, target = [a_customer("s", number="1", email="a@x.example")], [a_customer("t", number="1")]
    plan = compare(source, target, spec).plan(create=True, not_created=["number"])
    assert [(each.field, each.number) for each in plan.changes] == [("email", None)]


def test_record_and_the_model_of_a_new_one_may_have_the_same_id(compare: Compare) -> None:
    source = [a_customer("1", number="a", city="Turku"), a_customer("2", number="b", city="Turku")]
    plan = compare(source, [a_customer("2", number="a", city="Oulu")]).plan(create=True)
    assert [(each.action, each.subject) for each in plan.changes] == [
        ("update", "2"),
        ("create", "source:2"),
        ("create", "source:2"),
    ]


def test_accepted_missing_customer_is_not_created(compare: Compare) -> None:
    source = [a_customer("s", number="1")]
    (found,) = compare(source, []).result.read_breaks()
    ever = Accepted(break_id=found.break_id, digest=found.digest, reason="r", by="b", until=dt.date(2027, 1, 1))
    world = compare(source, [], replace(SOURCE_IS_RIGHT, accepted=(ever,)))
    assert world.plan(create=True).left_out == {"accepted": 1}


def test_ambiguous_customers_make_no_change(compare: Compare) -> None:
    source = [a_customer("a", number="1", email="x@x.example"), a_customer("b", number="2", email="x@x.example")]
    target = [a_customer("x", number="3", email="x@x.example"), a_customer("y", number="4", email="x@x.example")]
    world = compare(source, target)
    assert world.result.counts["ambiguous"] == 1
    assert world.plan(create=True).changes == world.plan("source", create=True).changes == ()


def test_records_that_are_not_those_that_were_compared_are_refused(compare: Compare, tmp_path: Path) -> None:
    world = compare([a_customer("s", number="1", city="Turku")], [a_customer("t", number="1", city="Oulu")])
    later = write_records(tmp_path / "later.parquet", [a_customer("t", number="1", city="Espoo")])
    with pytest.raises(ErpInconsistentRead, match="target record 't' has another city, unlike in the breaks"):
        replace(world, records=(world.records[0], later)).plan()
    none = write_records(tmp_path / "none.parquet", [a_customer("x")])
    with pytest.raises(ErpInconsistentRead, match="target record 't' is not among the records"):
        replace(world, records=(world.records[0], none)).plan()
    lacking = compare([a_customer("s", number="1")], [])
    with pytest.raises(ErpInconsistentRead, match="source record 's' is not among the records"):
        replace(lacking, records=(none, lacking.records[1])).plan(create=True)


def test_breaks_of_another_spec_are_refused(compare: Compare) -> None:
    world = compare([a_customer("s", number="1", city="Turku")], [a_customer("t", number="1", city="Oulu")])
    with pytest.raises(ValueError, match="expected those of spec 'customers' as it is now"):
        replace(world, spec=ruled_by("target")).plan()


def test_result_of_no_moment_is_refused(compare: Compare) -> None:
    with pytest.raises(ValueError, match="expected the moment that it is of"):
        compare([], [], as_of=None).plan()


def test_unknown_side_and_unknown_field_are_refused(compare: Compare) -> None:
    world = compare([], [])
    with pytest.raises(ValueError, match="side: expected one of source, target"):
        world.plan("both")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="'fax' is unknown"):
        world.plan(not_created=["fax"])


def test_spec_is_called_what_the_comparison_calls_it(compare: Compare) -> None:
    world = compare([], [])
    assert world.result.provenance["spec"] == digest_of(world.spec)


def test_the_order_of_the_rows_does_not_change_the_plan_and_another_day_does(compare: Compare) -> None:
    source = [a_customer(f"s{n}", number=str(n), city="Turku", name=f"N{n}") for n in range(30)]
    target = [a_customer(f"t{n}", number=str(n), city="Oulu") for n in range(20)]
    digest = compare(source, target).plan(create=True).digest
    assert compare(source[::-1], target[::-1]).plan(create=True).digest == digest
    assert compare(source, target, as_of=MONDAY + dt.timedelta(days=1)).plan(create=True).digest != digest


def carried_out(plan: Plan, rows: Iterable[Row]) -> list[Row]:
    """The side's rows after somebody has made all changes of the plan."""
    by_id = {str(row["source_id"]): dict(row) for row in rows}
    for change in plan.changes:
        key = change.record_id or f"new-{change.subject}"
        by_id.setdefault(key, a_customer(key))[change.field] = change.new
    return list(by_id.values())


NUMBERS = st.lists(st.integers(1, 9), unique=True, max_size=6)
VALUES = st.sampled_from([None, "", "Turku", "Oulu", " oulu "])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), numbers=st.tuples(NUMBERS, NUMBERS))
def test_next_comparison_no_longer_finds_what_the_plan_put_right(
    compare: Compare, data: st.DataObject, numbers: tuple[list[int], list[int]]
) -> None:
    source, target = (
        [a_customer(f"{side}{n}", number=str(n), city=data.draw(VALUES), name=data.draw(VALUES)) for n in side_numbers]
        for side, side_numbers in zip("st", numbers, strict=True)
    )
    before = compare(source, target)
    plan = before.plan(create=True, clear=True)
    assert plan.left_out == {}
    counts = compare(source, carried_out(plan, target)).result.counts
    assert {kind for kind, count in counts.items() if count} <= {"missing_in_source"}
    assert counts["missing_in_source"] == before.result.counts["missing_in_source"]
