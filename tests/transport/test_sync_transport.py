"""The sync transport on real sockets: what it sends, what it says when nothing comes, and whom it trusts."""

from __future__ import annotations

import logging
import ssl
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import responses
import trustme
from loopback import Asked, Reply, serving
from requests import RequestException
from requests.exceptions import (
    ChunkedEncodingError,
    ConnectTimeout,
    ContentDecodingError,
    InvalidHeader,
    ProxyError,
    SSLError,
    TooManyRedirects,
)

from airflow_provider_erp.exceptions import ErpConfigError
from airflow_provider_erp.protocol.messages import Lost, Request, Response
from airflow_provider_erp.transport.options import TransportOptions, proxy_for
from airflow_provider_erp.transport.sync import SyncTransport


def test_answer_comes_with_its_status_lower_case_headers_and_body() -> None:
    with serving([Reply(404, b"gone", {"X-Request-Id": "r"})]) as server:
        answer = SyncTransport(TransportOptions()).send(Request("x", f"{server.url}/a"))
    assert isinstance(answer, Response)
    assert (answer.status, answer.headers["x-request-id"], answer.body) == (404, "r", b"gone")
    assert answer.received_at.tzinfo is not None
    assert server.asked[0].headers["user-agent"].startswith("airflow-provider-erp/")


def test_body_and_method_go_out_as_given() -> None:
    with serving([Reply(200)]) as server:
        request = Request("x", f"{server.url}/a", method="POST", headers={"Content-Type": "text/x"}, body=b"\x00body")
        SyncTransport(TransportOptions()).send(request)
    assert (server.asked[0].method, server.asked[0].body) == ("POST", b"\x00body")
    assert server.asked[0].headers["content-type"] == "text/x"


def test_redirect_is_handed_on_and_not_followed() -> None:
    with serving([Reply(302, headers={"Location": "/b"})]) as server:
        answer = SyncTransport(TransportOptions()).send(Request("x", f"{server.url}/a"))
    assert isinstance(answer, Response)
    assert answer.status == 302
    assert len(server.asked) == 1


def lost(url: str, options: TransportOptions | None = None) -> Lost:
    answer = SyncTransport(options or TransportOptions()).send(Request("x", url))
    assert isinstance(answer, Lost)
    assert "secret" not in repr(answer)
    return answer


def test_refused_connection_was_not_sent() -> None:
    told = lost("http://127.0.0.1:9/?key=secret")
    assert (told.reason, told.sent) == ("no connection could be opened", False)


def test_unknown_name_was_not_sent() -> None:
    assert lost("http://erp.invalid/?key=secret").sent is False


def test_reset_and_cut_off_bodies_were_sent() -> None:
    with serving([Reply(reset=True)]) as server:
        told = lost(f"{server.url}/?key=secret")
    assert (told.reason, told.sent) == ("the connection was reset", True)
    with serving([Reply(body=b"0123456789", cut=True)]) as server:
        told = lost(f"{server.url}/?key=secret")
    assert (told.reason, told.sent) == ("the body broke off", True)


def test_silence_ends_with_the_time_out() -> None:
    held = threading.Event()
    with serving([Reply(hold=held)]) as server:
        told = lost(f"{server.url}/?key=secret", TransportOptions(timeout_seconds=0.1))
        held.set()
    assert (told.reason, told.sent) == ("no answer within 0.1 s", True)
    assert told.seconds >= 0.1


@responses.activate
@pytest.mark.parametrize(
    ("raised", "reason"),
    [
        (ConnectTimeout("secret"), "no answer within 60 s"),
        (ProxyError("secret"), "the connection was reset"),
        (ContentDecodingError("secret"), "the body broke off"),
        (SSLError("secret"), "the TLS connection broke"),
        (ChunkedEncodingError("secret"), "the body broke off"),
        (InvalidHeader("secret"), "the answer has headers that cannot be read"),
        (TooManyRedirects("secret"), "the request failed (TooManyRedirects)"),
    ],
)
def test_failure_of_the_library_that_is_not_known_to_be_of_the_connecting_was_sent(
    raised: RequestException, reason: str
) -> None:
    responses.add(responses.GET, "https://erp.example.com/", body=raised)
    told = lost("https://erp.example.com/?key=secret")
    assert (told.reason, told.sent) == (reason, True)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def test_private_certificate_is_trusted_only_when_its_authority_is_named(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with serving([Reply(200, b"hello")], tls=context) as server:
        assert "TLS" in lost(f"{server.url}/?key=secret").reason
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
        assert "TLS" in lost(f"{server.url}/?key=secret").reason
        for verify in (str(bundle), False):
            answer = SyncTransport(TransportOptions(verify=verify)).send(Request("x", server.url))
            assert isinstance(answer, Response)
            assert answer.body == b"hello"


def test_bundle_that_is_none_is_told_in_plain_words(tmp_path: Path) -> None:
    missing = TransportOptions(verify=str(tmp_path / "none.pem"))
    assert lost("https://127.0.0.1:9/?key=secret", missing).reason == "the request failed (OSError)"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("", "hush-hush €"),
        ("", "hush-hush\nline"),
        ("", " hush-hush"),
        ("https://evil..example/", "hush-hush"),
        (f"https://{'x' * 70}.example/", "hush-hush"),
    ],
)
def test_request_that_cannot_be_sent_is_a_fault_of_the_connection_that_shows_no_secret(url: str, key: str) -> None:
    with serving([Reply(200)]) as server:
        with pytest.raises(ErpConfigError, match="the request cannot be sent") as caught:
            SyncTransport(TransportOptions()).send(Request("x", url or server.url, headers={"X-Key": key}))
    assert "hush-hush" not in "".join(traceback.format_exception(caught.value))
    assert server.asked == []


def test_silence_in_the_middle_of_a_body_ends_with_the_time_out() -> None:
    held = threading.Event()
    with serving([Reply(body=b"0123456789", stall=held)]) as server:
        told = lost(f"{server.url}/?key=secret", TransportOptions(timeout_seconds=0.1))
        held.set()
    assert (told.reason, told.sent) == ("no more bytes within 0.1 s", True)


def test_proxies_come_from_the_environment_except_where_it_says_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy:1")
    monkeypatch.setenv("no_proxy", "localhost,.internal")
    assert proxy_for("https://erp.example.com/x") == "http://proxy:1"
    assert proxy_for("https://erp.internal/x") is None
    assert proxy_for("http://erp.example.com/x") is None
    assert proxy_for("https://127.0.0.2/x") is None
    monkeypatch.setenv("all_proxy", "http://all:1")
    assert proxy_for("http://erp.example.com/x") == "http://all:1"


def test_debug_log_of_the_library_keeps_the_path_and_loses_the_query(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving([Reply(200)]) as server:
        SyncTransport(TransportOptions()).send(Request("x", f"{server.url}/list?key=secret"))
    assert "/list?..." in caplog.text
    assert "secret" not in caplog.text


def test_connections_of_many_threads_are_kept_for_their_next_requests(caplog: pytest.LogCaptureFixture) -> None:
    threads = 24
    together = threading.Barrier(threads)

    def script(_: Asked) -> Reply:
        together.wait(10)
        return Reply(200)

    with serving(script) as server, ThreadPoolExecutor(threads) as pool, caplog.at_level(logging.WARNING):
        transport = SyncTransport(TransportOptions())
        answers = list(pool.map(lambda _: transport.send(Request("x", f"{server.url}/a")), range(2 * threads)))
    assert all(isinstance(answer, Response) for answer in answers)
    assert "pool is full" not in caplog.text
