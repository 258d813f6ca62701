"""One try of a fetch task, for a process of its own that may be killed."""

from __future__ import annotations

import datetime as dt
import json
import os
from typing import Any

from airflow_provider_erp.hooks.erp import ErpHook
from airflow_provider_erp.landing.catalog import Published
from airflow_provider_erp.landing.fetching import FetchSpec, fetch_batch
from airflow_provider_erp.landing.paths import Attempt

AS_OF = dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC)


def one_try(connection: dict[str, Any], base_path: str, try_number: int, resource: str, **filters: Any) -> Published:
    """Fetches with a checkpoint after each page."""
    os.environ["AIRFLOW_CONN_KILLED"] = json.dumps(connection)
    spec = FetchSpec(resource=resource, as_of=AS_OF, filters=filters, checkpoint_seconds=0.0)
    return fetch_batch(
        ErpHook.for_connection("killed"),
        spec,
        base_path=base_path,
        attempt=Attempt(dag_id="daily", run_id="1", task_id="fetch", try_number=try_number),
        now=AS_OF,
    )
