"""A real HTTP server on the loopback interface that answers from a script and remembers what it was asked."""

from __future__ import annotations

import json
import os
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


@dataclass(frozen=True)
class Reply:
    """What the server answers; ``reset`` breaks the connection, ``cut`` ends the body early, ``hold`` keeps silent.

    ``stall`` keeps silent after the first half of the body. ``verbatim`` is sent instead of an answer, then
    ``below_tls`` on the bare socket, and the connection ends.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    reset: bool = False
    cut: bool = False
    hold: threading.Event | None = None
    stall: threading.Event | None = None
    verbatim: bytes | None = None
    below_tls: bytes = b""


def reply_json(value: Any, status: int = 200, **headers: str) -> Reply:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Reply(status, body, {"Content-Type": "application/json", **headers})


Script = Callable[[Asked], Reply]


class LoopbackServer:
    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self.script = script
        self.scheme = "https" if tls else "http"
        self.asked: list[Asked] = []
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"owner": self}))
        self.http.daemon_threads = True
        self.http.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients that hang up are the tests' own
        if tls:
            self.http.socket = tls.wrap_socket(self.http.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.http.server_address[1]}"

    @property
    def targets(self) -> list[str]:
        return [asked.target for asked in self.asked]

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self._thread.join()


@contextmanager
def serving(script: Script | list[Reply], tls: ssl.SSLContext | None = None) -> Iterator[LoopbackServer]:
    """A server that answers by the script, or with the replies in turn, the last one for ever."""
    replies = list(script) if isinstance(script, list) else None

    def in_turn(_: Asked) -> Reply:
        assert replies
        return replies.pop(0) if len(replies) > 1 else replies[0]

    server = LoopbackServer(in_turn if replies is not None else script, tls)  # type: ignore[arg-type]
    server.start()
    try:
        yield server
    finally:
        server.stop()


class _Handler(BaseHTTPRequestHandler):
    owner: LoopbackServer
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
        self.owner.asked.append(asked)
        reply = self.owner.script(asked)
        if reply.hold:
            reply.hold.wait(10)
        if reply.reset:
            self._reset()
            return
        if reply.verbatim is not None:
            self._say(reply.verbatim, reply.below_tls)
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        half = len(reply.body) // 2
        self.wfile.write(reply.body[:half])
        if reply.stall:
            reply.stall.wait(10)
        if not reply.cut:
            self.wfile.write(reply.body[half:])
        self.close_connection = self.close_connection or reply.cut

    def _say(self, verbatim: bytes, below_tls: bytes) -> None:
        self.close_connection = True
        self.wfile.write(verbatim)
        with socket.socket(fileno=os.dup(self.connection.fileno())) as bare:
            bare.sendall(below_tls)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the names that http.server calls

    def finish(self) -> None:
        if self.connection.fileno() >= 0:
            super().finish()

    def log_message(self, *_: Any) -> None:
        pass
