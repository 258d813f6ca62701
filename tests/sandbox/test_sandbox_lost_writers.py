"""Who writes and is gone before the answer: a write that came whole is done, one that was cut never came."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from sandbox_client import open_client
from sandbox_writer import Writer, a_customer

PATH = "/visma-net/v1/customer"
BODY = json.dumps(a_customer("77001")).encode()


@pytest.fixture
def writer() -> Iterator[Writer]:
    with open_client(customers=5, latency_seconds=0.3) as client:
        yield Writer(client)


def send(writer: Writer, body: bytes) -> None:
    """A customer, of whose body so much is sent; then the writer is gone, as a process that is killed."""
    url = urlsplit(writer.client.sandbox.url)
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: {url.netloc}\r\nAuthorization: Bearer {writer.client.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
    )
    with socket.create_connection((url.hostname or "", url.port or 0)) as connection:
        connection.sendall(head.encode() + body)


def until_it_is_created(writer: Writer) -> None:
    deadline = time.monotonic() + 10
    while writer.client.sandbox.tally("visma_net").created < 1:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def came(writer: Writer) -> int:
    return writer.client.sandbox.requests.count(("POST", PATH))


def test_write_that_came_whole_is_done_though_nobody_waits_for_its_answer(writer: Writer) -> None:
    send(writer, BODY)
    until_it_is_created(writer)
    assert came(writer) == 1


def test_write_that_was_cut_is_no_request_and_is_not_done(writer: Writer, caplog: pytest.LogCaptureFixture) -> None:
    send(writer, BODY[:-1])
    send(writer, BODY)
    until_it_is_created(writer)
    assert came(writer) == 1
    assert caplog.text == ""
