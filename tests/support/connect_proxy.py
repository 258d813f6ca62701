"""A real proxy on the loopback interface that opens tunnels (CONNECT), all of them to one server; or refuses to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer

import pytest

OPENED = b"HTTP/1.1 200 Connection established\r\n\r\n"


@contextmanager
def tunnels_to(port: int, answer: bytes = OPENED) -> Iterator[str]:
    """The address of a proxy that answers every CONNECT so, and then passes on what either side sends."""

    class Tunnel(BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            self.request.sendall(answer)
            if answer == OPENED:
                with socket.create_connection(("127.0.0.1", port)) as server:
                    back = threading.Thread(target=_pass_on, args=(server, self.request))
                    back.start()
                    _pass_on(self.request, server)
                    back.join()

    proxy = ThreadingTCPServer(("127.0.0.1", 0), Tunnel)
    proxy.daemon_threads = True
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{proxy.server_address[1]}"
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()


def use_proxy(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Names it in the environment, for every host but this machine."""
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, address)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    """Passes on until either side has ended, and then ends both."""
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
