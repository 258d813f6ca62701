"""The Airbyte CDK's declarative source, its records written as JSON lines."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

PAGE = 100


def manifest(url: str) -> dict[str, Any]:
    stream = {
        "type": "DeclarativeStream",
        "name": "customers",
        "primary_key": ["id"],
        "schema_loader": {"type": "InlineSchemaLoader", "schema": {"type": "object", "properties": {}}},
        "retriever": {
            "type": "SimpleRetriever",
            "requester": {"type": "HttpRequester", "url_base": url, "path": "/customers", "http_method": "GET"},
            "record_selector": {
                "type": "RecordSelector",
                "extractor": {"type": "DpathExtractor", "field_path": ["data"]},
            },
            "paginator": {
                "type": "DefaultPaginator",
                "page_token_option": {
                    "type": "RequestOption",
                    "inject_into": "request_parameter",
                    "field_name": "page",
                },
                "page_size_option": {
                    "type": "RequestOption",
                    "inject_into": "request_parameter",
                    "field_name": "limit",
                },
                "pagination_strategy": {
                    "type": "PageIncrement",
                    "page_size": PAGE,
                    "start_from_page": 1,
                    "inject_on_first_request": True,
                },
            },
        },
    }
    check = {"type": "CheckStream", "stream_names": ["customers"]}
    return {"version": "7.39.1", "type": "DeclarativeSource", "check": check, "streams": [stream]}


def prepare(url: str, folder: Path, rows: int, options: Mapping[str, str]) -> Callable[[], int]:
    from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer, Type
    from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource

    logging.disable(logging.INFO)
    stream = {"name": "customers", "json_schema": {}, "supported_sync_modes": ["full_refresh"]}
    configured = {"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "append"}
    catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": [configured]})
    source = ConcurrentDeclarativeSource(catalog=catalog, config={}, state=None, source_config=manifest(url))

    def work() -> int:
        written = 0
        with (folder / "customers.jsonl").open("w") as file:
            for message in source.read(logging.getLogger("bench"), {}, catalog, None):
                if message.type == Type.RECORD:
                    file.write(json.dumps(message.record.data) + "\n")
                    written += 1
        return written

    return work
