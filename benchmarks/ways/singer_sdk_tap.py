"""A tap of the Singer SDK, its messages written to a file as a target would be given them."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

PAGE = 100


def prepare(url: str, folder: Path, rows: int, options: Mapping[str, str]) -> Callable[[], int]:
    from singer_sdk import RESTStream, Tap
    from singer_sdk import typing as th
    from singer_sdk.pagination import BasePageNumberPaginator

    logging.disable(logging.INFO)

    class Pages(BasePageNumberPaginator):
        def has_more(self, response: Any) -> bool:
            return len(response.json()["data"]) == PAGE

    texts = [
        "id",
        "customerNumber",
        "companyName",
        "vatId",
        "commercialRegisterNumber",
        "status",
        "countryCode",
        "currencyCode",
        "phone",
    ]
    objects = ["defaultAddress", "defaultEmailAddress", "defaultInvoiceEmailAddress", "customFields"]

    class Customers(RESTStream):
        name = "customers"
        path = "/customers"
        url_base = url
        primary_keys = ("id",)
        records_jsonpath = "$.data[*]"
        schema = th.PropertiesList(
            *[th.Property(name, th.StringType) for name in texts],
            *[th.Property(name, th.ObjectType(additional_properties=True)) for name in objects],
        ).to_dict()

        def get_new_paginator(self) -> Pages:
            return Pages(start_value=1)

        def get_url_params(self, context: Any, next_page_token: Any) -> dict[str, Any]:
            return {"page": next_page_token or 1, "limit": PAGE}

    class Bench(Tap):
        name = "tap-bench"
        config_jsonschema = th.PropertiesList().to_dict()

        def discover_streams(self) -> Iterable[Any]:
            return [Customers(tap=self)]

    def work() -> int:
        path = folder / "messages.jsonl"
        with path.open("w") as messages, contextlib.redirect_stdout(messages):
            Bench(config={}, setup_mapper=True).sync_all()
        with path.open("rb") as lines:
            return sum(b'"RECORD"' in line for line in lines)

    return work
