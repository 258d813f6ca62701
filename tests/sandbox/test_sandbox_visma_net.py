"""Visma.net in the sandbox: a token, bare arrays, cut pages, and silence about what it does not know."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sandbox_client import Client, open_client

from airflow_provider_erp.sandbox.world.calendar import plant

TOTAL = len(plant(7, 250).entries["visma_net"])


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with open_client(seed=7, customers=250) as opened:
        yield opened


def test_page_size_above_the_greatest_is_cut_in_silence(client: Client) -> None:
    page = client.visma_net(pageSize=1000).json()
    assert len(page) == 100
    assert {(row["metadata"]["totalCount"], row["metadata"]["maxPageSize"]) for row in page} == {(TOTAL, 100)}


def test_pages_hold_every_customer_once_and_the_page_past_the_end_is_an_empty_array(client: Client) -> None:
    rows = client.all_visma_net()
    assert len({row["internalId"] for row in rows}) == len(rows) == TOTAL
    assert client.visma_net(pageNumber=4, pageSize=100).json() == []


@pytest.mark.parametrize("params", [{"skip": 100}, {"orderBy": "name"}, {"page": 2}])
def test_unknown_parameters_are_ignored_in_silence(client: Client, params: dict[str, str]) -> None:
    assert client.visma_net(**params).json() == client.visma_net().json()


@pytest.mark.parametrize("value", ["2026-11-01", "2026-11-01 00:00:00", "2026-11-01 00:00:00.000"])
def test_documented_date_formats_select_the_same_rows(client: Client, value: str) -> None:
    page = client.visma_net(lastModifiedDateTime=value, lastModifiedDateTimeCondition=">=").json()
    assert page
    assert all(row["lastModifiedDateTime"] >= "2026-11-01" for row in page)
    assert page[0]["metadata"]["totalCount"] == len(page)


@pytest.mark.parametrize(
    "value", ["2026-11-01T00:00:00", "2026-11-01 00:00:00Z", "2026-11-01T00:00:00.000+02:00", "yesterday"]
)
def test_zone_letters_in_a_date_are_refused(client: Client, value: str) -> None:
    answer = client.visma_net(lastModifiedDateTime=value, lastModifiedDateTimeCondition=">=")
    assert answer.status_code == 400
    assert "lastModifiedDateTime" in answer.json()["message"]


@pytest.mark.parametrize("condition", ["", "=", "after"])
def test_date_without_a_known_condition_is_refused(client: Client, condition: str) -> None:
    answer = client.visma_net(createdDateTime="2026-01-01", createdDateTimeCondition=condition)
    assert answer.status_code == 400


def test_conditions_divide_the_customers_at_a_moment(client: Client) -> None:
    row = client.visma_net().json()[0]
    moment = row["lastModifiedDateTime"].replace("T", " ")
    counts = {}
    for condition in (">", ">=", "<", "<="):
        page = client.visma_net(lastModifiedDateTime=moment, lastModifiedDateTimeCondition=condition).json()
        counts[condition] = page[0]["metadata"]["totalCount"]
    assert counts[">="] == counts[">"] + 1
    assert counts["<="] == counts["<"] + 1
    assert counts[">="] + counts["<"] == TOTAL


@pytest.mark.parametrize(
    ("name", "value_of"),
    [
        ("name", lambda row: row["name"]),
        ("status", lambda row: row["status"]),
        ("corporateId", lambda row: row["corporateId"]),
        ("vatRegistrationId", lambda row: row["vatRegistrationId"]),
        ("email", lambda row: row["mainContact"]["email"]),
        ("phone", lambda row: row["mainContact"]["phone1"]),
        ("attributes", lambda row: f"SEGMENT:{row['attributes'][0]['value']}"),
    ],
)
def test_filters_select_the_rows_with_the_value(client: Client, name: str, value_of: object) -> None:
    assert callable(value_of)
    rows = client.all_visma_net()
    wanted = next(value_of(row) for row in rows if value_of(row) and row["corporateId"])
    page = client.visma_net(**{name: wanted}).json()
    assert page[0]["metadata"]["totalCount"] == sum(value_of(row) == wanted for row in rows)
    assert {value_of(row) for row in page} == {wanted}


def test_one_customer_is_read_by_number_and_an_unknown_one_is_not_found(client: Client) -> None:
    row = client.visma_net(pageSize=1).json()[0]
    one = client.visma_net(f"/v1/customer/{row['number']}").json()
    assert one == {**row, "metadata": {"totalCount": 1, "maxPageSize": 100}}
    assert client.visma_net("/v1/customer/nobody").status_code == 404


@pytest.mark.parametrize("path", ["/v1/customer", "/v1/customer/9971"])
def test_request_without_a_known_token_is_refused(client: Client, path: str) -> None:
    host = client.sandbox.connections()["visma_net_default"]["host"]
    answer = client.get(f"{host}{path}", headers={"Authorization": "Bearer invented"})
    assert answer.status_code == 401
    assert answer.json()["message"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"scope": ""}, "invalid_scope"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"tenant_id": "another"}, "invalid_request"),
    ],
)
def test_token_request_that_is_wrong_is_refused_with_its_reason(
    client: Client, changes: dict[str, str], error: str
) -> None:
    answer = client.request_token(**changes)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_token_lives_an_hour(client: Client) -> None:
    assert client.request_token().json()["expires_in"] == 3600


def test_customer_tenant_gets_a_token_that_opens_nothing(client: Client) -> None:
    token = client.request_token(tenant_id="3f1d8c1e-5b0a-4a57-9d0e-000000000002").json()["access_token"]
    host = client.sandbox.connections()["visma_net_default"]["host"]
    assert client.get(f"{host}/v1/customer", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_times_are_naive_with_milliseconds(client: Client) -> None:
    row = client.visma_net(pageSize=1).json()[0]
    assert len(row["lastModifiedDateTime"]) == len("2026-03-20T06:35:22.153")
    assert row["errorInfo"] == ""
