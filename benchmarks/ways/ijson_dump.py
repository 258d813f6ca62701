"""The PX document through ijson, row by row, to JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path


def prepare(url: str, folder: Path, rows: int, options: Mapping[str, str]) -> Callable[[], int]:
    import ijson
    import requests

    def work() -> int:
        written = 0
        with requests.get(f"{url}/pxapi/Trans", stream=True, timeout=600) as answer:
            answer.raw.decode_content = True
            with (folder / "transactions.jsonl").open("w") as file:
                for row in ijson.items(answer.raw, "Transactions.item", use_float=True):
                    file.write(json.dumps(row) + "\n")
                    written += 1
        return written

    return work
