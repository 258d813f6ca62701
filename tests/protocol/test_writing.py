"""When a write is sent again, and what becomes of it: the server is played by a list of answers."""

from __future__ import annotations

import datetime as dt
import pickle
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import ErpAuthError, ErpError, ErpProtocolError, ErpUnavailable, OutcomeUnknown
from airflow_provider_erp.protocol.auth import Auth, Fixed, Login
from airflow_provider_erp.protocol.drivers import complete, run
from airflow_provider_erp.protocol.exchange import Exchange
from airflow_provider_erp.protocol.messages import Answer, Lost, Request, Response
from airflow_provider_erp.protocol.retry import Retry
from airflow_provider_erp.protocol.writing import MOST_SAID, RecordChanged, WriteRejected, write

WRITE = Request("write it", "http://x/a", "POST", {"Accept": "text/plain"}, b"{}", repeatable=False)
RETRY = Retry(max_attempts=3, max_seconds=60, jitter=lambda: 0.5)


def response(status: int, body: bytes = b"", **headers: str) -> Response:
    return Response(
        status, {name.replace("_", "-"): text for name, text in headers.items()}, body, dt.datetime.now(dt.UTC)
    )


def said(body: bytes) -> str | None:
    return body.decode() or None


class Played:
    """Holds one write with the answers in turn, the last one for ever; logs in with ``token-1``, ``token-2``..."""

    def __init__(self, *answers: Answer, fixed: Auth | None = None) -> None:
        self.answers = list(answers)
        self.writes: list[Request] = []
        self.logins = 0
        self.pauses: list[float] = []
        login = Request("log in", "http://x/login", "POST")
        token = Login(
            login, lambda _: f"token-{self.logins}", lambda text: {"Key": text}, RETRY, "conn", lambda _: None
        )
        self.exchange = Exchange(fixed or token, RETRY, "conn")

    def send(self, request: Request) -> Answer:
        if request.url.endswith("/login"):
            self.logins += 1
            return response(200)
        self.writes.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def hold(self, **options: Any) -> Response:
        return complete(run(write(self.exchange, WRITE, said, **options), self.send, self.pauses.append))


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_2xx_is_given(status: int) -> None:
    played = Played(response(status, b"done"))
    assert played.hold().body == b"done"
    assert [(asked.method, asked.body, asked.headers["Key"]) for asked in played.writes] == [("POST", b"{}", "token-1")]


def test_expired_token_is_renewed_once_and_the_write_sent_again() -> None:
    played = Played(response(401), response(201))
    assert played.hold().status == 201
    assert [asked.headers["Key"] for asked in played.writes] == ["token-1", "token-2"]


def test_second_401_is_reported_and_the_write_not_sent_a_third_time() -> None:
    played = Played(response(401, x_request_id="r1"))
    with pytest.raises(
        ErpAuthError, match=r"write it: refused with status 401; .*'conn' and whether they may write"
    ) as e:
        played.hold()
    assert (len(played.writes), e.value.status, e.value.request_id) == (2, 401, "r1")


def test_fixed_credential_that_is_refused_is_reported_at_once() -> None:
    played = Played(response(401), fixed=Fixed({}))
    with pytest.raises(ErpAuthError):
        played.hold()
    assert len(played.writes) == 1


def test_right_to_write_that_is_missing_is_no_fault_of_the_record() -> None:
    with pytest.raises(ErpAuthError, match="status 403"):
        Played(response(403)).hold()


def test_what_was_not_done_is_sent_again_within_the_budget() -> None:
    played = Played(response(429, retry_after="2"), Lost("refused", sent=False), response(201))
    assert played.hold().status == 201
    assert (len(played.writes), played.pauses) == (3, [2.0, 1.0])


@pytest.mark.parametrize("answer", [response(429), Lost("refused", sent=False)], ids=["429", "no connection"])
def test_what_was_not_done_within_the_budget_is_unavailable(answer: Answer) -> None:
    played = Played(answer)
    with pytest.raises(ErpUnavailable):
        played.hold()
    assert len(played.writes) == 3


@pytest.mark.parametrize(
    "answer",
    [*map(response, (408, 499, 500, 502, 503, 504, 302, 303, 304, 100)), Lost("reset", sent=True)],
    ids=lambda answer: str(getattr(answer, "status", "lost")),
)
def test_what_may_have_been_done_is_unknown_and_never_sent_again(answer: Answer) -> None:
    played = Played(answer)
    with pytest.raises(OutcomeUnknown, match=r"write it: .*; look before it is sent again"):
        played.hold()
    assert len(played.writes) == 1


@pytest.mark.parametrize("status", [301, 307, 308])
def test_redirect_of_a_write_is_never_followed(status: int) -> None:
    played = Played(response(status, location="http://x/b"))
    with pytest.raises(ErpProtocolError, match=r"a write is not sent on; .*connection 'conn'"):
        played.hold()
    assert [asked.url for asked in played.writes] == ["http://x/a"]


@pytest.mark.parametrize("status", [400, 404, 405, 409, 413, 422])
def test_any_other_4xx_is_a_rejection_with_what_the_vendor_said(status: int) -> None:
    with pytest.raises(WriteRejected) as caught:
        Played(response(status, b"Name of\r\n  A\x00B is wrong", request_id="r2")).hold()
    error = caught.value
    assert (type(error), error.status, error.request_id) == (WriteRejected, status, "r2")
    assert error.said == "Name of A B is wrong"
    assert "wrong" not in str(error)


def test_record_that_was_changed_by_somebody_is_told_apart() -> None:
    with pytest.raises(RecordChanged, match=r"status 412; it was changed since it was read") as caught:
        Played(response(412)).hold()
    assert caught.value.said is None


def test_refusal_inside_a_2xx_is_a_rejection() -> None:
    with pytest.raises(WriteRejected) as caught:
        Played(response(200, b"\xef\xbb\xbfno")).hold(refused=lambda body: body == b"no")
    assert (caught.value.status, caught.value.said) == (200, "no")


@given(st.text())
def test_what_is_said_is_one_short_line_without_the_credential(text: str) -> None:
    spoken = f"{text} token-1 Bearer abc.def {text}"
    with pytest.raises(WriteRejected) as caught:
        Played(response(400, spoken.encode("utf-8", "replace"))).hold()
    kept = caught.value.said or ""
    assert "token-1" not in kept
    assert "abc.def" not in kept
    assert len(kept) <= MOST_SAID
    assert kept.splitlines() in ([kept], [])


def test_rejection_keeps_what_was_said_between_processes() -> None:
    with pytest.raises(WriteRejected) as caught:
        Played(response(400, b"taken")).hold()
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.said, again.status, str(again)) == ("taken", 400, str(caught.value))


def test_request_that_may_be_repeated_is_no_write() -> None:
    read = Request("read it", "http://x/a")
    with pytest.raises(ValueError, match="read it: a write must not be repeatable"):
        complete(run(write(Played().exchange, read, said), lambda _: response(200), lambda _: None))


NOT_DONE: list[Answer] = [response(429), response(401), Lost("refused", sent=False)]
PERHAPS_DONE: list[Answer] = [Lost("reset", sent=True), response(503), response(408)]


@given(st.lists(st.sampled_from(NOT_DONE + PERHAPS_DONE), max_size=6))
def test_nothing_is_sent_after_an_answer_that_may_have_been_done(faults: list[Answer]) -> None:
    played = Played(*faults, response(201))
    with suppress(ErpError):
        played.hold()
    first = next((at for at, fault in enumerate(faults) if fault in PERHAPS_DONE), len(faults))
    assert len(played.writes) <= first + 1
