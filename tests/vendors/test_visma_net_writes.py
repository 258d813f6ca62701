"""What goes out to Visma.net ERP, and what its answers mean: the server is played by a list of answers."""

from __future__ import annotations

import datetime as dt
import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from document_fields import document
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import (
    ErpAuthError,
    ErpConfigError,
    ErpError,
    ErpUnavailable,
    OutcomeUnknown,
    StillUnderWay,
)
from airflow_provider_erp.protocol.auth import Fixed
from airflow_provider_erp.protocol.drivers import complete, run
from airflow_provider_erp.protocol.exchange import Exchange
from airflow_provider_erp.protocol.messages import Answer, Conversation, Lost, Request, Response
from airflow_provider_erp.protocol.retry import Retry
from airflow_provider_erp.protocol.writing import RecordChanged, WriteRejected
from airflow_provider_erp.vendors.settings import Settings
from airflow_provider_erp.vendors.visma_net import writes
from airflow_provider_erp.vendors.visma_net.answers import key_in, outcome_of_job
from airflow_provider_erp.vendors.visma_net.bodies import customer_body
from airflow_provider_erp.vendors.writing import encode

HOST = "https://erp.example.com"
EXCHANGE = Exchange(Fixed({"Authorization": "Bearer t0ken"}), Retry(max_attempts=2, jitter=lambda: 0.5), "c")
NEW = {
    "number": "10000",
    "name": "NewCustomer",
    "overrideWithClassValues": True,
    "customerClassId": "1",
    "mainAddress": {"addressLine1": "TestRoad 13", "postalCode": "0101", "countryId": "NO"},
}
MOVED = {"mainAddress": {"addressLine1": "TestRoad 50", "postalCode": "0101", "countryId": "NO"}}


SETTINGS = Settings(conn_type="visma_net", conn_id="c", base_url=HOST, password="s3cret")


def response(status: int, body: Any = b"", **headers: str) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, headers, content, dt.datetime(2026, 11, 20, tzinfo=dt.UTC))


class Played:
    """Holds a conversation with the answers in turn, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[Request] = []
        self.pauses: list[float] = []

    def send(self, request: Request) -> Answer:
        self.asked.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def hold(self, conversation: Conversation[Any]) -> Any:
        return complete(run(conversation, self.send, self.pauses.append))

    @property
    def body(self) -> Any:
        return json.loads(self.asked[0].body or b"null")


CREATED = response(201, location=f"{HOST}/v1/customer/10000")


def create(*answers: Answer, customer: Any = NEW, settings: Settings = SETTINGS) -> tuple[Any, Played]:
    played = Played(*answers)
    return played.hold(writes.create_customer(EXCHANGE, settings, customer)), played


def test_create_sends_the_body_of_the_document_and_tells_the_number() -> None:
    number, played = create(CREATED)
    assert number == "10000"
    assert played.body == document("visma_net/create_customer.json")
    (asked,) = played.asked
    assert (asked.method, asked.url, asked.repeatable) == ("POST", f"{HOST}/v1/customer", False)


def test_answer_that_is_no_json_tells_nothing_of_what_became_of_a_write() -> None:
    page = response(200, b"<!DOCTYPE html><html>Maintenance</html>")
    told = "expected JSON or nothing, got a body of 39 bytes with status 200; look before it is sent again"
    with pytest.raises(OutcomeUnknown, match=told):
        create(page)
    with pytest.raises(OutcomeUnknown, match=told):
        Played(page).hold(writes.update_customer(EXCHANGE, SETTINGS, "10000", MOVED))


def test_update_sends_only_the_changed_fields_in_the_body_of_the_document() -> None:
    played = Played(response(204))
    assert played.hold(writes.update_customer(EXCHANGE, SETTINGS, "10000", MOVED)) is None
    assert played.body == document("visma_net/update_customer.json")
    (asked,) = played.asked
    assert (asked.method, asked.url) == ("PUT", f"{HOST}/v1/customer/10000")
    assert "If-Match" not in asked.headers


def test_update_names_the_version_that_must_still_stand() -> None:
    played = Played(response(204))
    played.hold(writes.update_customer(EXCHANGE, SETTINGS, "A/1", {"name": "B"}, if_match='"AAE="'))
    assert played.asked[0].headers["If-Match"] == '"AAE="'
    assert played.asked[0].url == f"{HOST}/v1/customer/b64(QS8x)"


@pytest.mark.parametrize(
    "date",
    [
        "2025-01-21T09:39:48.538Z",
        dt.datetime(2025, 1, 21, 11, 39, 48, 538999, tzinfo=dt.timezone(dt.timedelta(hours=2))),
    ],
    ids=["text", "datetime"],
)
def test_dunning_letter_sends_the_body_of_the_document_and_tells_the_action(date: Any) -> None:
    answer = document("visma_net/create_dunning_letter.answer.json")
    played = Played(response(201, answer))
    assert played.hold(writes.create_dunning_letter(EXCHANGE, SETTINGS, "10000", date, (1, 2))) == answer
    assert played.body == document("visma_net/create_dunning_letter.json")
    assert played.asked[0].url == f"{HOST}/v1/customer/10000/action/createDunningLetter"


def test_dunning_letter_without_an_action_id_is_unknown() -> None:
    with pytest.raises(OutcomeUnknown, match="without an actionId"):
        Played(response(200, {})).hold(writes.create_dunning_letter(EXCHANGE, SETTINGS, "1", "2025-01-21", (1, 2)))


@pytest.mark.parametrize(
    ("date", "levels"),
    [
        (dt.datetime(2025, 1, 21), (1, 2)),  # noqa: DTZ001 - the point
        (dt.date(2025, 1, 21), (1, 2)),
        (" ", (1, 2)),
        ("2025-01-21", (1, "2")),
        ("2025-01-21", (True, 2)),
    ],
)
def test_dunning_letter_refuses_what_it_cannot_send(date: Any, levels: Any) -> None:
    with pytest.raises(ValueError, match="dunning letter: expected"):
        writes.create_dunning_letter(EXCHANGE, SETTINGS, "1", date, levels)


def test_none_clears_and_references_are_known_by_their_names_in_reads() -> None:
    body = customer_body(
        {
            "corporateId": None,
            "creditTerms": {"id": "14", "description": "14 days"},
            "customerClass": {"id": "1"},
            "vatZone": None,
            "parentRecord": {"number": "77"},
            "mainAddress": {"addressLine2": None, "country": {"id": "FI"}},
            "mainContact": {"email": "a@example.com", "phone1": "1"},
            "invoiceContact": None,
            "attributes": [{"attributeId": {"value": "A"}, "attributeValue": {"value": None}}],
        }
    )
    assert body == {
        "corporateId": {"value": None},
        "creditTermsId": {"value": "14"},
        "customerClassId": {"value": "1"},
        "vatZoneId": {"value": None},
        "parentRecordNumber": {"value": "77"},
        "mainAddress": {"value": {"addressLine2": {"value": None}, "countryId": {"value": "FI"}}},
        "mainContact": {"value": {"email": {"value": "a@example.com"}, "phone1": {"value": "1"}}},
        "invoiceContact": {"value": None},
        "attributeLines": [{"attributeId": {"value": "A"}, "attributeValue": {"value": None}}],
    }


def test_lines_go_out_as_they_are_with_every_digit() -> None:
    body = customer_body({"directDebitLines": [{"id": 1, "maxAmount": Decimal("1.10"), "ibans": ("a", None)}]})
    assert encode(body) == b'{"directDebitLines":[{"id":1,"maxAmount":1.10,"ibans":["a",null]}]}'


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"nmae": "A"}, r"unknown field 'nmae' \(did you mean 'name'\?\); known are number, name, status"),
        ({"mainAddress": {"zip": "1"}}, r"'mainAddress': unknown field 'zip'; known are addressLine1"),
        ({"name": {"value": "A"}}, "'name': expected a text, a number"),
        ({"mainAddress": "Road 1"}, "'mainAddress': expected a dict, got a str"),
        ({"attributeLines": {"id": 1}}, "'attributeLines': expected a list, got a dict"),
        ({"overrideWithClassValues": None}, "expected true or false"),
        ({"creditTerms": "14"}, "'creditTerms': expected None or a dict with 'id'"),
        ({"creditTerms": {"id": 1}, "creditTermsId": 2}, "'creditTermsId' is given twice"),
        ({"number": 1.5}, "'number': a float is not exact"),
        ({"number": 2**63}, "more than 64 bits"),
        ({"number": Decimal("NaN")}, "expected a text, a number"),
        ({}, "at least one field, got an empty dict"),
        (["name"], "at least one field, got a list"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_sent(changes: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        writes.update_customer(EXCHANGE, SETTINGS, "1", changes)


@pytest.mark.parametrize("missing", ["name", "overrideWithClassValues", "customerClassId", "mainAddress"])
def test_new_customer_needs_what_the_document_shows(missing: str) -> None:
    less = {name: value for name, value in NEW.items() if name != missing}
    with pytest.raises(ValueError, match=f"a new one needs {missing}"):
        writes.create_customer(EXCHANGE, SETTINGS, less)


def test_new_customer_needs_a_whole_address() -> None:
    with pytest.raises(ValueError, match=r"needs mainAddress.postalCode, mainAddress.countryId; the number may be"):
        writes.create_customer(
            EXCHANGE, SETTINGS, NEW | {"mainAddress": {"addressLine1": "Road 1", "postalCode": None}}
        )


@pytest.mark.parametrize(
    ("location", "number"),
    [
        (f"{HOST}/v1/customer/C-7", "C-7"),
        ("https://elsewhere.example.com/v1/customer/C-7/?a=b#c", "C-7"),
        ("/v1/customer/b64(QS8xw6Q=)", "A/1ä"),
        ("/v1/customer/b64(QS8xw6Q)", "A/1ä"),
        ("/v1/customer/b64%28QS8x%29", "A/1"),
        ("/v1/customer/A%201", "A 1"),
        ("10000", "10000"),
    ],
)
def test_number_is_the_decoded_end_of_the_location_and_nothing_is_fetched(location: str, number: str) -> None:
    found, played = create(response(201, location=location), customer=NEW | {"number": None})
    assert found == number
    assert len(played.asked) == 1


@given(st.text(min_size=1))
def test_every_number_survives_the_way_into_a_path_and_back(number: str) -> None:
    key = f"b64({urlsafe_b64encode(number.encode()).decode()})"
    assert key_in(f"{HOST}/v1/customer/{key}") == number


@pytest.mark.parametrize("location", ["", "/v1/customer/b64(_w)"], ids=["none", "no text"])
def test_created_without_a_readable_location_is_the_given_number_or_unknown(location: str) -> None:
    assert create(response(201, location=location))[0] == "10000"
    with pytest.raises(OutcomeUnknown, match="it was done, but no Location"):
        create(response(201, location=location), customer={name: NEW[name] for name in NEW if name != "number"})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"message": "Number is taken"}, "Number is taken"),
        ({"ExceptionType": "PXException", "ExceptionMessage": "Class s3cret  is\nmissing"}, "Class *** is missing"),
        ({"message": "Bearer t0ken was used, t0ken"}, "Bearer *** was used, ***"),
        (b"<?xml version='1.0'?><E><ExceptionMessage>A &amp; B</ExceptionMessage></E>", "A & B"),
        ({"message": "x" * 900}, "x" * 497 + "..."),
        (b"<html><title>Bad gateway</title></html>", None),
        ({"message": 7}, None),
        (b"\xff", None),
    ],
)
def test_refusal_keeps_the_vendors_words_apart_from_the_errors_text(body: Any, said: str | None) -> None:
    with pytest.raises(WriteRejected) as caught:
        create(response(400, body))
    assert caught.value.said == said
    assert caught.value.status == 400
    assert str(caught.value) == (
        "visma_net create customer: the record was refused with status 400; the vendor's message is in said"
    )


def test_record_that_somebody_changed_is_told_apart() -> None:
    played = Played(response(412, {"message": "stale"}))
    with pytest.raises(RecordChanged, match="changed since it was read") as caught:
        played.hold(writes.update_customer(EXCHANGE, SETTINGS, "1", {"name": "B"}, if_match="1"))
    assert (caught.value.status, caught.value.said) == (412, "stale")


def waiting(seconds: object) -> Settings:
    return replace(SETTINGS, extra={"background_seconds": seconds})


def accepted(location: str = "https://elsewhere.example.com/v1/background/job-1") -> Response:
    return response(202, {"stateLocation": location})


def test_background_job_is_asked_for_on_the_connections_own_host_until_it_is_finished() -> None:
    state = {"status": "Finished", "response": {"statusCode": 201, "Location": "/v1/customer/C-9"}}
    number, played = create(accepted(), response(200, {"status": "InProgress"}), response(200, state))
    assert number == "C-9"
    assert [asked.url for asked in played.asked[1:]] == [f"{HOST}/v1/background/job-1"] * 2
    assert all(asked.repeatable for asked in played.asked[1:])
    assert played.pauses == [1.0]


def test_job_is_told_before_it_is_asked_for() -> None:
    told: list[tuple[str, int]] = []
    played = Played(accepted(), response(200, {"status": "Finished", "statusCode": 201}))
    create_it = writes.create_customer(EXCHANGE, SETTINGS, NEW, lambda job: told.append((job, len(played.asked))))
    assert played.hold(create_it) == "10000"
    change_it = writes.update_customer(
        EXCHANGE, SETTINGS, "1", MOVED, on_job=lambda job: told.append((job, len(played.asked)))
    )
    played.answers.insert(0, accepted("/v1/background/job-2"))
    assert played.hold(change_it) is None
    assert told == [("job-1", 1), ("job-2", 3)]


def asked_later(*answers: Answer, seconds: float = 0) -> str:
    return str(Played(*answers).hold(outcome_of_job(EXCHANGE, waiting(seconds), "job-1")))


def test_job_that_an_earlier_task_began_tells_the_id() -> None:
    state = {"status": "Finished", "response": {"statusCode": 201, "Location": "/v1/customer/C-9"}}
    played = Played(response(200, {"status": "InProgress"}), response(200, state))
    assert played.hold(outcome_of_job(EXCHANGE, SETTINGS, "job-1")) == "C-9"
    assert {asked.url for asked in played.asked} == {f"{HOST}/v1/background/job-1"}
    assert all(asked.repeatable for asked in played.asked)
    assert asked_later(response(200, {"state": "Finished", "statusCode": 204})) == ""


def test_job_that_an_earlier_task_began_and_that_was_refused_is_a_rejection() -> None:
    with pytest.raises(WriteRejected) as caught:
        asked_later(response(200, {"status": "Finished", "statusCode": 400, "errorMessage": "Class is missing"}))
    assert (caught.value.status, caught.value.said) == (400, "Class is missing")


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (response(200, {"status": "InProgress"}), StillUnderWay, "its state is not known"),
        (response(400), StillUnderWay, "its state is not known"),
        (response(404), OutcomeUnknown, "the server knows no such job"),
        (response(200, {"status": "Finished", "statusCode": 500}), OutcomeUnknown, "ended with statusCode 500"),
        (Lost("reset", sent=True), ErpUnavailable, "reset"),
        (response(403), ErpAuthError, "refused with status 403"),
    ],
)
def test_job_that_an_earlier_task_began_is_known_or_the_error_says_what_it_may_be(
    answer: Answer, kind: type[ErpError], reason: str
) -> None:
    with pytest.raises(ErpError, match=reason) as caught:
        asked_later(answer)
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ({"status": "Finished", "statusCode": 200, "response": {"statusCode": 400}}, WriteRejected),
        ({"status": "Finished", "statusCode": 400, "response": {"statusCode": 200}}, WriteRejected),
        ({"status": "Finished", "StatusCode": "400"}, WriteRejected),
        ({"status": "Finished", "statusCode": 200, "response": {"statusCode": 503}}, OutcomeUnknown),
        ({"status": "Finished", "statusCode": 200, "response": {"statusCode": None}}, OutcomeUnknown),
        ({"status": "Finished", "statusCode": True}, OutcomeUnknown),
        ({"status": "Finished"}, OutcomeUnknown),
        ({"status": "Failed", "statusCode": 200}, OutcomeUnknown),
        ({"state": "Failed", "statusCode": 422}, WriteRejected),
    ],
)
def test_job_is_done_only_where_nothing_in_its_state_says_otherwise(state: Any, kind: type[ErpError]) -> None:
    with pytest.raises(kind):
        asked_later(response(200, state))
    with pytest.raises(kind):
        create(accepted(), response(200, state))


def test_background_job_without_a_location_is_the_given_number() -> None:
    assert create(accepted(), response(200, {"state": "Finished", "statusCode": 201}))[0] == "10000"


def test_background_dunning_letter_tells_the_action_as_the_document_shows_it() -> None:
    answer = document("visma_net/create_dunning_letter.answer.json")
    state = {"status": "Finished", "statusCode": 200, "responseBody": answer}
    letter = writes.create_dunning_letter(EXCHANGE, SETTINGS, "1", "2025-01-21", (1, 2))
    assert Played(accepted(), response(200, state)).hold(letter) == answer


@pytest.mark.parametrize(("inner", "kind"), [(400, WriteRejected), (412, RecordChanged)])
def test_job_that_is_finished_and_failed_inside_is_a_rejection(inner: int, kind: type[WriteRejected]) -> None:
    state = {"status": "Finished", "statusCode": inner, "errorMessage": "Class is missing"}
    with pytest.raises(kind) as caught:
        create(accepted(), response(200, state))
    assert (caught.value.status, caught.value.said) == (inner, "Class is missing")


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([accepted(), response(200, {"status": "Finished", "statusCode": 500})], "ended with statusCode 500"),
        ([accepted(), response(200, {"status": "Failed"})], "ended with statusCode None"),
        ([accepted(), response(200, {"status": "Queued"})], "job job-1, whose state is not known"),
        ([accepted(), Lost("reset", sent=True)], "job job-1, whose state is not known"),
        ([accepted(), response(401)], "job job-1, whose state is not known"),
        ([accepted("/v1/background/..")], "stateLocation that names a job"),
        ([accepted("/v1/background/b64(QS8x)")], "stateLocation that names a job"),
    ],
)
def test_job_whose_end_is_not_known_is_an_unknown_outcome(answers: list[Answer], reason: str) -> None:
    with pytest.raises(OutcomeUnknown, match=reason) as caught:
        create(*answers, settings=waiting(5))
    assert isinstance(caught.value, StillUnderWay) == ("ended with" not in reason)


@pytest.mark.parametrize(
    ("settings", "pauses"),
    [(waiting(10), [1.0, 2.0, 4.0, 3.0]), (waiting(0), []), (SETTINGS, [1.0, 2.0, 4.0, 8.0, 16.0, *[30.0] * 8, 29.0])],
    ids=["10 s", "none", "not said"],
)
def test_job_is_waited_for_as_long_as_the_connection_says(settings: Settings, pauses: list[float]) -> None:
    played = Played(accepted(), response(200, {"status": "Queued"}))
    with pytest.raises(OutcomeUnknown):
        played.hold(writes.create_customer(EXCHANGE, settings, NEW))
    assert played.pauses == pauses


def test_time_to_wait_for_a_job_that_is_no_number_is_told_before_anything_is_sent() -> None:
    played = Played(CREATED)
    with pytest.raises(ErpConfigError, match="the extra field 'background_seconds' must be a number of at least 0"):
        played.hold(writes.create_customer(EXCHANGE, waiting("long"), NEW))
    assert played.asked == []


@pytest.mark.parametrize("body", [b"accepted", {}, {"stateLocation": 7}])
def test_accepted_without_a_job_to_ask_for_is_an_unknown_outcome(body: Any) -> None:
    with pytest.raises(OutcomeUnknown, match="without a stateLocation"):
        create(response(202, body))


def test_dunning_letter_that_is_accepted_with_an_action_id_is_done() -> None:
    letter = writes.create_dunning_letter(EXCHANGE, SETTINGS, "1", "2025-01-21", (1, 2))
    assert Played(response(202, {"actionId": "a"})).hold(letter) == {"actionId": "a"}
