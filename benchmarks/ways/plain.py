"""What most user code does: requests, json, JSON lines; no proof of anything."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

PAGE = 100


def prepare(url: str, folder: Path, rows: int, options: Mapping[str, str]) -> Callable[[], int]:
    import requests

    def customers() -> int:
        written, page = 0, 1
        with (folder / "customers.jsonl").open("w") as file, requests.Session() as session:
            while written < rows:
                answer = session.get(f"{url}/customers", params={"page": page, "limit": PAGE}).json()
                for row in answer["data"]:
                    file.write(json.dumps(row) + "\n")
                written += len(answer["data"])
                page += 1
        return written

    def transactions() -> int:
        found = requests.get(f"{url}/pxapi/Trans", timeout=600).json()["Transactions"]
        with (folder / "transactions.jsonl").open("w") as file:
            for row in found:
                file.write(json.dumps(row) + "\n")
        return len(found)

    return transactions if options.get("job") == "px" else customers
