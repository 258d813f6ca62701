"""Visma PX in the sandbox: one dump behind basic credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from document_fields import document, paths
from sandbox_client import Client, open_client


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with open_client(seed=7, customers=120) as opened:
        yield opened


@pytest.mark.parametrize(
    ("resource", "sample", "flag"),
    [
        ("Customer", "visma_px/customer.json", "inclNotActive"),
        ("Trans", "visma_px/project_transaction.json", "inclNotActiveProjects"),
    ],
)
def test_dump_has_the_fields_of_the_document(client: Client, resource: str, sample: str, flag: str) -> None:
    answer = client.px(resource, **{flag: "true"}).json()
    attachments = {path for path in paths(document(sample)) if ".Attachments." in path}
    assert set(paths(answer)) == set(paths(document(sample))) - attachments


def test_server_time_has_seven_digits_and_an_offset(client: Client) -> None:
    answer = client.px("Customer").json()
    assert re.fullmatch(r"2026-11-20T06:00:00\.\d{7}\+02:00", answer["Servertime"])


@pytest.mark.parametrize("resource", ["Customer", "Trans"])
def test_wrong_credentials_are_refused(client: Client, resource: str) -> None:
    host = client.sandbox.connections()["visma_px_default"]["host"]
    answer = client.get(f"{host}/pxapi/{resource}", auth=("somebody", "else"))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize("company", ["", "another"])
def test_wrong_company_is_refused(client: Client, company: str) -> None:
    assert client.px("Customer", companyId=company).status_code == 400


def test_changed_since_keeps_rows_changed_at_or_after_it_to_the_last_digit(client: Client) -> None:
    rows = client.all_px()
    row = next(each for each in rows if each["Lastaction"][26] != "9")
    stamp, seventh = row["Lastaction"], int(row["Lastaction"][26])
    one_tick_later = f"{stamp[:26]}{seventh + 1}{stamp[27:]}"
    at_it = client.px("Customer", inclNotActive="true", changedSince=stamp).json()["Customers"]
    after_it = client.px("Customer", inclNotActive="true", changedSince=one_tick_later).json()["Customers"]
    assert row in at_it
    assert row not in after_it
    assert len(at_it) < len(rows)


def test_changed_since_compares_moments_and_not_texts(client: Client) -> None:
    in_helsinki = client.px("Customer", changedSince="2026-11-01T02:30:00+02:00").json()
    in_utc = client.px("Customer", changedSince="2026-11-01T00:30:00Z").json()
    without_zone = client.px("Customer", changedSince="2026-11-01T02:30").json()
    assert in_helsinki == in_utc == without_zone
    assert in_helsinki["Customers"]


def test_changed_since_without_percent_encoding_of_its_plus_is_refused(client: Client) -> None:
    connection = client.sandbox.connections()["visma_px_default"]
    query = "companyId=PX-SANDBOX&changedSince=2026-11-01T00:00:00+02:00"
    url = f"{connection['host']}/pxapi/Customer?{query}"
    assert client.get(url, auth=(connection["login"], connection["password"])).status_code == 400


@pytest.mark.parametrize("resource", ["Customer", "Trans"])
def test_changes_after_the_server_time_are_none(client: Client, resource: str) -> None:
    cursor = client.px(resource).json()["Servertime"]
    answer = client.px(resource, changedSince=cursor).json()
    assert [rows for rows in answer.values() if isinstance(rows, list)] == [[]]


def test_customers_that_are_not_active_vanish_unless_asked_for(client: Client) -> None:
    closed = [row for row in client.all_px() if row["Closed"]]
    assert closed
    assert all(row not in client.px("Customer", inclNotActive="false").json()["Customers"] for row in closed)


def test_transactions_of_projects_that_are_not_active_vanish_unless_asked_for(client: Client) -> None:
    everything = client.px("Trans", inclNotActiveProjects="true").json()["Transactions"]
    assert 0 < len(client.px("Trans").json()["Transactions"]) < len(everything)


def test_email_and_phone_now_and_then_stand_in_the_second_place(client: Client) -> None:
    rows = client.all_px()
    assert any(row["Email"] is None and row["Contactemail"] for row in rows)
    assert any(row["Phone1"] == "" and row["Phone2"] for row in rows)


def test_both_kinds_of_json_are_answered(client: Client) -> None:
    connection = client.sandbox.connections()["visma_px_default"]
    answer = client.get(
        f"{connection['host']}/pxapi/Customer",
        params={"companyId": "PX-SANDBOX"},
        auth=(connection["login"], connection["password"]),
        headers={"Accept": "text/json"},
    )
    assert answer.headers["Content-Type"].startswith("text/json")
    assert answer.json()["Customers"]


def test_money_and_hours_keep_their_decimals_in_the_text(client: Client) -> None:
    assert re.search(r'"Hoursreported":\d+\.\d\d,', client.px("Trans").text)
