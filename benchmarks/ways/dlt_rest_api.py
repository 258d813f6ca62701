"""dlt's rest_api source to its filesystem destination, as JSON lines or Parquet, with its defaults."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

PAGE = 100


def prepare(url: str, folder: Path, rows: int, options: Mapping[str, str]) -> Callable[[], int]:
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR", "HOME": str(folder)}
    import dlt
    import pyarrow
    from dlt.destinations import filesystem
    from dlt.sources.rest_api import rest_api_source

    assert pyarrow
    paginator = {"type": "page_number", "base_page": 1, "page_param": "page", "total_path": None}
    source = rest_api_source(
        {
            "client": {"base_url": url, "paginator": {**paginator, "maximum_page": -(-rows // PAGE) + 1}},
            "resources": [
                {
                    "name": "customers",
                    "endpoint": {"path": "customers", "params": {"limit": PAGE}, "data_selector": "data"},
                }
            ],
        }
    )
    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=str(folder / "pipelines"),
        destination=filesystem(bucket_url=(folder / "out").as_uri()),
        dataset_name="bench",
    )

    def work() -> int:
        pipeline.run(source, loader_file_format=options.get("format", "jsonl"))
        return int(pipeline.last_trace.last_normalize_info.row_counts["customers"])

    return work
