"""Writes through the hooks, against servers on the loopback interface."""

from __future__ import annotations

import datetime as dt
import json
import logging
import threading
from typing import Any

import pytest
from document_fields import document
from loopback import Asked, LoopbackServer, Reply, reply_json, serving

from airflow_provider_erp.exceptions import (
    ErpAuthError,
    ErpConfigError,
    ErpError,
    ErpProtocolError,
    ErpRejected,
    ErpUnavailable,
    OutcomeUnknown,
)
from airflow_provider_erp.hooks.erp import ErpHook
from airflow_provider_erp.protocol.writing import RecordChanged, WriteRejected

NEW = {
    "number": "10000",
    "name": "NewCustomer",
    "overrideWithClassValues": True,
    "customerClassId": "1",
    "mainAddress": {"addressLine1": "TestRoad 13", "postalCode": "0101", "countryId": "NO"},
}


class Server:
    """Gives a token or a session, and the replies in turn to all else, the last one for ever."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.logins = 0

    def __call__(self, asked: Asked) -> Reply:
        if asked.path in ("/connect/token", "/api/auth/login"):
            self.logins += 1
            name = f"secret-{self.logins}"
            return reply_json({"access_token": name, "token_type": "Bearer", "session_id": name})
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


def asked(server: LoopbackServer) -> list[Asked]:
    """All but the log-ins."""
    return [each for each in server.asked if each.path not in ("/connect/token", "/api/auth/login")]


def created(number: str = "10000") -> Reply:
    return Reply(201, headers={"Location": f"https://elsewhere.example.com/v1/customer/{number}"})


def test_visma_net_customer_is_created_with_the_documents_body(connect: Any) -> None:
    with serving(Server(created("b64(QS8x)"))) as server:
        assert connect("visma_net", server.url).create_customer(NEW) == "A/1"
    (post,) = asked(server)
    assert (post.method, post.path) == ("POST", "/v1/customer")
    assert json.loads(post.body) == document("visma_net/create_customer.json")
    assert post.headers["content-type"] == "application/json"
    assert post.headers["authorization"] == "Bearer secret-1"


def test_visma_net_customer_is_changed_under_its_version(connect: Any) -> None:
    changes = {"mainAddress": {"addressLine1": "TestRoad 50", "postalCode": "0101", "countryId": "NO"}}
    with serving(Server(Reply(204))) as server:
        assert connect("visma_net", server.url).update_customer("A/1", changes, if_match='"v1"') is None
    (put,) = asked(server)
    assert (put.method, put.path, put.headers["if-match"]) == ("PUT", "/v1/customer/b64(QS8x)", '"v1"')
    assert json.loads(put.body) == document("visma_net/update_customer.json")


def test_visma_net_customer_that_somebody_changed_is_refused(connect: Any) -> None:
    with serving(Server(reply_json({"message": "stale"}, 412))) as server, pytest.raises(RecordChanged):
        connect("visma_net", server.url).update_customer("1", {"name": "B"}, if_match="v0")


def test_visma_net_dunning_letter_is_created(connect: Any) -> None:
    answer = document("visma_net/create_dunning_letter.answer.json")
    date = dt.datetime(2025, 1, 21, 9, 39, 48, 538000, tzinfo=dt.UTC)
    with serving(Server(reply_json(answer, 201))) as server:
        assert connect("visma_net", server.url).create_dunning_letter("10000", date, 1, 2) == answer
    (post,) = asked(server)
    assert (post.method, post.path) == ("POST", "/v1/customer/10000/action/createDunningLetter")
    assert json.loads(post.body) == document("visma_net/create_dunning_letter.json")


def test_background_job_is_asked_for_on_the_connections_own_host(connect: Any) -> None:
    accepted = reply_json({"stateLocation": "https://elsewhere.example.com/API/v1/background/j1"}, 202)
    failed = reply_json({"status": "Finished", "statusCode": 400, "responseBody": {"message": "No class"}})
    with serving(Server(accepted, reply_json({"status": "InProgress"}), failed)) as server:
        with pytest.raises(WriteRejected) as caught:
            connect("visma_net", server.url).create_customer(NEW)
    assert [each.path for each in asked(server)] == ["/v1/customer", "/v1/background/j1", "/v1/background/j1"]
    assert caught.value.said == "No class"


def test_background_job_is_waited_for_as_long_as_the_connection_says(connect: Any) -> None:
    accepted = reply_json({"stateLocation": "/v1/background/j1"}, 202)
    with serving(Server(accepted, reply_json({"status": "InProgress"}))) as server:
        with pytest.raises(OutcomeUnknown, match="job j1, whose state is not known"):
            connect("visma_net", server.url, background_seconds="0").create_customer(NEW)
    assert [each.path for each in asked(server)] == ["/v1/customer", "/v1/background/j1"]


def test_job_of_an_earlier_task_is_asked_for_by_its_id(connect: Any) -> None:
    finished = reply_json({"status": "Finished", "statusCode": 201, "responseHeaders": {"Location": "/c/C-9"}})
    jobs: list[str] = []
    with serving(Server(reply_json({"stateLocation": "/v1/background/j1"}, 202), finished)) as server:
        hook = connect("visma_net", server.url)
        assert hook.create_customer(NEW, on_job=jobs.append) == "C-9"
        assert [hook.outcome_of_job(job) for job in jobs] == ["C-9"]
    assert [each.path for each in asked(server)] == ["/v1/customer", "/v1/background/j1", "/v1/background/j1"]


def test_system_that_does_nothing_later_knows_no_job(connect: Any) -> None:
    with serving(Server(Reply())) as server, pytest.raises(OutcomeUnknown, match="lemonsoft: it knows no job j1"):
        connect("lemonsoft", server.url).outcome_of_job("j1")
    assert asked(server) == []


def test_lemonsoft_customer_is_created_and_gets_an_account(connect: Any) -> None:
    customer, account = document("lemonsoft/create_customer.json"), document("lemonsoft/add_account.json")
    with serving(Server(reply_json({"id": 12}), reply_json({"account_id": 3}))) as server:
        hook = connect("lemonsoft", server.url)
        assert hook.create_customer(customer) == {"id": 12}
        assert hook.add_account(12, account) == {"account_id": 3}
    first, second = asked(server)
    assert (first.method, first.path, json.loads(first.body)) == ("POST", "/api/customers", customer)
    assert (second.method, second.path, json.loads(second.body)) == ("POST", "/api/customers/12/accounts", account)
    assert first.headers["session-id"] == "secret-1"


def test_lemonsoft_customer_is_read_changed_and_written_back_whole(connect: Any) -> None:
    stored = b'{"id":7,"creditlimit":1.10,"intrest":2.50,"name":"A"}'
    with serving(Server(reply_json(stored), reply_json({"id": 7, "name": "B"}))) as server:
        assert connect("lemonsoft", server.url).update_customer(7, {"name": "B"}) == {"id": 7, "name": "B"}
    get, put = asked(server)
    assert (get.method, put.method, put.path) == ("GET", "PUT", "/api/customers/7")
    assert put.body == b'{"id":7,"creditlimit":1.10,"intrest":2.50,"name":"B"}'


def test_lemonsoft_customer_that_is_not_there_is_not_written(connect: Any) -> None:
    with serving(Server(Reply(404))) as server, pytest.raises(ErpProtocolError):
        connect("lemonsoft", server.url).update_customer(7, {"name": "B"})
    assert [each.method for each in asked(server)] == ["GET"]


WRITES = pytest.mark.parametrize(
    ("conn_type", "customer"), [("visma_net", NEW), ("lemonsoft", {"name": "A"})], ids=["visma_net", "lemonsoft"]
)
DONE = reply_json({"id": 12}, 201, Location="/v1/customer/12")


@WRITES
def test_expired_credential_is_renewed_once_and_the_write_sent_again(
    connect: Any, conn_type: str, customer: Any
) -> None:
    with serving(Server(Reply(401), DONE)) as server:
        assert connect(conn_type, server.url).create_customer(customer) in ("12", {"id": 12})
    assert len(asked(server)) == 2
    with serving(Server(Reply(401))) as server, pytest.raises(ErpAuthError):
        connect(conn_type, server.url).create_customer(customer)
    assert len(asked(server)) == 2


@WRITES
def test_429_was_not_done_and_is_sent_again_within_the_budget(connect: Any, conn_type: str, customer: Any) -> None:
    with serving(Server(Reply(429, headers={"Retry-After": "1"}), DONE)) as server:
        assert connect(conn_type, server.url).create_customer(customer) in ("12", {"id": 12})
    with serving(Server(Reply(429))) as server, pytest.raises(ErpUnavailable):
        connect(conn_type, server.url, max_attempts=3).create_customer(customer)
    assert len(asked(server)) == 3


@WRITES
@pytest.mark.parametrize(
    "lost",
    [Reply(reset=True), Reply(500), Reply(503), Reply(body=b'{"id": 12}', cut=True), Reply(body=b" " * 2000)],
    ids=["reset", "500", "503", "cut off", "too long"],
)
def test_lost_answer_is_an_unknown_outcome_and_nothing_is_sent_again(
    connect: Any, conn_type: str, customer: Any, lost: Reply
) -> None:
    with serving(Server(lost)) as server, pytest.raises(OutcomeUnknown):
        connect(conn_type, server.url, max_body_bytes=1024).create_customer(customer)
    assert len(asked(server)) == 1


@WRITES
def test_silence_after_sending_is_an_unknown_outcome(connect: Any, conn_type: str, customer: Any) -> None:
    held = threading.Event()
    with serving(Server(Reply(hold=held))) as server:
        with pytest.raises(OutcomeUnknown, match="no answer within"):
            connect(conn_type, server.url, timeout_seconds=0.2).create_customer(customer)
        held.set()
    assert len(asked(server)) == 1


def test_read_that_is_too_long_stays_an_error_of_the_read(connect: Any) -> None:
    with serving(Server(Reply(body=b" " * 2000))) as server, pytest.raises(ErpProtocolError, match="max_body_bytes"):
        connect("lemonsoft", server.url, max_body_bytes=1024).update_customer(7, {"name": "B"})


@WRITES
def test_redirect_is_not_followed(connect: Any, conn_type: str, customer: Any) -> None:
    with serving(Server(Reply(308, headers={"Location": "/elsewhere"}))) as server, pytest.raises(ErpProtocolError):
        connect(conn_type, server.url).create_customer(customer)
    assert len(asked(server)) == 1


@WRITES
def test_server_that_is_not_there_was_not_written_to(connect: Any, conn_type: str, customer: Any) -> None:
    with serving(Server(DONE)) as server:
        gone = server.url
    with pytest.raises(ErpUnavailable, match="no connection could be opened"):
        connect(conn_type, gone).create_customer(customer)


@WRITES
def test_neither_record_nor_secret_stands_in_errors_and_logs(
    connect: Any, conn_type: str, customer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    words = "A secret-1 the-password"
    refusal = reply_json({"message": f"{words} Doe", "Message": f"{words} Doe"}, 400)
    with serving(Server(refusal)) as server, pytest.raises(ErpRejected) as caught:
        connect(conn_type, server.url).create_customer(customer | {"name": "Doe"})
    assert isinstance(caught.value, WriteRejected)
    assert caught.value.said in ("A *** *** Doe", "A *** *** Doe; A *** *** Doe")
    told = f"{caught.value}{caplog.text}"
    assert all(word not in told for word in ("Doe", "secret-1", "the-password"))


@pytest.mark.parametrize("conn_type", ["visma_net", "lemonsoft"])
def test_unknown_field_is_refused_before_anything_is_sent(connect: Any, conn_type: str) -> None:
    with serving(Server(DONE)) as server:
        hook = connect(conn_type, server.url)
        for write in (hook.create_customer, lambda fields: hook.update_customer(7, fields)):
            with pytest.raises(ValueError, match=r"unknown field 'nmae' .*known are"):
                write({"nmae": "A"})
    assert server.asked == []


@pytest.mark.parametrize(("conn_type", "title"), [("visma_px", "Visma PX"), ("fynn", "Fynn")])
def test_system_that_is_only_read_says_so(connect: Any, conn_type: str, title: str) -> None:
    hook: ErpHook = connect(conn_type, "http://127.0.0.1:9")
    with pytest.raises(ErpConfigError, match=f"cannot update a customer, {title} is only read here"):
        hook.update_customer({})
    with pytest.raises(ErpConfigError, match=f"cannot create a customer, {title} is only read here"):
        hook.create_customer({"name": "A"})
    with pytest.raises(ErpError, match=f"connection '{conn_type}_default': cannot update a customer"):
        hook.update_customer("1", {"name": "A"})
