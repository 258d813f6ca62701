"""The least that any way must do: bytes over loopback, a validating slice of the records, and writing them."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

PAGE = 100


class Page(msgspec.Struct):
    data: list[msgspec.Raw]


class Dump(msgspec.Struct):
    Transactions: list[msgspec.Raw]


def prepare(url: str, folder: Path, rows: int, options: Mapping[str, str]) -> Callable[[], int]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    page, dump = msgspec.json.Decoder(Page).decode, msgspec.json.Decoder(Dump).decode

    def get(path: str) -> bytes:
        connection.request("GET", path)
        return connection.getresponse().read()

    def customers() -> int:
        written = 0
        with (folder / "customers.jsonl").open("wb") as file:
            for number in range(1, -(-rows // PAGE) + 1):
                data = page(get(f"/customers?page={number}&limit={PAGE}")).data
                file.write(b"\n".join([*data, b""]))
                written += len(data)
        return written

    def transactions() -> int:
        data = dump(get("/pxapi/Trans")).Transactions
        with (folder / "transactions.jsonl").open("wb") as file:
            file.write(b"\n".join([*data, b""]))
        return len(data)

    return transactions if options.get("job") == "px" else customers
