"""Visma.net in the sandbox takes writes: wrapped bodies, versions, numbers that are taken, the background."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from sandbox_client import SCOPE, Client, Params, open_client
from sandbox_writer import Writer, a_customer, wrapped


@pytest.fixture
def writer() -> Iterator[Writer]:
    with open_client(customers=30, requests_per_session=1000) as client:
        yield Writer(client)


def read(client: Client, number: str) -> Params:
    row: Params = client.visma_net(f"/v1/customer/{number}").json()
    return row


def first(client: Client) -> Params:
    row: Params = client.visma_net(pageSize=1).json()[0]
    return row


def test_customer_of_the_document_is_created_with_its_location_and_no_body(writer: Writer) -> None:
    answer = writer.visma_net("POST", "", a_customer())
    assert (answer.status_code, answer.content) == (201, b"")
    row = read(writer.client, "77000")
    assert answer.headers["Location"].endswith(f"/v1/customer/{row['internalId']}")
    assert (row["name"], row["customerClass"]["id"], row["status"]) == ("NewCustomer", "1", "Active")
    assert row["mainAddress"]["country"] == {"id": "NO", "name": "Norway", "errorInfo": ""}
    assert row["mainAddress"]["addressLine1"] == "TestRoad 13"


def test_created_customer_is_found_by_its_location_by_lists_filters_and_changes(writer: Writer) -> None:
    client, before = writer.client, writer.client.all_visma_net()
    newest = max(row["lastModifiedDateTime"] for row in before).replace("T", " ")
    answer = writer.visma_net("POST", "", a_customer(corporateId={"value": "912345678"}))
    key = answer.headers["Location"].rpartition("/")[2]
    rows = client.all_visma_net()
    assert len(rows) == len(before) + 1
    assert rows[-1]["number"] == read(client, key)["number"] == "77000"
    assert [row["number"] for row in client.visma_net(corporateId="912345678").json()] == ["77000"]
    changed = client.visma_net(lastModifiedDateTime=newest, lastModifiedDateTimeCondition=">").json()
    assert [row["number"] for row in changed] == ["77000"]


def test_customer_without_a_number_gets_one_that_nobody_has(writer: Writer) -> None:
    for _ in range(2):
        assert writer.visma_net("POST", "", a_customer(number=None)).status_code == 201
    numbers = [row["number"] for row in writer.client.all_visma_net()]
    assert len(set(numbers)) == len(numbers)


def test_taken_number_is_refused(writer: Writer) -> None:
    taken = first(writer.client)["number"]
    answer = writer.visma_net("POST", "", a_customer(taken))
    assert (answer.status_code, "number" in answer.json()["ExceptionMessage"]) == (400, True)
    assert writer.client.sandbox.tally("visma_net").created == 0


@pytest.mark.parametrize(("unique", "status"), [(False, 201), (True, 400)])
def test_taken_corporate_id_is_refused_where_it_must_be_unique(unique: bool, status: int) -> None:
    with open_client(customers=30, unique_corporate_ids=unique) as client:
        writer = Writer(client)
        taken = next(row["corporateId"] for row in client.all_visma_net() if row["corporateId"])
        answer = writer.visma_net("POST", "", a_customer(corporateId={"value": taken}))
        assert answer.status_code == status
        assert client.sandbox.tally("visma_net").created == (status == 201)


def test_only_the_fields_that_are_sent_change_and_the_stamps(writer: Writer) -> None:
    before = first(writer.client)
    body = wrapped(name="Another Oy", mainContact=wrapped(email="new@another.example"), creditTermsId="30")
    assert writer.visma_net("PUT", f"/{before['number']}", body).status_code == 204
    after = read(writer.client, before["number"])
    assert after["lastModifiedDateTime"] > before["lastModifiedDateTime"]
    assert after["timeStamp"] > before["timeStamp"]
    expected = before | {"name": "Another Oy", "creditTerms": before["creditTerms"] | {"id": "30"}}
    expected["mainContact"] = before["mainContact"] | {"email": "new@another.example"}
    stamps = {"lastModifiedDateTime", "timeStamp", "metadata"}
    assert {name for name in after if after[name] != expected[name]} <= stamps


def test_null_clears_a_field(writer: Writer) -> None:
    number = first(writer.client)["number"]
    writer.visma_net("PUT", f"/{number}", wrapped(corporateId=None, mainContact=wrapped(phone1=None)))
    after = read(writer.client, number)
    assert (after["corporateId"], after["mainContact"]["phone1"]) == ("", "")


def test_number_itself_can_be_changed_and_the_id_stays(writer: Writer) -> None:
    before = first(writer.client)
    assert writer.visma_net("PUT", f"/{before['number']}", wrapped(number="N/1")).status_code == 204
    key = base64.urlsafe_b64encode(b"N/1").decode().rstrip("=")
    assert read(writer.client, f"b64({key})")["internalId"] == before["internalId"]
    assert writer.visma_net("PUT", f"/b64({key})", wrapped(name="By Key")).status_code == 204
    assert read(writer.client, str(before["internalId"]))["name"] == "By Key"


def test_attributes_are_replaced_and_their_lines_are_not_wrapped(writer: Writer) -> None:
    number = first(writer.client)["number"]
    lines = [{"attributeId": {"value": "SEGMENT"}, "attributeValue": {"value": "C"}}]
    assert writer.visma_net("PUT", f"/{number}", {"attributeLines": lines}).status_code == 204
    assert read(writer.client, number)["attributes"] == [{"id": "SEGMENT", "description": "Segment", "value": "C"}]


def test_unknown_field_of_the_right_shape_is_ignored_in_silence(writer: Writer) -> None:
    before = first(writer.client)
    assert writer.visma_net("PUT", f"/{before['number']}", wrapped(nickname="x")).status_code == 204
    assert "nickname" not in read(writer.client, before["number"])


@pytest.mark.parametrize(
    "body",
    [
        {"name": "bare"},
        {"name": {"value": "x", "more": 1}},
        {"name": {"value": {"deep": 1}}},
        {"name": {"value": True}},
        {"nickname": "bare"},
        {"mainAddress": {"addressLine1": {"value": "x"}}},
        {"mainAddress": {"value": {"addressLine1": "bare"}}},
        {"mainAddress": {"value": "text"}},
        {"overrideWithClassValues": {"value": True}},
        {"overrideWithClassValues": []},
        {"attributeLines": {"value": []}},
        {"attributeLines": ["text"]},
        {"attributeLines": True},
        wrapped(name=None),
        wrapped(number=""),
        wrapped(status="Sleeping"),
        wrapped(name="x" * 256),
        [],
        b"no json",
        b'{"name": {"value": "\\ud800"}}',
    ],
)
def test_body_that_is_not_as_the_document_says_is_refused_in_the_vendors_shape(writer: Writer, body: Any) -> None:
    before = first(writer.client)
    answer = writer.visma_net("PUT", f"/{before['number']}", body)
    assert answer.status_code == 400
    assert answer.json().keys() == {
        *("ExceptionType", "ExceptionMessage", "ExceptionFaultCode", "ExceptionMessageID", "ExceptionDetails")
    }
    assert first(writer.client) == before


@pytest.mark.parametrize("name", ["name", "customerClassId", "mainAddress"])
def test_new_customer_without_the_minimum_is_refused(writer: Writer, name: str) -> None:
    body = a_customer()
    del body[name]
    assert name in writer.visma_net("POST", "", body).json()["ExceptionMessage"]


def test_version_is_told_and_a_stale_one_is_refused(writer: Writer) -> None:
    client = writer.client
    number = first(client)["number"]
    seen = client.visma_net(f"/v1/customer/{number}")
    tag = seen.headers["ETag"]
    assert tag == f'"{seen.json()["timeStamp"]}"'
    changed = writer.visma_net("PUT", f"/{number}", wrapped(name="First"), If_Match=tag)
    assert changed.status_code == 204
    assert writer.visma_net("PUT", f"/{number}", wrapped(name="Second"), If_Match=tag).status_code == 412
    assert read(client, number)["name"] == "First"
    bare = changed.headers["ETag"].strip('"')
    assert writer.visma_net("PUT", f"/{number}", wrapped(name="Third"), If_Match=bare).status_code == 204


@pytest.mark.parametrize("path", ["/nobody", "/b64(____)", "/b64(N)"])
def test_write_to_nobody_is_not_found(writer: Writer, path: str) -> None:
    assert writer.visma_net("PUT", path, wrapped(name="x")).status_code == 404
    letter = {"dunningLetterDate": "2025-01-21T09:39:48.538Z", "levelFrom": 1, "levelTo": 2}
    assert writer.visma_net("POST", f"{path}/action/createDunningLetter", letter).status_code == 404


def test_dunning_letter_is_an_action_with_an_id_and_is_counted(writer: Writer) -> None:
    number = first(writer.client)["number"]
    letter = {"dunningLetterDate": "2025-01-21T09:39:48.538Z", "levelFrom": 1, "levelTo": 2}
    answer = writer.visma_net("POST", f"/{number}/action/createDunningLetter", letter)
    assert (answer.status_code, answer.json()["actionResult"]) == (200, "Done")
    assert answer.json()["actionId"]
    assert writer.client.sandbox.tally("visma_net").actions == {f"createDunningLetter {number}": 1}


@pytest.mark.parametrize(
    "changes", [{"levelFrom": {"value": 1}}, {"levelTo": "2"}, {"dunningLetterDate": None}, {"levelFrom": True}]
)
def test_dunning_letter_with_a_wrapped_or_wrong_value_is_refused(writer: Writer, changes: Params) -> None:
    letter = {"dunningLetterDate": "2025-01-21T09:39:48.538Z", "levelFrom": 1, "levelTo": 2} | changes
    number = first(writer.client)["number"]
    assert writer.visma_net("POST", f"/{number}/action/createDunningLetter", letter).status_code == 400
    assert not writer.client.sandbox.tally("visma_net").actions


@pytest.mark.parametrize(("body", "status"), [(a_customer(), 201), ({"name": "bare"}, 400)])
def test_write_in_the_background_finishes_although_it_may_have_been_refused(
    writer: Writer, body: Params, status: int
) -> None:
    accepted = writer.visma_net("POST", "", body, erp_api_background="none")
    assert accepted.status_code == 202
    location = accepted.json()["stateLocation"]
    assert not location.startswith(writer.client.sandbox.url)
    path = f"/v1/background/{location.rpartition('/')[2]}"
    assert writer.client.visma_net(path).json()["status"] == "InProgress"
    state = writer.client.visma_net(path).json()
    assert (state["status"], state["statusCode"]) == ("Finished", status)
    assert ("Location" in state["responseHeaders"], bool(state["responseBody"])) == (status == 201, status == 400)
    assert writer.client.visma_net("/v1/background/unknown").status_code == 404


def test_token_without_the_right_may_not_write(writer: Writer) -> None:
    writer.client.token = writer.client.request_token(scope=SCOPE).json()["access_token"]
    assert writer.visma_net("POST", "", a_customer()).status_code == 403
    assert writer.visma_net("PUT", "/9970", wrapped(name="x")).status_code == 403
    writer.client.token = "invented"
    assert writer.visma_net("POST", "", a_customer()).status_code == 401
    assert writer.client.visma_net("/v1/background/1").status_code == 401
