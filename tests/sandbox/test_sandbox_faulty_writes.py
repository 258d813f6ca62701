"""Faults that only writes meet: done or not done, as each says, and never met by a request that reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic

import pytest
import requests
from sandbox_client import Client, open_client
from sandbox_writer import Writer, a_customer

Write = Callable[[], requests.Response]
WRITABLE = ("visma_net", "lemonsoft")


@pytest.fixture
def writer() -> Iterator[Writer]:
    with open_client(customers=20, requests_per_session=1000) as client:
        yield Writer(client)


def write_of(writer: Writer, vendor: str) -> Write:
    writes: dict[str, Write] = {
        "visma_net": lambda: writer.visma_net("POST", "", a_customer(number=None)),
        "lemonsoft": lambda: writer.lemonsoft("POST", "", {"name": "NewCustomer"}),
    }
    return writes[vendor]


def created(client: Client, vendor: str) -> int:
    return client.sandbox.tally(vendor).created


@pytest.mark.parametrize("vendor", WRITABLE)
@pytest.mark.parametrize(("kind", "done"), [("write_lost", 1), ("write_unsent", 0)])
def test_answer_is_lost_whether_the_write_was_done_or_not(writer: Writer, vendor: str, kind: str, done: int) -> None:
    writer.client.sandbox.arm(vendor, kind)
    with pytest.raises(requests.ConnectionError):
        write_of(writer, vendor)()
    assert created(writer.client, vendor) == done
    assert write_of(writer, vendor)().ok


@pytest.mark.parametrize("vendor", WRITABLE)
@pytest.mark.parametrize(
    ("kind", "status", "done"),
    [("write_500", 500, 1), ("write_500_undone", 500, 0), ("write_rejected", 400, 0), ("write_429", 429, 0)],
)
def test_write_is_answered_and_done_as_the_kind_says(
    writer: Writer, vendor: str, kind: str, status: int, done: int
) -> None:
    writer.client.sandbox.arm(vendor, kind)
    answer = write_of(writer, vendor)()
    assert (answer.status_code, created(writer.client, vendor)) == (status, done)
    assert answer.json()
    assert ("Retry-After" in answer.headers) == (status == 429)


def test_lemonsoft_refuses_with_status_200_too(writer: Writer) -> None:
    writer.client.sandbox.arm("lemonsoft", "write_rejected_200")
    answer = write_of(writer, "lemonsoft")()
    assert (answer.status_code, answer.json()["has_errors"]) == (200, True)
    assert answer.json()["errors"]
    assert created(writer.client, "lemonsoft") == 0


def test_slow_write_is_done_late(writer: Writer) -> None:
    writer.client.sandbox.arm("visma_net", "write_slow")
    begun = monotonic()
    assert write_of(writer, "visma_net")().status_code == 201
    assert monotonic() - begun >= 1


def test_write_goes_to_the_background_unasked(writer: Writer) -> None:
    writer.client.sandbox.arm("visma_net", "write_background")
    answer = write_of(writer, "visma_net")()
    assert (answer.status_code, created(writer.client, "visma_net")) == (202, 1)
    assert answer.json()["stateLocation"]


@pytest.mark.parametrize("vendor", WRITABLE)
def test_requests_that_read_neither_meet_nor_count_for_faults_of_writes(writer: Writer, vendor: str) -> None:
    client = writer.client
    client.sandbox.arm(vendor, "write_rejected", count=2, after=1)
    read = client.visma_net if vendor == "visma_net" else client.lemonsoft
    assert [read().status_code for _ in range(3)] == [200, 200, 200]
    answers = []
    for _ in range(4):
        answers.append(write_of(writer, vendor)().ok)
        read()
    assert answers == [True, False, False, True]


def test_reading_meets_its_own_fault_behind_one_of_writes(writer: Writer) -> None:
    writer.client.sandbox.arm("visma_net", "write_429")
    writer.client.sandbox.arm("visma_net", "500")
    assert writer.client.visma_net().status_code == 500
    assert write_of(writer, "visma_net")().status_code == 429


def test_faults_of_writes_are_armed_over_http_and_only_where_there_are_writes(writer: Writer) -> None:
    fault = {"vendor": "visma_net", "kind": "write_lost", "count": 2, "after": 3}
    assert writer.client.control("POST", "/faults", fault).json() == [fault]
    refused = writer.client.control("POST", "/faults", fault | {"vendor": "fynn"})
    assert (refused.status_code, "fynn has no writes" in refused.json()["message"]) == (400, True)
    with pytest.raises(ValueError, match="only lemonsoft have"):
        writer.client.sandbox.arm("visma_net", "write_rejected_200")
