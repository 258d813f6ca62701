"""Faults that replace an answer or spoil its bytes, as a client meets them."""

from __future__ import annotations

import gzip
import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from urllib.parse import urlsplit

import pytest
import requests
from sandbox_client import Client, open_client

VENDORS = ("visma_px", "visma_net", "lemonsoft", "fynn")
every_vendor = pytest.mark.parametrize("vendor", VENDORS)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with open_client(customers=60, requests_per_session=10_000) as opened:
        yield opened


def ask(client: Client, vendor: str) -> requests.Response:
    asks: dict[str, Callable[[], requests.Response]] = {
        "visma_px": partial(client.px, "Customer"),
        "visma_net": client.visma_net,
        "lemonsoft": client.lemonsoft,
        "fynn": client.fynn,
    }
    return asks[vendor]()


@every_vendor
@pytest.mark.parametrize(("kind", "status"), [("403", 403), ("404", 404), ("429_long", 429)])
def test_refusal_comes_in_the_vendors_place(client: Client, vendor: str, kind: str, status: int) -> None:
    client.sandbox.arm(vendor, kind)
    answer = ask(client, vendor)
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == ("3600" if status == 429 else None)
    assert ask(client, vendor).status_code == 200


@every_vendor
def test_byte_order_mark_stands_before_the_same_json(client: Client, vendor: str) -> None:
    expected = ask(client, vendor).content
    client.sandbox.arm(vendor, "bom")
    assert ask(client, vendor).content == b"\xef\xbb\xbf" + expected


@every_vendor
def test_latin_1_is_no_utf_8_although_the_header_says_so(client: Client, vendor: str) -> None:
    expected = ask(client, vendor).text
    client.sandbox.arm(vendor, "latin1")
    answer = ask(client, vendor)
    assert "utf-8" in answer.headers["Content-Type"]
    assert answer.content.decode("latin-1") == expected
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode()


@every_vendor
def test_gzip_is_unpacked_to_the_same_body_with_the_same_headers(client: Client, vendor: str) -> None:
    expected = ask(client, vendor)
    client.sandbox.arm(vendor, "gzip")
    answer = ask(client, vendor)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Type"] == expected.headers["Content-Type"]
    assert answer.content == expected.content


@every_vendor
def test_cut_gzip_is_whole_for_http_and_ends_early_for_gzip(client: Client, vendor: str) -> None:
    asked = ask(client, vendor).request
    client.sandbox.arm(vendor, "gzip_cut")
    packed = bytes_of(asked)
    with pytest.raises(EOFError):
        gzip.decompress(packed)


def bytes_of(asked: requests.PreparedRequest) -> bytes:
    """The body of the answer to a request that is sent again, not unpacked."""
    url = urlsplit(asked.url or "")
    with closing(http.client.HTTPConnection(str(url.hostname), url.port, timeout=10)) as connection:
        connection.request("GET", f"{url.path}?{url.query}", headers=dict(asked.headers))
        return connection.getresponse().read()


def test_slow_answer_takes_a_second_and_is_whole(client: Client) -> None:
    expected = client.fynn().json()
    client.sandbox.arm("fynn", "slow")
    begun = time.monotonic()
    assert client.fynn().json() == expected
    assert time.monotonic() - begun >= 1.0


def test_latency_delays_data_requests_and_no_others() -> None:
    with open_client(customers=5, latency_seconds=0.5) as client:
        begun = time.monotonic()
        client.request_token()
        between = time.monotonic()
        client.lemonsoft()
        assert between - begun < 0.5 <= time.monotonic() - between


def test_negative_latency_is_refused() -> None:
    with pytest.raises(ValueError, match="0 seconds or more, got -1"), open_client(latency_seconds=-1):
        pass
