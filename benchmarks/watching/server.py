"""A server that lists changed customers as Visma.net does, each answer after a while; in a process of its own.

Each page has the same 20 customers with all fields of the vendor's sample. ``/change`` lets one more of them be new
from then on; ``/counts`` tells how many connections were opened and what was asked.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from http import HTTPStatus

from benchmarks.pushing.server import Connection, Customers, http

ROWS = 20
BEFORE, AFTER = "2026-11-20T06:00:00.000", "2026-11-20T07:00:00.000"
_FILLING = "x" * 1_500
"""What makes a row as long as one of the vendor's samples."""


class Changes(Customers):
    """The list, and what was asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self._page = page(changed=0)

    def answer(self, method: str, path: str, body: bytes) -> bytes:
        """The answer to one request."""
        if path == "/counts":
            return http(HTTPStatus.OK, json.dumps(self.counts).encode())
        if path == "/change":
            self._page = page(changed=1)
            return http(HTTPStatus.OK)
        if path == "/token":
            self.counts["sign-ins"] += 1
            return http(HTTPStatus.OK, b'{"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}')
        self.counts["looks"] += 1
        return http(HTTPStatus.OK, self._page)


def page(*, changed: int) -> bytes:
    """All customers; the last ``changed`` of them were modified later."""
    rows = [
        {
            "internalId": number,
            "number": str(number),
            "name": f"Customer {number}",
            "lastModifiedDateTime": AFTER if number > ROWS - changed else BEFORE,
            "note": _FILLING,
            "metadata": {"totalCount": ROWS, "maxPageSize": 1000},
        }
        for number in range(1, ROWS + 1)
    ]
    return json.dumps(rows).encode()


class Counted(Connection):
    """Counts itself when it is opened."""

    def __init__(self, changes: Changes, latency: float) -> None:
        super().__init__(changes, latency)
        self._counts = changes.counts

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """One more."""
        super().connection_made(transport)
        self._counts["connections"] += 1


async def serve(latency: float) -> None:
    """Prints the port and serves until the process is ended."""
    changes, loop = Changes(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Counted(changes, latency), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0)
    asyncio.run(serve(parser.parse_args().latency))


if __name__ == "__main__":
    main()
