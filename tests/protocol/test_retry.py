"""When a request is sent again, and how long the pauses are."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import ErpUnavailable, OutcomeUnknown
from airflow_provider_erp.protocol.drivers import complete, run
from airflow_provider_erp.protocol.messages import Answer, Lost, Request, Response
from airflow_provider_erp.protocol.retry import Retry, persist, retry_after_seconds

NOW = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
READ = Request("read", "http://x")
WRITE = Request("write", "http://x", method="POST", repeatable=False)


def response(status: int, seconds: float = 0.0, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=status, headers=named, body=b"", received_at=NOW, seconds=seconds)


def hold(request: Request, answers: list[Answer], retry: Retry | None = None) -> tuple[Response, list[float]]:
    pauses: list[float] = []
    left = list(answers)
    talk = persist(request, retry or Retry(jitter=lambda: 0.5))
    return complete(run(talk, lambda _: left.pop(0) if len(left) > 1 else left[0], pauses.append)), pauses


transient = st.one_of(
    st.sampled_from([408, 429, 499, 500, 502, 503, 504]).map(response),
    st.just(Lost("reset", sent=True)),
    st.just(Lost("refused", sent=False)),
)


@given(
    st.lists(transient, min_size=1, max_size=12),
    st.integers(1, 10),
    st.floats(0, 60),
    st.floats(0, 1),
)
def test_budget_is_never_exceeded_and_a_good_answer_within_it_is_never_missed(
    faults: list[Answer], attempts: int, seconds: float, jitter: float
) -> None:
    retry = Retry(max_attempts=attempts, max_seconds=seconds, jitter=lambda: jitter)
    pauses: list[float] = []
    sent = 0
    script = [*faults, response(200)]

    def send(_: Request) -> Answer:
        nonlocal sent
        sent += 1
        return script[sent - 1]

    try:
        answer = complete(run(persist(READ, retry), send, pauses.append))
    except ErpUnavailable:
        assert sent <= attempts
        next_pause = retry.delay(sent, sum(pauses), None)
        assert next_pause is None
    else:
        assert answer.status == 200
        assert sent == len(script)
    assert sent <= attempts
    assert sum(pauses) <= seconds


@given(st.integers(1, 8), st.floats(0, 1))
def test_pauses_start_near_half_a_second_and_double(failures: int, jitter: float) -> None:
    pause = Retry(max_attempts=99, max_seconds=1e9, jitter=lambda: jitter).delay(failures, 0, None)
    assert pause is not None
    assert 0.375 * 2 ** (failures - 1) <= pause <= 0.625 * 2 ** (failures - 1)


def test_budget_counts_from_the_first_failure_so_one_long_time_out_leaves_a_second_try() -> None:
    lost = Lost("no answer within 60 s", sent=True, seconds=60)
    answer, _ = hold(READ, [lost, response(200)])
    assert answer.status == 200
    with pytest.raises(ErpUnavailable, match="no answer within 60 s after 2 attempts"):
        hold(READ, [lost, lost, response(200)])


@pytest.mark.parametrize("answer", [*map(response, (408, 499, 500, 503)), Lost("reset", sent=True)])
def test_write_that_may_have_been_done_is_never_sent_again(answer: Answer) -> None:
    with pytest.raises(OutcomeUnknown, match="look before it is sent again"):
        hold(WRITE, [answer, response(200)])


@pytest.mark.parametrize("answer", [response(429), Lost("refused", sent=False)])
def test_write_that_was_not_done_may_be_sent_again(answer: Answer) -> None:
    assert hold(WRITE, [answer, response(201)])[0].status == 201


@pytest.mark.parametrize("status", [200, 204, 301, 400, 401, 403, 404, 409, 412, 422])
def test_other_answers_are_handed_on_at_once(status: int) -> None:
    answer, pauses = hold(READ, [response(status)])
    assert (answer.status, pauses) == (status, [])


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        (" 120 ", 120.0),
        ("99999999999999", 86_400.0),
        ("9" * 400, 86_400.0),
        ("Fri, 20 Nov 2099 00:00:00 GMT", 86_400.0),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        (format_datetime(NOW + dt.timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - dt.timedelta(seconds=90), usegmt=True), 0.0),
        ("Fri, 20 Nov 2026 00:01:30 -0000", None),
    ],
)
def test_retry_after_is_read_in_seconds_and_as_a_date(header: str, seconds: float | None) -> None:
    assert retry_after_seconds(response(429, retry_after=header)) == seconds


def test_date_is_held_against_the_servers_clock_not_ours() -> None:
    theirs = NOW + dt.timedelta(hours=1)
    until = format_datetime(theirs + dt.timedelta(seconds=5), usegmt=True)
    answer = response(503, retry_after=until, date=format_datetime(theirs, usegmt=True))
    assert retry_after_seconds(answer) == 5.0


def test_lost_answer_asks_for_nothing() -> None:
    assert retry_after_seconds(Lost("reset", sent=True)) is None
