"""A way to a server on loopback that breaks down in the middle of a request."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit


@contextmanager
def stalling_relay(endpoint: str, after_bytes: int) -> Iterator[tuple[str, threading.Event]]:
    """An address that passes on so many bytes of a connection and then no more, and what is set when that happens.

    From then on nothing comes back on that connection either: moto says "100
    Continue" twice, and where the second comes after the body, aiohttp drops
    its time-out and waits for ever. At the end the server has answered, or
    given up, what it got.
    """
    server, stalled = urlsplit(endpoint), threading.Event()

    class Relay(BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection((server.hostname or "", server.port or 0)) as upstream:
                full = threading.Event()
                back = threading.Thread(target=_pass_on, args=(upstream, self.request, full))
                back.start()
                left = after_bytes
                with suppress(OSError):
                    while piece := self.request.recv(65536):
                        upstream.sendall(piece[:left])
                        left = max(left - len(piece), 0)
                        if not left:
                            full.set()
                            stalled.set()
                upstream.shutdown(socket.SHUT_WR)
                back.join()

    relay = ThreadingTCPServer(("127.0.0.1", 0), Relay)
    thread = threading.Thread(target=relay.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{relay.server_address[1]}", stalled
    finally:
        relay.shutdown()
        relay.server_close()
        thread.join()


def _pass_on(source: socket.socket, target: socket.socket, full: threading.Event) -> None:
    """Reads to the source's end, also when the target is gone, or gets no more."""
    with suppress(OSError):
        while piece := source.recv(65536):
            with suppress(OSError):
                if not full.is_set():
                    target.sendall(piece)
