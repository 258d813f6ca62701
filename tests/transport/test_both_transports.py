"""Both transports on real sockets: the same answers, the same words when nothing comes, the same trust."""

from __future__ import annotations

import asyncio
import gzip
import logging
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from loopback import Reply, serving

from airflow_provider_erp.exceptions import ErpConfigError, ErpProtocolError
from airflow_provider_erp.protocol.messages import Answer, Lost, Opened, Request, Response
from airflow_provider_erp.transport.asynchronous import opened
from airflow_provider_erp.transport.options import TransportOptions
from airflow_provider_erp.transport.sync import SyncTransport

Sent = tuple[Answer, list[bytes | Lost]]
Send = Callable[..., Sent]


def send_sync(request: Request, options: TransportOptions | None = None) -> Sent:
    answer = SyncTransport(options or TransportOptions()).send(request)
    pieces: list[bytes | Lost] = []
    while isinstance(answer, Opened) and isinstance(piece := answer.source.read(), bytes) and piece:
        pieces.append(piece)
    if isinstance(answer, Opened):
        pieces += [piece] if isinstance(piece, Lost) else []
        answer.source.close()
    return answer, pieces


def send_async(request: Request, options: TransportOptions | None = None) -> Sent:
    async def send() -> Sent:
        async with opened(options or TransportOptions()) as transport:
            answer = await transport.send(request)
            pieces: list[bytes | Lost] = []
            while isinstance(answer, Opened) and isinstance(piece := await answer.source.read(), bytes) and piece:
                pieces.append(piece)
            if isinstance(answer, Opened):
                pieces += [piece] if isinstance(piece, Lost) else []
                await answer.source.close()
            return answer, pieces

    return asyncio.run(send())


@pytest.fixture(params=[send_sync, send_async], ids=["requests", "aiohttp"])
def send(request: pytest.FixtureRequest) -> Send:
    chosen: Send = request.param
    return chosen


def lost(send: Send, url: str, options: TransportOptions | None = None) -> Lost:
    answer, _ = send(Request("x", url), options)
    assert isinstance(answer, Lost)
    assert "secret" not in repr(answer)
    return answer


def test_answer_comes_with_its_status_lower_case_headers_and_body(send: Send) -> None:
    with serving([Reply(404, b"gone", {"X-Request-Id": "r"})]) as server:
        answer, _ = send(Request("x", f"{server.url}/a?b=%2B%3E%3D"))
    assert isinstance(answer, Response)
    assert (answer.status, answer.headers["x-request-id"], answer.body) == (404, "r", b"gone")
    assert server.asked[0].headers["user-agent"].startswith("airflow-provider-erp/")
    assert server.targets == ["/a?b=%2B%3E%3D"]


def test_body_and_method_go_out_as_given(send: Send) -> None:
    with serving([Reply(200)]) as server:
        send(Request("x", f"{server.url}/a", method="POST", headers={"Content-Type": "text/x"}, body=b"\x00body"))
    assert (server.asked[0].method, server.asked[0].body) == ("POST", b"\x00body")
    assert server.asked[0].headers["content-type"] == "text/x"


def test_redirect_is_handed_on_and_not_followed(send: Send) -> None:
    with serving([Reply(302, headers={"Location": "/b"})]) as server:
        answer, _ = send(Request("x", f"{server.url}/a"))
    assert isinstance(answer, Response)
    assert (answer.status, len(server.asked)) == (302, 1)


def test_compressed_answer_is_unpacked(send: Send) -> None:
    with serving([Reply(200, gzip.compress(b"hello"), {"Content-Encoding": "gzip"})]) as server:
        answer, _ = send(Request("x", server.url))
    assert isinstance(answer, Response)
    assert answer.body == b"hello"


def test_refused_connection_and_unknown_name_were_not_sent(send: Send) -> None:
    told = lost(send, "http://127.0.0.1:9/?key=secret")
    assert (told.reason, told.sent) == ("no connection could be opened", False)
    assert lost(send, "http://erp.invalid/?key=secret").sent is False


def test_reset_and_cut_off_bodies_were_sent(send: Send) -> None:
    with serving([Reply(reset=True)]) as server:
        told = lost(send, f"{server.url}/?key=secret")
    assert (told.reason, told.sent) == ("the connection was reset", True)
    with serving([Reply(body=b"0123456789", cut=True)]) as server:
        told = lost(send, f"{server.url}/?key=secret")
    assert (told.reason, told.sent) == ("the body broke off", True)


def test_silence_ends_with_the_time_out(send: Send) -> None:
    held = threading.Event()
    with serving([Reply(hold=held)]) as server:
        told = lost(send, f"{server.url}/?key=secret", TransportOptions(timeout_seconds=0.1))
        held.set()
    assert (told.reason, told.sent) == ("no answer within 0.1 s", True)
    assert told.seconds >= 0.1


def test_private_certificate_is_trusted_only_when_its_authority_is_named(send: Send, tmp_path: Path) -> None:
    authority = trustme.CA()
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with serving([Reply(200, b"hello")], tls=context) as server:
        assert "TLS" in lost(send, f"{server.url}/?key=secret").reason
        for verify in (str(bundle), False):
            answer, _ = send(Request("x", server.url), TransportOptions(verify=verify))
            assert isinstance(answer, Response)
            assert answer.body == b"hello"


def test_proxy_that_is_not_there_was_not_sent(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    told = lost(send, "https://erp.example.com/?key=secret")
    assert (told.reason, told.sent) == ("the proxy refused the connection", False)


@pytest.mark.parametrize("key", ["hush-hush\nline", "hush-hush\rline"])
def test_request_that_cannot_be_sent_is_a_fault_of_the_connection_that_shows_no_secret(send: Send, key: str) -> None:
    with serving([Reply(200)]) as server:
        with pytest.raises(ErpConfigError, match="the request cannot be sent") as caught:
            send(Request("x", server.url, headers={"X-Key": key}))
    assert "hush" not in str(caught.value)
    assert not server.asked


def test_answer_beyond_the_limit_is_refused_before_it_is_in_memory(send: Send) -> None:
    with serving([Reply(200, b"x" * 3_000_000)]) as server:
        with pytest.raises(ErpProtocolError, match=r"longer than 1000000 bytes.*max_body_bytes"):
            send(Request("x", server.url), TransportOptions(max_body_bytes=1_000_000))


def test_stream_comes_in_pieces_of_at_most_a_mebibyte(send: Send) -> None:
    body = bytes(range(256)) * 12_000
    with serving([Reply(200, body)]) as server:
        answer, pieces = send(Request("x", server.url, stream=True))
    assert isinstance(answer, Opened)
    assert b"".join(piece for piece in pieces if isinstance(piece, bytes)) == body
    assert max(len(piece) for piece in pieces if isinstance(piece, bytes)) <= 1024 * 1024


def test_stream_that_breaks_off_ends_with_a_lost_piece(send: Send) -> None:
    with serving([Reply(200, b"x" * 5_000_000, cut=True)]) as server:
        answer, pieces = send(Request("x", server.url, stream=True))
    assert isinstance(answer, Opened)
    assert pieces[-1] == Lost("the body broke off", sent=True)


def test_no_query_stands_in_the_libraries_own_logs(send: Send, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving([Reply(200)]) as server:
        send(Request("x", f"{server.url}/list?key=secret"))
    assert "secret" not in caplog.text
