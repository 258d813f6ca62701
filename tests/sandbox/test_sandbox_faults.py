"""Faults on request: each as a client meets it, on data requests only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
import requests
from sandbox_client import Client, open_client

Ask = Callable[[], requests.Response]


@pytest.fixture(scope="module")
def opened() -> Iterator[Client]:
    with open_client(customers=60, requests_per_session=1000) as client:
        yield client


@pytest.fixture
def client(opened: Client) -> Client:
    opened.control("DELETE", "/faults")
    opened.token = opened.request_token().json()["access_token"]
    opened.lemonsoft_session = opened.log_in().json()["session_id"]
    return opened


def asks(client: Client) -> dict[str, Ask]:
    return {
        "visma_px": partial(client.px, "Customer"),
        "visma_net": client.visma_net,
        "lemonsoft": client.lemonsoft,
        "fynn": client.fynn,
    }


VENDORS = ("visma_px", "visma_net", "lemonsoft", "fynn")


@pytest.mark.parametrize("vendor", VENDORS)
def test_429_says_when_to_come_back_and_passes(client: Client, vendor: str) -> None:
    client.sandbox.arm(vendor, "429", count=2)
    answers = [asks(client)[vendor]() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "1"


@pytest.mark.parametrize("vendor", VENDORS)
def test_500_comes_after_the_requests_that_were_let_pass(client: Client, vendor: str) -> None:
    client.sandbox.arm(vendor, "500", after=1)
    assert [asks(client)[vendor]().status_code for _ in range(3)] == [200, 500, 200]


@pytest.mark.parametrize("vendor", VENDORS)
def test_html_comes_with_status_200(client: Client, vendor: str) -> None:
    client.sandbox.arm(vendor, "html")
    answer = asks(client)[vendor]()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(("kind", "message"), [("reset", "reset by peer"), ("truncated", "IncompleteRead")])
def test_answer_breaks_off_in_the_middle(client: Client, vendor: str, kind: str, message: str) -> None:
    client.sandbox.arm(vendor, kind)
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match=message):
        asks(client)[vendor]()
    assert asks(client)[vendor]().status_code == 200


def test_broken_off_refusal_breaks_off_too(client: Client) -> None:
    client.sandbox.arm("fynn", "truncated")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        client.fynn(limit=500)


@pytest.mark.parametrize("vendor", ["visma_net", "lemonsoft"])
def test_expired_token_stays_refused_and_a_new_one_works(client: Client, vendor: str) -> None:
    client.sandbox.arm(vendor, "expired_token")
    assert [asks(client)[vendor]().status_code for _ in range(2)] == [401, 401]
    client.token = client.request_token().json()["access_token"]
    client.lemonsoft_session = client.log_in().json()["session_id"]
    assert asks(client)[vendor]().status_code == 200


def test_token_and_log_in_requests_never_meet_a_fault(client: Client) -> None:
    client.sandbox.arm("visma_net", "500")
    client.sandbox.arm("lemonsoft", "500")
    assert client.request_token().status_code == client.log_in().status_code == 200
    assert client.visma_net().status_code == client.lemonsoft().status_code == 500


def test_fault_of_one_vendor_leaves_the_others_alone(client: Client) -> None:
    client.sandbox.arm("fynn", "500")
    assert {vendor: ask().status_code for vendor, ask in asks(client).items()} == {
        "visma_px": 200,
        "visma_net": 200,
        "lemonsoft": 200,
        "fynn": 500,
    }


def test_faults_of_one_vendor_queue(client: Client) -> None:
    client.sandbox.arm("fynn", "500")
    client.sandbox.arm("fynn", "429", after=1)
    assert [client.fynn().status_code for _ in range(4)] == [500, 200, 429, 200]


def test_faults_are_armed_listed_and_cleared_over_http(client: Client) -> None:
    fault = {"vendor": "fynn", "kind": "500", "count": 3, "after": 1}
    assert client.control("POST", "/faults", fault).json() == [fault]
    client.fynn()
    client.fynn()
    assert client.control("GET", "/faults").json() == [{**fault, "count": 2, "after": 0}]
    assert client.control("DELETE", "/faults").json() == []
    assert client.fynn().status_code == 200


@pytest.mark.parametrize(
    "fault",
    [
        {"vendor": "sap", "kind": "500"},
        {"vendor": "fynn", "kind": "flood"},
        {"vendor": "fynn", "kind": "500", "count": 0},
        {"vendor": "fynn", "kind": "expired_token"},
        {"vendor": "fynn"},
        "fynn:500",
    ],
)
def test_fault_that_cannot_be_is_refused_with_its_reason(client: Client, fault: object) -> None:
    answer = client.control("POST", "/faults", fault)
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert client.control("GET", "/faults").json() == []


def test_fault_of_an_unknown_vendor_is_a_value_error_that_lists_the_known_ones(client: Client) -> None:
    with pytest.raises(ValueError, match="visma_px, visma_net, lemonsoft, fynn"):
        client.sandbox.arm("sap", "500")
