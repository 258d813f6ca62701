"""Airflow's HttpOperator with a pagination function, its rows written as JSON lines."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = 100


def prepare(url: str, folder: Path, rows: int, options: Mapping[str, str]) -> Callable[[], int]:
    os.environ["AIRFLOW_CONN_BENCH"] = json.dumps({"conn_type": "http", "host": url})
    from airflow.providers.http.operators.http import HttpOperator

    logging.disable(logging.INFO)
    pages = -(-rows // PAGE)

    def following(response: Any) -> dict[str, Any] | None:
        page = int(parse_qs(urlsplit(response.url).query)["page"][0])
        return {"data": {"page": page + 1, "limit": PAGE}} if page < pages else None

    def work() -> int:
        operator = HttpOperator(
            task_id="fetch",
            http_conn_id="bench",
            method="GET",
            endpoint="/customers",
            data={"page": 1, "limit": PAGE},
            pagination_function=following,
            response_filter=lambda responses: [row for response in responses for row in response.json()["data"]],
        )
        found = operator.execute({})
        with (folder / "customers.jsonl").open("w") as file:
            for row in found:
                file.write(json.dumps(row) + "\n")
        return len(found)

    return work
