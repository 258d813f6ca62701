"""A way to a server on loopback that falls silent, or breaks off, when it is told to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer


class SilentRelay:
    """``silent``: it takes bytes and passes none on, and ends new connections at once; ``broken``: it ends all."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.silent = threading.Event()
        self.broken = threading.Event()
        self.refused = 0
        self._address = address
        self._open: list[socket.socket] = []

    def break_off(self) -> None:
        self.broken.set()
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def serve(self, client: socket.socket) -> None:
        if self.broken.is_set() or self.silent.is_set():
            self.refused += 1
            return
        with socket.create_connection(self._address) as server:
            self._open += [client, server]
            back = threading.Thread(target=self._pass_on, args=(server, client))
            back.start()
            self._pass_on(client, server)
            back.join()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                if not self.silent.is_set():
                    target.sendall(piece)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)


@contextmanager
def silent_relay(address: tuple[str, int]) -> Iterator[tuple[str, SilentRelay]]:
    """The relay, and its address as a Spark Connect server's."""
    relay = SilentRelay(address)

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            relay.serve(self.request)

    server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"sc://127.0.0.1:{server.server_address[1]}/", relay
    finally:
        relay.break_off()
        server.shutdown()
        server.server_close()
        thread.join()
