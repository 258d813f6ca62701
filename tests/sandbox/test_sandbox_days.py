"""Later days of the sandbox: what comes, changes and goes, told by the truth and seen in what is served."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from itertools import pairwise
from typing import Any

import pytest
from sandbox_client import Client, Params, open_client

from airflow_provider_erp.sandbox import running_sandbox
from airflow_provider_erp.sandbox.world.calendar import Calendar, plant
from airflow_provider_erp.sandbox.world.population import Customer
from airflow_provider_erp.sandbox.world.updates import FIELDS

Rows = dict[str, Params]


def transactions(client: Client, **params: str) -> Rows:
    rows = client.px("Trans", inclNotActiveProjects="true", **params).json()["Transactions"]
    return {str(row["Transno"]): row for row in rows}


LISTS: dict[tuple[str, str], Callable[[Client], Rows]] = {
    ("visma_px", "customer"): lambda client: {row["Customerid"]: row for row in client.all_px()},
    ("visma_px", "project_transaction"): transactions,
    ("visma_net", "customer"): lambda client: {str(row["internalId"]): bare(row) for row in client.all_visma_net()},
    ("lemonsoft", "customer"): lambda client: {str(row["id"]): row for row in client.all_lemonsoft()},
    ("lemonsoft", "invoice"): lambda client: {str(row["id"]): row for row in client.all_lemonsoft("/api/invoices")},
    ("fynn", "customer"): lambda client: {row["id"]: row for row in client.all_fynn()},
}


def bare(row: Params) -> Params:
    """A row of Visma.net without the list's total, which changes with every other row."""
    return {name: value for name, value in row.items() if name != "metadata"}


def served(client: Client) -> dict[tuple[str, str], Rows]:
    return {name: read(client) for name, read in LISTS.items()}


@pytest.fixture(scope="module")
def days() -> Iterator[tuple[Client, list[dict[tuple[str, str], Rows]], list[Any]]]:
    """A client, what the systems served on days 0 to 3, and the truth of each day."""
    with open_client(seed=5, customers=150, requests_per_session=10_000) as client:
        lists, truths = [served(client)], [client.sandbox.truth()]
        for _ in range(3):
            client.sandbox.advance()
            lists.append(served(client))
            truths.append(client.sandbox.truth())
        yield client, lists, truths


Days = tuple[Client, list[dict[tuple[str, str], Rows]], list[Any]]


def test_every_list_of_a_system_is_told_about(days: Days) -> None:
    _, _, truths = days
    told = {(vendor, name) for vendor, lists in truths[0]["changes"].items() for name in lists}
    assert told == LISTS.keys()


@pytest.mark.parametrize("name", LISTS, ids="-".join)
def test_truth_tells_what_was_added_changed_and_deleted_since_the_day_before(days: Days, name: tuple[str, str]) -> None:
    _, lists, truths = days
    for day in (1, 2, 3):
        before, after = lists[day - 1][name], lists[day][name]
        told = truths[day]["changes"][name[0]][name[1]]
        assert set(told["added"]) == after.keys() - before.keys()
        assert set(told["deleted"]) == before.keys() - after.keys()
        assert set(told["changed"]) == {key for key in before.keys() & after.keys() if before[key] != after[key]}
        assert all(told.values())


def test_nothing_has_changed_on_day_0(days: Days) -> None:
    _, _, truths = days
    told = [told for lists in truths[0]["changes"].values() for told in lists.values()]
    assert truths[0]["day"] == 0
    assert all(each == {"added": [], "changed": [], "deleted": []} for each in told)


def test_change_fetches_since_the_cursor_of_the_day_before_see_exactly_what_was_added_and_changed() -> None:
    with open_client(seed=5, customers=150, requests_per_session=10_000) as client:
        cursors = {
            "visma_px": client.px("Customer").json()["Servertime"],
            "visma_net": max(row["lastModifiedDateTime"] for row in client.all_visma_net()),
            "lemonsoft": max(row["modified"] for row in client.all_lemonsoft()),
            "invoice": max(row["modified_date"] for row in client.all_lemonsoft("/api/invoices")),
        }
        client.sandbox.advance()
        changes = client.sandbox.truth()["changes"]
        px = client.px("Customer", inclNotActive="true", changedSince=cursors["visma_px"]).json()["Customers"]
        moment = cursors["visma_net"].replace("T", " ")
        net = client.visma_net(lastModifiedDateTime=moment, lastModifiedDateTimeCondition=">").json()
        lemon = client.all_lemonsoft(updated_after=cursors["lemonsoft"] + "9")
        invoices = client.all_lemonsoft("/api/invoices", updated_after=cursors["invoice"] + "9")
        assert {row["Customerid"] for row in px} == new(changes["visma_px"]["customer"])
        assert {str(row["internalId"]) for row in net} == new(changes["visma_net"]["customer"])
        assert {str(row["id"]) for row in lemon} == new(changes["lemonsoft"]["customer"])
        assert {str(row["id"]) for row in invoices} == new(changes["lemonsoft"]["invoice"])
        found = transactions(client, changedSince=cursors["visma_px"])
        assert found.keys() == new(changes["visma_px"]["project_transaction"])


def new(told: dict[str, list[str]]) -> set[str]:
    return {*told["added"], *told["changed"]}


def test_server_time_moves_with_the_day_and_no_stamp_is_later(days: Days) -> None:
    client, lists, _ = days
    assert client.px("Customer").json()["Servertime"].startswith("2026-11-23T06:00:00.0463529")
    assert max(row["Lastaction"] for row in lists[3]["visma_px", "customer"].values()) < "2026-11-23T06:00"
    assert max(row["modified_date"] for row in lists[3]["lemonsoft", "invoice"].values()) < "2026-11-23T06:00"


def test_sandbox_begun_on_a_later_day_serves_what_one_that_was_advanced_does(days: Days) -> None:
    _, lists, truths = days
    with open_client(seed=5, customers=150, day=3, requests_per_session=10_000) as later:
        assert served(later) == lists[3]
        assert later.sandbox.truth() == truths[3]


def test_breaks_come_stay_and_go(days: Days) -> None:
    _, _, truths = days
    planted = [
        {str(each) for reconciliation in truth["reconciliations"] for each in reconciliation["breaks"]}
        for truth in truths
    ]
    for before, after in pairwise(planted):
        assert after - before
        assert after & before
        assert before - after


def test_number_of_a_deleted_record_is_not_given_again(days: Days) -> None:
    _, lists, truths = days
    for vendor, name in LISTS:
        deleted = {key for truth in truths for key in truth["changes"][vendor][name]["deleted"]}
        assert not deleted & lists[3][vendor, name].keys()


def test_customer_that_changes_changes_in_every_system_that_holds_it() -> None:
    before, after = (held_customers(day) for day in (0, 1))
    by_vendor = [
        {number: differing(before[vendor].get(number, customer), customer) for number, customer in held.items()}
        for vendor, held in after.items()
    ]
    everywhere = set.intersection(*({number for number, names in each.items() if names} for each in by_vendor))
    assert len(everywhere) >= 4
    assert all(len({each[number] for each in by_vendor}) == 1 for number in everywhere)


def differing(before: Customer, after: Customer) -> frozenset[str]:
    names = (field.name for field in fields(Customer))
    return frozenset(name for name in names if getattr(before, name) != getattr(after, name))


def held_customers(day: int) -> dict[str, dict[str, Customer]]:
    entries = plant(5, 150, day).entries
    return {vendor: {entry.number: entry.customer for entry in held} for vendor, held in entries.items()}


def test_every_field_changes_sooner_or_later() -> None:
    worlds = [plant(7, 200, day) for day in (0, 30)]
    first, last = ({e.source_id: e.customer for e in world.entries["visma_net"]} for world in worlds)
    names = {"street": "house_number"}
    for name in (names.get(field, field) for field in FIELDS):
        assert any(getattr(first[key], name) != getattr(last[key], name) for key in first.keys() & last.keys()), name


def test_changed_customer_of_visma_net_has_another_version(days: Days) -> None:
    _, lists, truths = days
    before, after = (lists[day]["visma_net", "customer"] for day in (0, 1))
    for key in truths[1]["changes"]["visma_net"]["customer"]["changed"]:
        assert before[key]["timeStamp"] < after[key]["timeStamp"]


def test_day_is_told_and_moved_over_http() -> None:
    with open_client(customers=5) as client:
        assert client.control("GET", "/day").json() == {"day": 0}
        assert client.control("POST", "/day").json() == {"day": 1}
        assert client.control("GET", "/truth").json() == client.sandbox.truth()
        assert client.sandbox.world.day == 1


def test_empty_world_gets_its_first_customers() -> None:
    with open_client(customers=0, day=2) as client:
        assert client.all_fynn()
        assert client.all_lemonsoft("/api/invoices")
        assert transactions(client)


def test_day_before_day_0_is_refused() -> None:
    with pytest.raises(ValueError, match="0 or later, got -1"):
        plant(7, 5, -1)
    with pytest.raises(ValueError, match="0 or later, got -1"), running_sandbox(day=-1):
        pass


def test_nobody_was_changed_before_he_came() -> None:
    calendar = Calendar(20006, 104)
    for _ in range(3):
        before = calendar.today.books
        books = calendar.turn().books
        came = [
            entry.customer
            for vendor, book in books.items()
            for source_id, entry in book.things.items()
            if source_id not in before[vendor].things
        ]
        assert came
        assert all(customer.created <= customer.modified for customer in came)
