"""The planted truth against a reference reconciliation of what the four vendors answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reference_matcher import FIELDS, READERS, Found, Row, reconcile
from sandbox_client import open_client

from airflow_provider_erp.reconciliation.spec import KINDS
from airflow_provider_erp.sandbox.fynn import rows as fynn
from airflow_provider_erp.sandbox.lemonsoft import rows as lemonsoft
from airflow_provider_erp.sandbox.visma_net import rows as visma_net
from airflow_provider_erp.sandbox.visma_px import rows as visma_px
from airflow_provider_erp.sandbox.world.calendar import World, plant
from airflow_provider_erp.sandbox.world.planting import Entry
from airflow_provider_erp.sandbox.world.population import Customer

WRITERS: dict[str, Callable[[Entry], Row]] = {
    "visma_px": visma_px.customer_row,
    "visma_net": visma_net.customer_row,
    "lemonsoft": lemonsoft.customer_row,
    "fynn": fynn.customer_row,
}
SUPPLIED = {
    "visma_px": {"name", "org_number", "email", "phone", "country", "currency", "status"},
    "lemonsoft": set(FIELDS) - {"invoice_email"},
    "fynn": set(FIELDS),
}


def planted(reconciliation: dict[str, Any]) -> list[Found]:
    return [
        (
            each["kind"],
            each["field"],
            each["source_id"],
            each["target_id"],
            tuple(each["members"]),
            tuple(each["candidates"]),
        )
        for each in reconciliation["breaks"]
    ]


def disagreements(truth: dict[str, Any], rows: dict[str, list[Row]]) -> dict[str, Any]:
    """What the truth says and the reference does not find, or the other way round, by source; empty when they agree."""
    sides = {vendor: [READERS[vendor](row) for row in rows[vendor]] for vendor in rows}
    wrong = {}
    for reconciliation in truth["reconciliations"]:
        expected = planted(reconciliation)
        matched, found = reconcile(sides[reconciliation["source"]], sides[reconciliation["target"]])
        if set(expected) != found or len(set(expected)) != len(expected) or matched != reconciliation["matched"]:
            wrong[reconciliation["source"]] = (set(expected) ^ found, matched, reconciliation["matched"])
    return wrong


def written(world: World) -> dict[str, list[Row]]:
    return {vendor: [WRITERS[vendor](entry) for entry in entries] for vendor, entries in world.entries.items()}


def test_truth_is_what_a_reconciliation_of_the_served_rows_finds() -> None:
    with open_client(seed=7, customers=500) as client:
        rows = {
            "visma_px": client.all_px(),
            "visma_net": client.all_visma_net(),
            "lemonsoft": client.all_lemonsoft(),
            "fynn": client.all_fynn(),
        }
        truth = client.control("GET", "/truth").json()
        assert truth == client.sandbox.truth()
    assert disagreements(truth, rows) == {}


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**32), customers=st.integers(0, 130))
def test_truth_holds_for_every_seed_and_size(seed: int, customers: int) -> None:
    world = plant(seed, customers)
    assert disagreements(world.truth(), written(world)) == {}


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 2**32), customers=st.integers(0, 130), day=st.integers(1, 12))
@example(seed=1, customers=20, day=365)
def test_truth_holds_on_every_later_day(seed: int, customers: int, day: int) -> None:
    world = plant(seed, customers, day)
    assert disagreements(world.truth(), written(world)) == {}


def test_same_seed_gives_the_same_world_and_another_seed_another() -> None:
    first, second, other = plant(7, 60), plant(7, 60), plant(8, 60)
    assert written(first) == written(second)
    assert first.truth() == second.truth()
    assert written(first) != written(other)


@pytest.mark.parametrize("customers", [50, 500])
@pytest.mark.parametrize("source", ["visma_px", "lemonsoft", "fynn"])
def test_every_kind_of_break_and_every_field_is_planted_for_every_source(source: str, customers: int) -> None:
    truth = plant(7, customers).truth()
    breaks = next(each["breaks"] for each in truth["reconciliations"] if each["source"] == source)
    untold = {"stale"} if source == "fynn" else set()
    assert {each["kind"] for each in breaks} == KINDS.keys() - untold
    about_fields = {"field_differs", "status_conflict"}
    assert {each["field"] for each in breaks if each["kind"] in about_fields} == SUPPLIED[source]


@pytest.mark.parametrize("source", ["visma_px", "lemonsoft", "fynn"])
def test_some_customers_differ_in_two_fields(source: str) -> None:
    truth = plant(7, 50).truth()
    breaks = next(each["breaks"] for each in truth["reconciliations"] if each["source"] == source)
    assert 2 in Counter(each["source_id"] for each in breaks if each["kind"] == "field_differs").values()


@pytest.mark.parametrize("customers", [60, 500, 5000])
def test_most_customers_agree_everywhere(customers: int) -> None:
    world = plant(7, customers)
    numbers = {vendor: {entry.number: entry.customer for entry in world.entries[vendor]} for vendor in world.entries}
    agreeing = set.intersection(*(set(held.items()) for held in numbers.values()))
    assert len(agreeing) > customers // 2


def test_customer_that_visma_net_alone_lacks_is_missing_in_all_three_truths() -> None:
    world = plant(7, 100)
    names = {vendor: {entry.customer.name for entry in entries} for vendor, entries in world.entries.items()}
    lacking = (names["visma_px"] & names["lemonsoft"] & names["fynn"]) - names["visma_net"]
    assert lacking
    for reconciliation in world.truth()["reconciliations"]:
        by_id = {entry.source_id: entry.customer.name for entry in world.entries[reconciliation["source"]]}
        missing = {by_id[each["source_id"]] for each in reconciliation["breaks"] if each["kind"] == "missing_in_target"}
        assert lacking <= missing


def test_ids_sort_differently_as_text_and_as_numbers() -> None:
    ids = [entry.source_id for entry in plant(7, 50).entries["visma_net"]]
    assert sorted(ids) != sorted(ids, key=int)


@pytest.mark.parametrize("key", ["organisation number", "VAT number", "e-mail"])
def test_some_customers_match_by_a_later_key_only(key: str) -> None:
    world = plant(7, 50)
    target = world.entries["visma_net"]
    numbers = {entry.number for entry in target}
    by_name = {entry.customer.name: entry.customer for entry in target}
    renumbered = [
        by_name[entry.customer.name]
        for entry in world.entries["fynn"]
        if entry.number not in numbers and entry.customer.name in by_name
    ]
    wanted: dict[str, Callable[[Customer], object]] = {
        "organisation number": lambda customer: customer.org_number,
        "VAT number": lambda customer: customer.vat_number and not customer.org_number,
        "e-mail": lambda customer: not customer.vat_number and not customer.org_number,
    }
    assert any(wanted[key](customer) for customer in renumbered)


def test_natural_traps_are_there_and_are_no_breaks() -> None:
    customers = [entry.customer for entry in plant(7, 500).entries["visma_net"]]
    domains = Counter(customer.email.rpartition("@")[2] for customer in customers if not customer.is_person)
    assert any(customer.is_person and not customer.phone for customer in customers)
    assert any(customer.status == "closed" for customer in customers)
    assert any(customer.org_number and not customer.vat_number for customer in customers)
    assert max(domains.values()) > 1


def test_negative_number_of_customers_is_refused() -> None:
    with pytest.raises(ValueError, match="0 or more, got -1"):
        plant(7, -1)


def test_of_two_records_the_first_is_the_one_with_the_shorter_id_as_it_grows() -> None:
    told = next(each for each in plant(1014, 66).truth()["reconciliations"] if each["source"] == "lemonsoft")
    [twice] = [each for each in told["breaks"] if "99" in each["members"]]
    assert (twice["kind"], twice["source_id"], twice["members"]) == ("duplicate_in_source", "99", ["100", "99"])
