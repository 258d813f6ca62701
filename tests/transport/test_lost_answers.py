"""Whether a request that has no answer was sent: only what fails while connecting was surely not."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme
from connect_proxy import tunnels_to, use_proxy
from loopback import LoopbackServer, Reply, serving

from airflow_provider_erp.exceptions import ErpConfigError
from airflow_provider_erp.protocol.messages import Answer, Lost, Request
from airflow_provider_erp.transport.asynchronous import opened
from airflow_provider_erp.transport.options import TransportOptions
from airflow_provider_erp.transport.sync import SyncTransport

Send = Callable[[Request, TransportOptions], Answer]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"
DAMAGED = b"\x17\x03\x03\x00\x20" + bytes(range(32))
BROKEN = {
    "reset": Reply(reset=True),
    "ended": Reply(verbatim=b""),
    "half a status line": Reply(verbatim=b"HTTP/1.1 20"),
    "a text in the clear": Reply(verbatim=b"", below_tls=b"HTTP/1.1 502 Bad Gateway\r\n\r\n"),
    "a damaged record": Reply(verbatim=b"", below_tls=DAMAGED),
    "an alert": Reply(verbatim=b"", below_tls=b"\x15\x03\x03\x00\x02\x02\x50"),
    "a body that breaks off": Reply(verbatim=HEAD),
    "a damaged record in the body": Reply(verbatim=HEAD, below_tls=DAMAGED),
    "two lengths": Reply(verbatim=b"HTTP/1.1 200 OK\r\nContent-Length: 5, 7\r\n\r\n{}"),
}


def send_sync(request: Request, options: TransportOptions) -> Answer:
    return SyncTransport(options).send(request)


def send_async(request: Request, options: TransportOptions) -> Answer:
    async def send() -> Answer:
        async with opened(options) as transport:
            return await transport.send(request)

    return asyncio.run(send())


@pytest.fixture(params=[send_sync, send_async], ids=["requests", "aiohttp"])
def send(request: pytest.FixtureRequest) -> Send:
    chosen: Send = request.param
    return chosen


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def options(authority: trustme.CA, tmp_path: Path) -> TransportOptions:
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    return TransportOptions(timeout_seconds=5, verify=str(bundle))


@contextmanager
def serving_tls(authority: trustme.CA, reply: Reply, name: str = "erp.example.com") -> Iterator[LoopbackServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, "127.0.0.1").configure_cert(context)
    with serving([reply], tls=context) as server:
        yield server


def lost(send: Send, url: str, options: TransportOptions) -> Lost:
    answer = send(Request("x", f"{url}/?key=secret", method="POST", body=b"{}", repeatable=False), options)
    assert isinstance(answer, Lost)
    assert "secret" not in repr(answer)
    return answer


@pytest.mark.parametrize("how", BROKEN)
def test_answer_that_breaks_behind_a_proxy_was_sent(
    send: Send, how: str, authority: trustme.CA, options: TransportOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving_tls(authority, BROKEN[how]) as server, tunnels_to(server.http.server_address[1]) as proxy:
        use_proxy(monkeypatch, proxy)
        told = lost(send, "https://erp.example.com", options)
    assert told.sent
    assert len(server.asked) == 1


@pytest.mark.parametrize("how", BROKEN)
def test_answer_that_breaks_under_tls_was_sent_and_blames_no_certificate(
    send: Send, how: str, authority: trustme.CA, options: TransportOptions
) -> None:
    with serving_tls(authority, BROKEN[how]) as server:
        told = lost(send, server.url, options)
    assert told.sent
    assert "certificate" not in told.reason
    assert len(server.asked) == 1


@pytest.mark.parametrize("how", [how for how, reply in BROKEN.items() if not reply.below_tls])
def test_answer_that_breaks_without_tls_was_sent(send: Send, how: str, options: TransportOptions) -> None:
    with serving([BROKEN[how]]) as server:
        assert lost(send, server.url, options).sent
    assert len(server.asked) == 1


def test_kept_connection_that_breaks_at_its_second_request_was_sent(
    authority: trustme.CA, options: TransportOptions
) -> None:
    replies = iter([Reply(200), Reply(reset=True)])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with serving(lambda _: next(replies), tls=context) as server:
        transport = SyncTransport(options)
        assert not isinstance(transport.send(Request("x", server.url)), Lost)
        answer = transport.send(Request("x", server.url, method="POST", body=b"{}", repeatable=False))
    assert answer == Lost("the connection was reset", sent=True, seconds=answer.seconds)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 502 Bad Gateway\r\n\r\n", b"HTTP/1.1 407 Who\r\n\r\n"])
def test_tunnel_that_the_proxy_refuses_was_not_sent(
    send: Send, answer: bytes, options: TransportOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tunnels_to(9, answer) as proxy:
        use_proxy(monkeypatch, proxy)
        told = lost(send, "https://erp.example.com", options)
    assert (told.reason, told.sent) == ("the proxy refused the connection", False)


def test_proxy_that_speaks_no_http_was_not_sent(options: TransportOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    with tunnels_to(9, b"what?\r\n\r\n") as proxy:
        use_proxy(monkeypatch, proxy)
        told = lost(send_sync, "https://erp.example.com", options)
    assert (told.reason, told.sent) == ("the proxy refused the connection", False)


def test_address_of_a_proxy_that_is_none_is_a_fault_of_the_connection(
    options: TransportOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_proxy(monkeypatch, "http://")
    with pytest.raises(ErpConfigError, match="the request cannot be sent"):
        send_sync(Request("x", "https://erp.example.com"), options)


@pytest.mark.parametrize("is_proxied", [True, False])
def test_certificate_of_another_host_was_not_sent(
    send: Send, authority: trustme.CA, options: TransportOptions, monkeypatch: pytest.MonkeyPatch, *, is_proxied: bool
) -> None:
    with serving_tls(authority, Reply(200), "other.example.com") as server:
        with tunnels_to(server.http.server_address[1]) as proxy:
            use_proxy(monkeypatch, proxy)
            url = "https://erp.example.com" if is_proxied else server.url.replace("127.0.0.1", "localhost")
            told = lost(send, url, options)
    assert (told.reason, told.sent) == ("the TLS handshake failed (certificate? see ca_bundle)", False)
    assert server.asked == []


def test_server_that_is_silent_in_the_handshake_was_not_sent(send: Send, options: TransportOptions) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        quick = TransportOptions(timeout_seconds=0.1, verify=options.verify)
        told = lost(send, f"https://127.0.0.1:{silent.getsockname()[1]}", quick)
    assert (told.reason, told.sent) == ("no connection within 0.1 s", False)


def test_server_that_hangs_up_in_the_handshake_was_not_sent(options: TransportOptions) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up() -> None:
            listening.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        told = lost(send_sync, f"https://127.0.0.1:{listening.getsockname()[1]}", options)
        thread.join()
    assert told.sent is False
