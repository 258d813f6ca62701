"""A server with prepared answers, in a process of its own: it must not be the bottleneck.

``/customers?page=N&limit=100`` answers like Fynn, ``/pxapi/Trans`` like Visma PX with one long document,
``/counts`` with the connections and requests so far.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

PAGE = 100
PX_ROWS = 200_000


def customer(number: int) -> bytes:
    """A row of about 1.8 kB, as a billing system sends it."""
    address = {"street": f"Street {number}", "houseNumber": "1", "zip": "10115", "city": "Berlin", "countryCode": "DE"}
    email = {"email": f"info{number}@example.com", "type": "TYPE_COMPANY", "default": "true"}
    row = {
        "id": f"00000000-0000-0000-0000-{number:012d}",
        "customerNumber": f"C-{number}",
        "companyName": f"Acme {number} GmbH",
        "vatId": f"DE{number:09d}",
        "commercialRegisterNumber": f"HRB {number}",
        "status": "STATUS_ACTIVE",
        "countryCode": "DE",
        "currencyCode": "EUR",
        "phone": "+49 30 123456",
        "defaultAddress": address,
        "defaultEmailAddress": email,
        "defaultInvoiceEmailAddress": email,
        "customFields": {f"field{n}": "x" * 40 for n in range(20)},
    }
    return json.dumps(row).encode()


def transaction(number: int) -> bytes:
    """A row of about 975 bytes with all documented fields of PX Trans."""
    texts = """
        Project Activity Task Employeeid Timeaccperiod Timecode Role Expensecode Articlecode Textreported Namereported
        Invoiceunit Projectcurrency Costcenterproject Companycodeproject Object2project Object6project Object7project
        Object8project Costcenteremployee Companycodeemployee Object2employee Object6employee Object7employee
        Object8employee
    """.split()
    numbers = """
        Hoursreported Cost Numbertoinvoice Pricelocalcurrency Exchangerate Price Priceeach Internalprice
    """.split()
    row = (
        {
            "Transno": number,
            "Transtype": 1,
            "Transexists": 1,
            "Projectclasstype": 1,
            "Employmenttype": 1,
            "Intenddate": "2026-05-09T00:00:00.0000000+02:00",
            "Profitlossid": None,
            "Pricesetmanually": 0,
            "Nodeb": 0,
            "Invoiced": 1,
            "Postedinaccounting": 1,
        }
        | dict.fromkeys(texts, "sample text")
        | dict.fromkeys(numbers, 16.25)
    )
    return json.dumps(row, separators=(",", ":")).encode()


def http(body: bytes) -> bytes:
    """The whole answer."""
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


class Pages:
    """The answers to pages; a list of up to 100,000 customers is made before anything is measured."""

    def __init__(self, customers: int) -> None:
        self.customers = customers
        self._made = {}
        self._template: list[bytes] = []
        if customers <= 100_000:
            self._made = {number: self._make(number) for number in range(1, customers // PAGE + 2)}

    def answer(self, number: int) -> bytes:
        """The page of that number, empty beyond the last."""
        return self._made.get(number) or self._make(number)

    def _make(self, number: int) -> bytes:
        first = (number - 1) * PAGE
        rows = b",".join(customer(each) for each in range(first, min(first + PAGE, self.customers)))
        pagination = b'{"totalItems": %d, "itemsPerPage": %d, "currentPage": %d}' % (self.customers, PAGE, number)
        return http(b'{"data": [%s], "meta": {"pagination": %s}}' % (rows, pagination))


class Server(asyncio.Protocol):
    """Answers each request on a connection in turn."""

    counts: ClassVar = {"connections": 0, "requests": 0}

    def __init__(self, pages: Pages, dump: bytes, latency: float) -> None:
        self._pages = pages
        self._dump = dump
        self._latency = latency
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Counts the connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answers the requests that are whole."""
        self._head += data
        while (end := self._head.find(b"\r\n\r\n")) >= 0:
            target, self._head = self._head[:end].split(b" ", 2)[1].decode(), self._head[end + 4 :]
            self._answer(target)

    def _answer(self, target: str) -> None:
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
        if path == "/counts":
            self._transport.write(http(json.dumps(self.counts).encode()))
            self.counts.update(connections=0, requests=0)
            return
        if not getattr(self, "_counted", False):
            self._counted = True
            self.counts["connections"] += 1
        self.counts["requests"] += 1
        body = self._dump if path.startswith("/pxapi") else self._pages.answer(int(query.get("page", ["1"])[0]))
        if self._latency:
            asyncio.get_running_loop().call_later(self._latency, self._transport.write, body)
        else:
            self._transport.write(body)


def px_dump(rows: int) -> bytes:
    """The document of PX Trans."""
    middle = b",".join(transaction(number) for number in range(rows))
    return http(b'{"Servertime":"2026-11-20T08:00:00.1234567+02:00","Transactions":[%s],"Message":null}' % middle)


async def serve(customers: int, px_rows: int, latency: float) -> None:
    """Prints the port and serves until the process is ended."""
    pages, dump = Pages(customers), px_dump(px_rows) if px_rows else b""
    server = await asyncio.get_running_loop().create_server(lambda: Server(pages, dump, latency), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100)
    parser.add_argument("--px-rows", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0)
    asked = parser.parse_args()
    asyncio.run(serve(asked.customers, asked.px_rows, asked.latency))


if __name__ == "__main__":
    main()
