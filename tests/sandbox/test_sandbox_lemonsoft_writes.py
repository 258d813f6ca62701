"""Lemonsoft in the sandbox takes writes: whole customers, what is left out is erased, and bank accounts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sandbox_client import Client, Params, open_client
from sandbox_writer import Writer


@pytest.fixture
def writer() -> Iterator[Writer]:
    with open_client(customers=30, requests_per_session=10_000) as client:
        yield Writer(client)


def read(client: Client, customer_id: int) -> Params:
    row: Params = client.lemonsoft(f"/api/customers/{customer_id}").json()
    return row


def first(client: Client) -> Params:
    row: Params = client.lemonsoft().json()["results"][0]
    return row


def test_new_customer_comes_back_with_its_id_and_all_fields_of_the_document(writer: Writer) -> None:
    old = first(writer.client)
    answer = writer.lemonsoft("POST", "", {"name": "New Oy", "number": 77000, "vat": "1234567-1", "id": old["id"]})
    row = answer.json()
    assert answer.status_code == 200
    assert (row["name"], row["number"], row["vat"]) == ("New Oy", 77000, "1234567-1")
    assert row.keys() == old.keys()
    assert row["id"] not in {old["id"], 0}
    assert read(writer.client, row["id"]) == row
    assert row["created"] == row["modified"] > old["modified"]


def test_new_customer_is_found_by_lists_filters_and_changes(writer: Writer) -> None:
    client, before = writer.client, writer.client.all_lemonsoft()
    newest = max(row["modified"] for row in before)
    created = writer.lemonsoft("POST", "", {"name": "New Oy"}).json()
    assert client.all_lemonsoft()[-1] == created
    assert client.all_lemonsoft(customer_number=created["number"]) == [created]
    assert created in client.all_lemonsoft(modified_after=newest)
    assert [row["id"] for row in client.all_lemonsoft("/api/customers/base", name="New Oy")] == [created["id"]]


def test_whole_customer_that_is_written_back_changes_in_one_field_and_its_stamp(writer: Writer) -> None:
    before = first(writer.client)
    answer = writer.lemonsoft("PUT", f"/{before['id']}", before | {"email": "new@x.example"})
    after = read(writer.client, before["id"])
    assert answer.json() == after
    assert after == before | {"email": "new@x.example", "modified": after["modified"]}
    assert after["modified"] > before["modified"]


def test_part_of_a_customer_erases_the_rest(writer: Writer) -> None:
    before = first(writer.client)
    assert writer.lemonsoft("PUT", f"/{before['id']}", {"email": "only@x.example"}).status_code == 200
    after = read(writer.client, before["id"])
    assert (after["email"], after["name"], after["contacts"], after["payment_term_number"]) == (
        *("only@x.example", "", []),
        0,
    )
    assert all(after[name] == before[name] for name in ("id", "number", "created"))


def test_numbers_come_back_digit_for_digit(writer: Writer) -> None:
    customer_id = first(writer.client)["id"]
    writer.lemonsoft("PUT", f"/{customer_id}", b'{"name": "x", "creditlimit": 1234567.10, "interest": 8.500}')
    text = writer.client.lemonsoft(f"/api/customers/{customer_id}").text
    assert '"creditlimit":1234567.10,' in text
    assert '"interest":8.500,' in text


def test_number_can_be_changed_to_a_free_one_and_not_to_a_taken_one(writer: Writer) -> None:
    one, other = writer.client.lemonsoft().json()["results"][:2]
    refused = writer.lemonsoft("PUT", f"/{one['id']}", one | {"number": other["number"]})
    assert (refused.status_code, refused.json()["has_errors"]) == (200, True)
    assert read(writer.client, one["id"]) == one
    assert writer.lemonsoft("PUT", f"/{one['id']}", one | {"number": 77001}).json()["number"] == 77001


@pytest.mark.parametrize("change", [{"number": None}, {"name": ""}])
def test_new_customer_whose_number_is_taken_or_who_has_no_name_is_refused_with_status_200(
    writer: Writer, change: Params
) -> None:
    body = {"name": "New Oy", "number": 77000} | change
    if body["number"] is None:
        body["number"] = first(writer.client)["number"]
    answer = writer.lemonsoft("POST", "", body)
    assert (answer.status_code, answer.json()["has_errors"]) == (200, True)
    assert answer.json()["errors"]
    assert writer.client.sandbox.tally("lemonsoft").created == 0


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"no json", [], {"name": 5}, {"is_customer": 1}, {"number": "1"}, {"number": True}),
        *({"contacts": {}}, {"contacts": ["x"]}, {"dimension": []}, {"dimension": {"Area_code": {}}}),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_malformed_customer_is_refused_with_status_400(writer: Writer, method: str, body: Any) -> None:
    before = first(writer.client)
    answer = writer.lemonsoft(method, f"/{before['id']}" if method == "PUT" else "", body)
    assert (answer.status_code, answer.json().keys()) == (400, {"Message"})
    assert first(writer.client) == before


def test_unknown_field_is_ignored_in_silence(writer: Writer) -> None:
    assert "nickname" not in writer.lemonsoft("POST", "", {"name": "New Oy", "nickname": "x"}).json()


def test_lists_of_what_was_written_are_served_to_every_filter(writer: Writer) -> None:
    row = writer.lemonsoft("POST", "", {"name": "New Oy", "contacts": [{}], "attributes": [{}]}).json()
    assert writer.client.all_lemonsoft(contact_email="@")
    assert writer.client.all_lemonsoft(attribute_ids=[1])
    assert writer.client.all_lemonsoft(group=0, type=0, is_customer=0, has_email=0) == [row]


def test_account_is_added_with_an_id_and_shown_with_its_customer(writer: Writer) -> None:
    before = first(writer.client)
    body = {"iban": "FI00 SANDBOX", "bank_name": "Sandbox Bank", "nickname": "x"}
    answer = writer.lemonsoft("POST", f"/{before['id']}/accounts", body)
    account = answer.json()
    assert (answer.status_code, account["iban"], account["customer_id"]) == (200, "FI00 SANDBOX", before["id"])
    assert len(account) == 13
    assert read(writer.client, before["id"])["accounts"] == [*before["accounts"], account]
    assert writer.client.sandbox.tally("lemonsoft").actions == {f"account {before['number']}": 1}
    assert writer.lemonsoft("POST", f"/{before['id']}/accounts", b"[]").status_code == 400


@pytest.mark.parametrize(("method", "path"), [("PUT", "/0"), ("POST", "/0/accounts")])
def test_write_to_nobody_is_not_found(writer: Writer, method: str, path: str) -> None:
    assert writer.lemonsoft(method, path, {"name": "x"}).status_code == 404


def test_write_without_a_session_is_refused(writer: Writer) -> None:
    writer.client.lemonsoft_session = "invented"
    assert writer.lemonsoft("POST", "", {"name": "x"}).status_code == 401


def test_customers_that_were_written_are_counted_by_number_and_organisation_number(writer: Writer) -> None:
    for number in (77000, 77001):
        writer.lemonsoft("POST", "", {"name": "New Oy", "number": number, "vat": "1234567-1"})
    tally = writer.client.control("GET", "/written").json()["lemonsoft"]
    assert tally["created"] == 2
    assert tally["created_by_number"] == {"77000": 1, "77001": 1}
    assert tally["created_by_org_number"] == {"1234567-1": 2}
    assert json.loads(json.dumps(writer.client.sandbox.tally("lemonsoft").plain())) == tally
    with pytest.raises(ValueError, match="visma_net, lemonsoft, which take writes, got 'fynn'"):
        writer.client.sandbox.tally("fynn")
