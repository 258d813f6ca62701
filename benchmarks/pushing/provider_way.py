"""This provider: the push operator, each customer looked up, noted, created, and told."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.pushing.customers import DEFAULTS, customers

NOW = dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC)


def prepare(url: str, folder: Path, rows: int, options: Mapping[str, str]) -> Callable[[], int]:
    extra = {"tenant_id": "T1", "token_url": f"{url}/token"}
    connection = {"conn_type": "visma_net", "host": url, "login": "client", "password": "key", "extra": extra}
    os.environ["AIRFLOW_CONN_BENCH"] = json.dumps(connection)

    import airflow_provider_erp.corrections.given
    import airflow_provider_erp.hooks.visma_net
    import airflow_provider_erp.operators.customer_target
    import airflow_provider_erp.operators.receipts
    import airflow_provider_erp.pushing.claim
    import airflow_provider_erp.pushing.wishes  # noqa: F401
    from airflow_provider_erp.operators.push import ErpPushOperator

    logging.disable(logging.INFO)
    operator = ErpPushOperator(
        task_id="push",
        conn_id="bench",
        records=customers(rows),
        defaults=DEFAULTS,
        dry_run=False,
        in_flight=int(options["in_flight"]),
        base_path=folder.as_uri(),
    )
    task = SimpleNamespace(dag_id="bench", run_id="1", task_id="push", map_index=-1, try_number=1)
    context: Any = {"dag_run": SimpleNamespace(logical_date=NOW, run_after=NOW), "ti": task}
    return lambda: int(operator.execute(context)["counts"].get("created", 0))
