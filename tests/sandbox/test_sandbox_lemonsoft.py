"""Lemonsoft in the sandbox: a session that expires, pages of ten, and the documented filters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from document_fields import document, paths
from sandbox_client import Client, Params, open_client

Test = Callable[[Params], bool]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with open_client(seed=7, customers=250, requests_per_session=10_000) as opened:
        yield opened


@pytest.fixture(scope="module")
def customers(client: Client) -> list[Params]:
    return client.all_lemonsoft()


def test_customers_together_have_every_field_of_the_document(customers: list[Params]) -> None:
    sample = document("lemonsoft/customer.row.json")
    assert {name for row in customers for name in paths(row)} == set(paths(sample))
    assert all(set(row) == set(sample) for row in customers)


def test_base_customers_have_the_basic_fields_only(client: Client, customers: list[Params]) -> None:
    base = client.all_lemonsoft("/api/customers/base")
    assert [row["id"] for row in base] == [row["id"] for row in customers]
    assert "email" not in base[0]
    assert base[0].items() <= customers[0].items()


def test_page_is_ten_rows_unless_asked_and_a_hundred_at_most(client: Client) -> None:
    assert client.lemonsoft().json()["result_count"] == 10
    assert client.lemonsoft(page_size=25).json()["result_count"] == 25
    assert client.lemonsoft(page_size=1000).json()["result_count"] == 100
    assert client.lemonsoft(page_size=0).json()["result_count"] == 10


def test_last_page_says_so_and_counts_its_own_rows(client: Client, customers: list[Params]) -> None:
    last = client.lemonsoft(page=3, page_size=100).json()
    assert last["has_next_page"] is False
    assert last["result_count"] == len(last["results"]) == len(customers) - 200
    assert (last["has_errors"], last["errors"]) == (False, [])
    assert client.lemonsoft(page=4, page_size=100).json()["results"] == []


def within(name: str, low: str = "", high: str = "9") -> Test:
    return lambda row: low <= row[name] <= high


CASES: list[tuple[dict[str, Any], Test]] = [
    ({"name": "meri"}, lambda row: "meri" in f"{row['name']} {row['name2']}".lower()),
    ({"search_name": "bygg"}, lambda row: "BYGG" in row["searchname"]),
    ({"email": "info@"}, lambda row: "info@" in row["email"]),
    ({"contact_email": "invoices@"}, lambda row: any("invoices@" in each["email"] for each in row["contacts"])),
    ({"phone": "040-"}, lambda row: "040-" in row["phone"]),
    ({"vat": "DE"}, lambda row: "DE" in row["vat"]),
    ({"modified_after": "2026-11-01T00:00:00"}, within("modified", low="2026-11-01")),
    ({"modified_before": "2026-11-01"}, within("modified", high="2026-11-01")),
    ({"updated_after": "2026-10-31T22:00:00Z"}, within("modified", low="2026-11-01")),
    ({"updated_before": "2026-06-01"}, within("modified", high="2026-06-01")),
    ({"created_after": "2025-01-01"}, within("created", low="2025-01-01")),
    ({"created_before": "2025-01-01"}, within("created", high="2025-01-01")),
    ({"has_email": 1}, lambda row: bool(row["email"])),
    ({"is_customer": 1}, lambda row: bool(row["is_customer"])),
    ({"is_supplier": 1}, lambda row: bool(row["is_supplier"])),
    ({"customer_number": [9971, 9975, 9980]}, lambda row: row["number"] in {9971, 9975, 9980}),
    ({"group": 2}, lambda row: row["group"] == 2),
    ({"type": 1}, lambda row: row["type"] == 1),
    ({"attribute_ids": [1, 2]}, lambda row: any(a["id"] in {1, 2} and a["selected"] for a in row["attributes"])),
    ({"object_ids": [100, 101]}, lambda row: row["id"] in {100, 101}),
    ({"search": "oslo"}, lambda row: "oslo" in f"{row['name']} {row['name2']} {row['email']}".lower()),
]


@pytest.mark.parametrize(("filters", "test"), CASES, ids=lambda case: "-".join(case) if isinstance(case, dict) else "")
def test_documented_customer_filter_is_honoured(
    client: Client, customers: list[Params], filters: dict[str, Any], test: Test
) -> None:
    expected = [row["id"] for row in customers if test(row)]
    assert expected
    assert [row["id"] for row in client.all_lemonsoft(**filters)] == expected


def test_has_no_email_and_is_no_customer_select_the_others(client: Client) -> None:
    assert client.lemonsoft(has_email=0).json()["results"] == []
    assert client.lemonsoft(is_customer=0).json()["results"] == []


@pytest.mark.parametrize(
    "filters", [{"unknown": "1"}, {"has_email": "true"}, {"modified_after": "yesterday"}, {"customer_number": ""}]
)
def test_unknown_filters_and_values_of_the_wrong_type_are_ignored(client: Client, filters: dict[str, str]) -> None:
    assert client.lemonsoft(**filters).json() == client.lemonsoft().json()


def test_one_customer_is_read_by_its_internal_id_and_not_by_its_number(client: Client, customers: list[Params]) -> None:
    row = customers[0]
    assert client.lemonsoft(f"/api/customers/{row['id']}").json() == row
    assert client.lemonsoft(f"/api/customers/{row['number']}").status_code == 404


INVOICE_CASES: list[tuple[dict[str, Any], Test]] = [
    ({"numbers": [700500, 700503]}, lambda row: row["number"] in {700500, 700503}),
    ({"customer_number": 9971}, lambda row: row["customer_number"] == 9971),
    ({"delivery_customer_number": 9971}, lambda row: row["delivery_customer_number"] == 9971),
    ({"type": 1}, lambda row: row["type"] == 1),
    ({"invoice_date_before": "2026-05-01"}, within("date", high="2026-05-01T00:00:00")),
    ({"invoice_date_after": "2026-05-01"}, within("date", low="2026-05-01T00:00:00")),
    ({"updated_before": "2026-08-01"}, within("modified_date", high="2026-08-01")),
    ({"updated_after": "2026-08-01"}, within("modified_date", low="2026-08-01")),
    ({"object_ids": [500, 600]}, lambda row: row["id"] in {500, 600}),
    ({"search": "700512"}, lambda row: row["number"] == 700512),
]


@pytest.mark.parametrize(
    ("filters", "test"), INVOICE_CASES, ids=lambda case: "-".join(case) if isinstance(case, dict) else ""
)
def test_documented_invoice_filter_is_honoured(client: Client, filters: dict[str, Any], test: Test) -> None:
    invoices = client.all_lemonsoft("/api/invoices")
    expected = [row["id"] for row in invoices if test(row)]
    assert expected
    assert [row["id"] for row in client.all_lemonsoft("/api/invoices", **filters)] == expected


def test_invoices_add_up_and_name_the_projects_of_visma_px(client: Client) -> None:
    invoices = client.all_lemonsoft("/api/invoices")
    projects = {row["Project"] for row in client.px("Trans", inclNotActiveProjects="true").json()["Transactions"]}
    named = {str(row["project_number"]) for row in invoices if row["project_number"]}
    cents = [round(sum(line["total"] for line in row["rows"]) * 100) for row in invoices]
    assert cents == [round(row["total_sum"] * 100) for row in invoices]
    assert len(named & projects) > len(named) / 2


@pytest.mark.parametrize("path", ["/api/customers", "/api/customers/base", "/api/customers/84", "/api/invoices"])
def test_request_without_a_session_is_refused(client: Client, path: str) -> None:
    host = client.sandbox.connections()["lemonsoft_default"]["host"]
    assert client.get(f"{host}{path}").status_code == 401


@pytest.mark.parametrize("changes", [{"Password": "wrong"}, {"Database": "another"}, {"ApiKey": ""}])
def test_refused_log_in_is_a_200_without_a_session(client: Client, changes: dict[str, str]) -> None:
    answer = client.log_in(**changes)
    assert answer.status_code == 200
    assert "session_id" not in answer.json()


def test_log_in_that_is_no_json_is_refused_alike(client: Client) -> None:
    answer = client.control("POST", "/lemonsoft/api/auth/login", body=["not", "an", "object"])
    assert answer.status_code == 200
    assert "session_id" not in answer.json()


def test_session_expires_after_its_requests_and_can_be_renewed_before() -> None:
    with open_client(customers=5, requests_per_session=2) as client:
        host, headers = (
            client.sandbox.connections()["lemonsoft_default"]["host"],
            {"Session-Id": client.lemonsoft_session},
        )
        assert client.lemonsoft().status_code == 200
        assert client.get(f"{host}/api/auth/alive", headers=headers).status_code == 200
        assert _renew(client) == 200
        assert [client.lemonsoft().status_code for _ in range(3)] == [200, 200, 401]
        assert client.get(f"{host}/api/auth/alive", headers=headers).status_code == 401
        assert _renew(client) == 401


def _renew(client: Client) -> int:
    host = client.sandbox.connections()["lemonsoft_default"]["host"]
    return client.post(f"{host}/api/auth/renew", headers={"Session-Id": client.lemonsoft_session}).status_code


def test_one_field_holds_organisation_numbers_of_some_and_vat_numbers_of_others(customers: list[Params]) -> None:
    finnish = [row["vat"] for row in customers if row["country"].upper() == "FINLAND" and row["vat"]]
    assert any(value.startswith("FI") for value in finnish)
    assert any(value[-2] == "-" for value in finnish)
