"""A server that creates customers as Visma.net does, each answer after a while; in a process of its own.

``POST /token`` signs in, ``GET /v1/customer/N`` is 404 until ``POST /v1/customer`` created it, 400 when it is created
twice. ``/counts`` tells what was asked since it was last asked for, and forgets all customers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import Counter
from http import HTTPStatus

from airflow_provider_erp.protocol.messages import decode_record


def http(status: HTTPStatus, body: bytes = b"", *headers: bytes) -> bytes:
    """The whole answer."""
    head = [b"HTTP/1.1 %d %s" % (status, status.phrase.encode()), b"Content-Type: application/json", *headers]
    return b"\r\n".join([*head, b"Content-Length: %d" % len(body), b"", body])


class Customers:
    """The customers that were created, by number, and the counts of requests by method."""

    def __init__(self) -> None:
        self.numbers: set[str] = set()
        self.counts: Counter[str] = Counter()

    def answer(self, method: str, path: str, body: bytes) -> bytes:
        """The answer to one request."""
        if path == "/counts":
            return self._told()
        if path == "/token":
            return http(HTTPStatus.OK, b'{"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}')
        self.counts[method] += 1
        return self._created(body) if method == "POST" else self._found(path.rpartition("/")[2])

    def _found(self, number: str) -> bytes:
        if number not in self.numbers:
            return http(HTTPStatus.NOT_FOUND)
        return http(HTTPStatus.OK, json.dumps({"internalId": 1, "number": number}).encode())

    def _created(self, body: bytes) -> bytes:
        number = decode_record(body)["number"]["value"]
        if number in self.numbers:
            return http(HTTPStatus.BAD_REQUEST, b'{"message": "it is there already"}')
        self.numbers.add(number)
        return http(HTTPStatus.CREATED, b"", b"Location: /v1/customer/%s" % number.encode())

    def _told(self) -> bytes:
        told = json.dumps({"created": len(self.numbers), **self.counts}).encode()
        self.numbers.clear()
        self.counts.clear()
        return http(HTTPStatus.OK, told)


class Connection(asyncio.Protocol):
    """Answers each request on a connection in turn."""

    def __init__(self, customers: Customers, latency: float) -> None:
        self._customers, self._latency, self._came = customers, latency, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answers the requests that are whole."""
        self._came += data
        while (end := self._came.find(b"\r\n\r\n")) >= 0:
            first, *headers = self._came[:end].decode("latin-1").split("\r\n")
            named = dict(line.lower().split(": ", 1) for line in headers)
            whole = end + 4 + int(named.get("content-length", "0"))
            if len(self._came) < whole:
                return
            body, self._came = self._came[end + 4 : whole], self._came[whole:]
            method, path, _ = first.split(" ", 2)
            answer = self._customers.answer(method, path, body)
            asyncio.get_running_loop().call_later(self._latency, self._transport.write, answer)


async def serve(latency: float) -> None:
    """Prints the port and serves until the process is ended."""
    customers, loop = Customers(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(customers, latency), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0)
    asyncio.run(serve(parser.parse_args().latency))


if __name__ == "__main__":
    main()
