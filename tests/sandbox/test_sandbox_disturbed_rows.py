"""Faults that disturb rows: pages, totals, the order of lists, single records, fields."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sandbox_client import Client, Params, open_client

from airflow_provider_erp.sandbox.faults.board import KINDS
from airflow_provider_erp.sandbox.faults.targets import VENDORS

Ask = Callable[[Client], Any]
PAGED: dict[str, Callable[[Client, int], list[Params]]] = {
    "visma_net": lambda client, page: list(client.visma_net(pageNumber=page, pageSize=20).json()),
    "lemonsoft": lambda client, page: list(client.lemonsoft(page=page, page_size=20).json()["results"]),
    "fynn": lambda client, page: list(client.fynn(page=page, limit=20).json()["data"]),
}
KEYS = {"visma_net": "internalId", "lemonsoft": "id", "fynn": "id"}
LISTS: dict[str, tuple[str, Callable[[Client], list[Params]], str, str]] = {
    "visma_px customers": ("visma_px", lambda client: px(client, "Customer", "Customers"), "Name", "Globaltype"),
    "visma_px transactions": (
        *("visma_px", lambda client: px(client, "Trans", "Transactions")),
        *("Textreported", "Hoursreported"),
    ),
    "visma_net": ("visma_net", lambda client: PAGED["visma_net"](client, 1), "name", "internalId"),
    "lemonsoft": ("lemonsoft", lambda client: PAGED["lemonsoft"](client, 1), "name", "group"),
    "lemonsoft base": ("lemonsoft", lambda client: lemonsoft(client, "customers/base"), "name", "group"),
    "lemonsoft invoices": ("lemonsoft", lambda client: lemonsoft(client, "invoices"), "customer_name", "total_sum"),
    "fynn": ("fynn", lambda client: PAGED["fynn"](client, 1), "companyName", "totalTurnOverRank"),
}


def px(client: Client, resource: str, name: str) -> list[Params]:
    return list(client.px(resource).json()[name])


def lemonsoft(client: Client, path: str) -> list[Params]:
    return list(client.lemonsoft(f"/api/{path}").json()["results"])


@pytest.fixture
def client() -> Iterator[Client]:
    with open_client(customers=60, requests_per_session=1000) as opened:
        yield opened


@pytest.fixture(scope="module")
def lasting() -> Iterator[Client]:
    """For faults that leave nothing behind."""
    with open_client(customers=60, requests_per_session=10_000) as opened:
        yield opened


def ids(vendor: str, rows: list[Params]) -> list[Any]:
    return [row[KEYS[vendor]] for row in rows]


paged = pytest.mark.parametrize("vendor", PAGED)
every_list = pytest.mark.parametrize("name", LISTS)


@paged
def test_repeated_page_is_the_one_before_and_the_first_repeats_itself(lasting: Client, vendor: str) -> None:
    read = PAGED[vendor]
    first, third = read(lasting, 1), read(lasting, 3)
    lasting.sandbox.arm(vendor, "repeated_page", count=2)
    assert read(lasting, 2) == first
    assert read(lasting, 1) == first
    assert read(lasting, 3) == third


@paged
def test_empty_page_is_empty_and_the_next_one_is_not(lasting: Client, vendor: str) -> None:
    read = PAGED[vendor]
    expected = [read(lasting, 1), [], read(lasting, 3)]
    lasting.sandbox.arm(vendor, "empty_page", after=1)
    assert [read(lasting, page) for page in (1, 2, 3)] == expected


def test_empty_page_of_lemonsoft_still_says_that_more_follows(lasting: Client) -> None:
    lasting.sandbox.arm("lemonsoft", "empty_page")
    envelope = lasting.lemonsoft().json()
    assert (envelope["result_count"], envelope["has_next_page"]) == (0, True)


def test_total_is_one_more_while_the_fault_lasts(lasting: Client) -> None:
    fynn = [total_of_fynn(lasting), total_of_visma_net(lasting)]
    lasting.sandbox.arm("fynn", "total_changes")
    lasting.sandbox.arm("visma_net", "total_changes")
    assert [total_of_fynn(lasting), total_of_visma_net(lasting)] == [each + 1 for each in fynn]
    assert [total_of_fynn(lasting), total_of_visma_net(lasting)] == fynn


def total_of_fynn(client: Client) -> int:
    return int(client.fynn().json()["meta"]["pagination"]["totalItems"])


def total_of_visma_net(client: Client) -> int:
    return int(client.visma_net().json()[0]["metadata"]["totalCount"])


@paged
def test_moved_row_of_an_unread_page_comes_first_for_good_and_pushes_another_over_the_boundary(
    client: Client, vendor: str
) -> None:
    read = PAGED[vendor]
    before = [read(client, page) for page in (1, 2, 3)]
    client.sandbox.arm(vendor, "moved_row")
    second = read(client, 2)
    assert ids(vendor, second)[0] == ids(vendor, before[0])[-1]
    moved = ids(vendor, read(client, 1))[0]
    assert moved not in ids(vendor, before[0] + second)
    assert ids(vendor, read(client, 1))[1:] == ids(vendor, before[0])[:-1]


@paged
def test_removed_row_is_gone_for_good_and_pulls_another_over_the_boundary(client: Client, vendor: str) -> None:
    read = PAGED[vendor]
    before = [read(client, page) for page in (1, 2)]
    client.sandbox.arm(vendor, "removed_row")
    second = read(client, 2)
    assert ids(vendor, second)[:-1] == ids(vendor, before[1])[1:]
    assert ids(vendor, read(client, 1)) == ids(vendor, before[0])[1:] + ids(vendor, before[1])[:1]


def test_total_decreases_with_a_removed_row_until_the_next_day(client: Client) -> None:
    before = total_of_fynn(client)
    removed = client.fynn().json()["data"][0]["id"]
    client.sandbox.arm("fynn", "removed_row")
    assert [total_of_fynn(client), total_of_fynn(client)] == [before - 1] * 2
    client.sandbox.board.clear()
    assert total_of_fynn(client) == before - 1
    client.sandbox.advance()
    told = client.sandbox.truth()["changes"]["fynn"]["customer"]
    assert removed not in told["deleted"]
    assert total_of_fynn(client) == before + len(told["added"]) - len(told["deleted"])


def test_moved_row_is_one_that_the_filter_selects(client: Client) -> None:
    before = client.all_lemonsoft(group=2)
    client.sandbox.arm("lemonsoft", "moved_row")
    assert client.all_lemonsoft(group=2) == [before[-1], *before[:-1]]


def test_order_of_nothing_is_not_disturbed(lasting: Client) -> None:
    lasting.sandbox.arm("fynn", "removed_row")
    assert lasting.fynn(customerNumber="nobody").json()["data"] == []


@pytest.mark.parametrize("kind", ["nan", "new_field", "lost_field", "retyped_field", "bad_record"])
def test_record_faults_of_an_empty_list_change_nothing(lasting: Client, kind: str) -> None:
    lasting.sandbox.arm("fynn", kind)
    assert lasting.fynn(customerNumber="nobody").json()["data"] == []


def test_ignored_filter_of_visma_px(lasting: Client) -> None:
    everyone = lasting.px("Customer").json()["Customers"]
    lasting.sandbox.arm("visma_px", "ignored_filter")
    assert lasting.px("Customer", changedSince="2026-11-20T06:00:00.0463529+02:00").json()["Customers"] == everyone


def test_ignored_filter_of_visma_net_leaves_other_filters_alone(lasting: Client) -> None:
    active = lasting.visma_net(status="Active").json()
    lasting.sandbox.arm("visma_net", "ignored_filter")
    moment = {"lastModifiedDateTime": "2026-11-20", "lastModifiedDateTimeCondition": ">="}
    assert lasting.visma_net(status="Active", **moment).json() == active


@pytest.mark.parametrize("name", ["modified_after", "updated_after", "created_after", "updated_before"])
def test_ignored_filter_of_lemonsoft(lasting: Client, name: str) -> None:
    everyone = lasting.lemonsoft().json()
    moment = "2000-01-01" if name.endswith("before") else "2026-11-20"
    assert lasting.lemonsoft(**{name: moment}).json() != everyone
    lasting.sandbox.arm("lemonsoft", "ignored_filter")
    assert lasting.lemonsoft(**{name: moment}).json() == everyone


def disturbed(client: Client, name: str, kind: str) -> tuple[list[Params], list[Params]]:
    """The rows of a list without a fault, and with it."""
    vendor, read, _, _ = LISTS[name]
    before = read(client)
    client.sandbox.arm(vendor, kind)
    return before, read(client)


def numbers(value: Any) -> list[float]:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [number for each in inner for number in numbers(each)]
    return [value] if isinstance(value, float) else []


@every_list
def test_nan_stands_for_one_number_of_one_record(lasting: Client, name: str) -> None:
    before, after = disturbed(lasting, name, "nan")
    assert sum(math.isnan(number) for number in numbers(after)) == 1
    assert after[1:] == before[1:]


@every_list
def test_lone_surrogate_ends_the_name_of_one_record(lasting: Client, name: str) -> None:
    text = LISTS[name][2]
    before, after = disturbed(lasting, name, "lone_surrogate")
    assert after[0] == before[0] | {text: f"{before[0][text]}\ud800"}
    assert after[1:] == before[1:]


@every_list
def test_bad_record_has_an_object_where_a_text_is_expected(lasting: Client, name: str) -> None:
    text = LISTS[name][2]
    before, after = disturbed(lasting, name, "bad_record")
    assert isinstance(before[0][text], str)
    assert isinstance(after[0][text], dict)
    assert after[1:] == before[1:]


@every_list
def test_new_field_stands_in_every_row(lasting: Client, name: str) -> None:
    before, after = disturbed(lasting, name, "new_field")
    assert all(set(row) - set(before[0]) == {"addedLater"} for row in after)


@every_list
def test_lost_field_is_missing_in_every_row(lasting: Client, name: str) -> None:
    before, after = disturbed(lasting, name, "lost_field")
    assert {frozenset(set(before[0]) - set(row)) for row in after} == {frozenset(set(before[0]) - set(after[0]))}
    assert len(after[0]) == len(before[0]) - 1


@every_list
def test_retyped_field_is_a_text_in_every_row(lasting: Client, name: str) -> None:
    field = LISTS[name][3]
    before, after = disturbed(lasting, name, "retyped_field")
    assert [float(row[field]) for row in after] == [row[field] for row in before]
    assert {type(row[field]) for row in after} == {str}


REFUSED = [(vendor, kind.name) for kind in KINDS.values() for vendor in VENDORS if vendor not in kind.vendors]


@pytest.mark.parametrize(("vendor", "kind"), REFUSED)
def test_fault_that_cannot_hit_a_vendor_is_refused_with_what_the_vendor_lacks(
    lasting: Client, vendor: str, kind: str
) -> None:
    with pytest.raises(ValueError, match=f"fault {kind}: {vendor} has no .+; only .+ have"):
        lasting.sandbox.arm(vendor, kind)


def test_faults_that_some_vendor_refuses_are_those_that_need_something() -> None:
    assert {kind for _, kind in REFUSED if not KINDS[kind].only_writes} == {
        *("expired_token", "repeated_page", "total_changes", "moved_row", "removed_row"),
        "ignored_filter",
    }
