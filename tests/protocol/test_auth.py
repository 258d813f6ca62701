"""A token is fetched when needed, renewed once for all that were refused with it, and given up when it never works."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator
from typing import Any

import pytest

from airflow_provider_erp.exceptions import ErpAuthError, ErpProtocolError
from airflow_provider_erp.protocol.auth import Fixed, Login, Signed
from airflow_provider_erp.protocol.drivers import complete, run
from airflow_provider_erp.protocol.messages import Answer, Request, Response, T
from airflow_provider_erp.protocol.retry import Retry

NOW = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
QUESTION = Request("list", "https://x/list")


class Door:
    """A login that hands out t1, t2, ... and remembers how often it was asked."""

    def __init__(self, status: int = 200) -> None:
        self.logins = 0
        self.status = status
        self.secrets: list[str] = []
        self.auth = Login(
            Request("login", "https://x/login", method="POST"),
            lambda response: response.body.decode(),
            lambda token: {"Token": token},
            Retry(),
            "conn",
            self.secrets.append,
        )

    def hold(self, conversation: Generator[Any, Any, T]) -> T:
        return complete(run(conversation, self.answer, lambda _: None))

    def answer(self, _request: Request) -> Answer:
        self.logins += 1
        return Response(self.status, {"x-request-id": "r-1"}, b"t%d" % self.logins, NOW)

    def sign(self) -> Signed:
        return self.hold(self.auth.sign(QUESTION))

    def refused(self, signed: Signed) -> bool:
        return self.hold(self.auth.refused(signed))


def test_token_is_fetched_once_for_many_questions_and_told_to_be_masked() -> None:
    door = Door()
    assert [door.sign().request.headers["Token"] for _ in range(3)] == ["t1"] * 3
    assert (door.logins, door.secrets) == (1, ["t1"])


def test_eight_questions_refused_with_one_token_renew_it_once() -> None:
    door = Door()
    signed = [door.sign() for _ in range(8)]
    assert [door.refused(each) for each in signed] == [True] * 8
    assert door.logins == 2
    assert door.sign().token == "t2"


def test_renewed_token_that_never_worked_is_given_up() -> None:
    door = Door()
    assert door.refused(door.sign())
    assert not door.refused(door.sign())
    assert door.logins == 2


def test_renewed_token_that_worked_may_be_renewed_again() -> None:
    door = Door()
    for _ in range(3):
        signed = door.sign()
        door.auth.accepted(signed)
        assert door.refused(signed)
    assert door.logins == 4


def test_success_of_an_older_token_proves_nothing_of_the_newest() -> None:
    door = Door()
    old = door.sign()
    assert door.refused(old)
    door.auth.accepted(old)
    assert not door.refused(door.sign())


@pytest.mark.parametrize("status", [400, 401, 403])
def test_login_that_is_refused_is_an_auth_error_with_the_vendors_request_id(status: int) -> None:
    with pytest.raises(
        ErpAuthError, match=f"login: refused with status {status}; check the credentials of connection 'conn'"
    ) as caught:
        Door(status).sign()
    assert (caught.value.status, caught.value.request_id) == (status, "r-1")


def test_login_that_is_redirected_is_not_followed() -> None:
    with pytest.raises(ErpProtocolError, match="credentials are not sent on"):
        Door(302).sign()


def test_fixed_credential_is_never_renewed() -> None:
    door = Door()
    fixed = Fixed({"X-Key": "k"}, query=(("key", "a+b"),))
    signed = door.hold(fixed.sign(QUESTION))
    assert (signed.request.headers["X-Key"], signed.request.url) == ("k", "https://x/list?key=a%2Bb")
    assert not door.hold(fixed.refused(signed))
    assert door.logins == 0
