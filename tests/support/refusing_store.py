"""An object store on loopback that answers uploads as it is told, in the words of S3 or of one that resembles it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

_ERROR = "<?xml version='1.0'?><Error><Code>{code}</Code><Message>refused</Message></Error>"
CODES = {409: "ConditionalRequestConflict", 412: "PreconditionFailed", 501: "NotImplemented"}


@contextmanager
def refusing_store(statuses: Sequence[int]) -> Iterator[str]:
    """The store's address; each upload takes the next of the statuses, and the last remains."""
    left = list(statuses)

    class Store(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status = left.pop(0) if len(left) > 1 else left[0]
            body = _ERROR.format(code=CODES[status]).encode() if status in CODES else b""
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Store)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
