"""A way to a server on loopback that falls silent: what comes is taken, and nothing comes back."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer


@contextmanager
def falling_silent(host: str, port: int) -> Iterator[tuple[int, threading.Event]]:
    """The port of the way, and what silences it; then no new connection is taken either."""
    silent = threading.Event()

    class Relay(BaseRequestHandler):
        def handle(self) -> None:
            if silent.is_set():
                return
            with socket.create_connection((host, port)) as upstream:
                back = threading.Thread(target=_pass_on, args=(upstream, self.request, silent))
                back.start()
                _pass_on(self.request, upstream, silent)
                with suppress(OSError):
                    upstream.shutdown(socket.SHUT_RDWR)
                back.join()

    relay = ThreadingTCPServer(("127.0.0.1", 0), Relay)
    relay.daemon_threads = True
    thread = threading.Thread(target=relay.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield relay.server_address[1], silent
    finally:
        relay.shutdown()
        relay.server_close()
        thread.join()


def _pass_on(source: socket.socket, target: socket.socket, silent: threading.Event) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            if not silent.is_set():
                target.sendall(piece)
