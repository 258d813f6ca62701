"""Fynn in the sandbox: pages of ``limit`` behind an API key, refusals in German."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from document_fields import document, paths
from sandbox_client import Client, Params, open_client


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with open_client(seed=7, customers=250) as opened:
        yield opened


@pytest.fixture(scope="module")
def customers(client: Client) -> list[Params]:
    return client.all_fynn()


def test_page_has_the_fields_of_the_document(client: Client) -> None:
    sample = document("fynn/customer.json")
    custom = {path for path in paths(sample) if ".customFields." in path}
    assert set(paths(client.fynn().json())) == set(paths(sample)) - custom


def test_pagination_is_computed_honestly(client: Client, customers: list[Params]) -> None:
    total = len(customers)
    last = -(-total // 30)
    assert client.fynn(page=last).json()["meta"]["pagination"] == {
        "totalItems": total,
        "itemsPerPage": 30,
        "currentPage": last,
        "lastPage": last,
        "pageTotalItems": total - 30 * (last - 1),
    }
    assert client.fynn(page=last + 1).json()["data"] == []
    assert len({row["id"] for row in customers}) == total


def test_items_per_page_is_no_parameter(client: Client) -> None:
    assert len(client.fynn(itemsPerPage=5).json()["data"]) == 30


def test_limit_0_answers_the_totals_alone(client: Client, customers: list[Params]) -> None:
    answer = client.fynn(limit=0).json()
    assert answer["data"] == []
    assert answer["meta"]["pagination"]["totalItems"] == len(customers)


@pytest.mark.parametrize(("name", "value"), [("limit", 101), ("limit", -1), ("limit", "many"), ("page", 0)])
def test_paging_out_of_range_is_refused_with_its_violation(client: Client, name: str, value: object) -> None:
    answer = client.fynn(**{name: value})
    assert answer.status_code == 400
    assert answer.json()["violations"][0]["propertyPath"] == name


def test_wrong_key_is_refused(client: Client) -> None:
    host = client.sandbox.connections()["fynn_default"]["host"]
    answer = client.get(f"{host}/customers", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert set(answer.json()) == {"title", "detail"}


def names_and_email(row: Params) -> str:
    names = f"{row['companyName'] or ''} {row['firstName']} {row['lastName']}"
    return f"{names} {row['defaultEmailAddress']['email']}".lower()


CASES: list[tuple[dict[str, Any], Callable[[Params], bool]]] = [
    ({"customerNumber": "9971"}, lambda row: row["customerNumber"] == "9971"),
    ({"companyName": "meri"}, lambda row: "meri" in (row["companyName"] or "").lower()),
    ({"firstName": "a"}, lambda row: "a" in row["firstName"].lower()),
    ({"lastName": "n"}, lambda row: "n" in row["lastName"].lower()),
    ({"vatId": ""}, lambda row: row["vatId"] == ""),
    ({"isVatIdValid": "true"}, lambda row: bool(row["isVatIdValid"])),
    ({"datevId": "100009971"}, lambda row: row["customerNumber"] == "9971"),
    ({"customerGroup.name": "Private"}, lambda row: not row["businessCustomer"]),
    ({"partner": "true"}, lambda row: bool(row["isPartner"])),
    ({"search": "meri"}, lambda row: "meri" in names_and_email(row)),
    ({"unknown": "x"}, lambda row: True),
]


@pytest.mark.parametrize(("filters", "test"), CASES, ids=lambda case: "-".join(case) if isinstance(case, dict) else "")
def test_documented_filter_is_honoured_and_an_unknown_one_ignored(
    client: Client, customers: list[Params], filters: dict[str, Any], test: Callable[[Params], bool]
) -> None:
    expected = [row["id"] for row in customers if test(row)]
    assert expected
    assert [row["id"] for row in client.fynn(limit=100, **filters).json()["data"]] == expected[:100]


def test_email_filter_compares_the_default_address(client: Client, customers: list[Params]) -> None:
    address = customers[0]["defaultEmailAddress"]["email"]
    found = client.fynn(**{"emailAddresses.email": address}).json()["data"]
    assert customers[0] in found
    assert len(found) <= 2


def test_person_has_no_company_name_and_a_default_is_a_text(customers: list[Params]) -> None:
    persons = [row for row in customers if not row["businessCustomer"]]
    assert persons
    assert all(row["companyName"] is None and row["lastName"] for row in persons)
    assert {row["defaultAddress"]["default"] for row in customers} == {"true"}


def test_archived_and_suspended_customers_are_listed(customers: list[Params]) -> None:
    assert {row["status"] for row in customers} == {"STATUS_ACTIVE", "STATUS_SUSPENDED", "STATUS_ARCHIVED"}
