"""This provider: raw lines (zstd), a manifest, completeness proved; with ``canonical=1`` Parquet, too."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path


def prepare(url: str, folder: Path, rows: int, options: Mapping[str, str]) -> Callable[[], int]:
    px = options.get("job") == "px"
    extra = {"window": int(options.get("window", "4")), "company_id": "C1", "auth_scheme": "none"}
    connection = {"conn_type": "visma_px" if px else "fynn", "host": url, "password": "key", "extra": extra}
    os.environ["AIRFLOW_CONN_BENCH"] = json.dumps(connection)

    import duckdb  # noqa: F401  # all of these are imported before the measuring begins
    import fsspec.implementations.local  # noqa: F401
    from airflow.providers.common.compat.sdk import BaseHook

    import airflow_provider_erp.hooks.fynn
    import airflow_provider_erp.hooks.visma_px  # noqa: F401
    from airflow_provider_erp.hooks.erp import ErpHook
    from airflow_provider_erp.landing.fetching import FetchSpec, fetch_batch
    from airflow_provider_erp.landing.paths import Attempt

    logging.disable(logging.INFO)
    look_ups = _counted(BaseHook)
    now = dt.datetime.now(dt.UTC)
    spec = FetchSpec(
        resource="project_transaction" if px else "customer",
        as_of=now,
        canonical=options.get("canonical") == "1",
    )

    def work() -> int:
        batch = fetch_batch(
            ErpHook.for_connection("bench"),
            spec,
            base_path=folder.as_uri(),
            attempt=Attempt(dag_id="bench", run_id="1", task_id="fetch"),
            now=now,
        )
        print(json.dumps({"look_ups": len(look_ups)}))
        return batch.manifest.distinct

    return work


def _counted(hook: type) -> list[str]:
    """The connection ids that are looked up from now on."""
    asked: list[str] = []
    look_up = hook.get_connection  # type: ignore[attr-defined]

    def counting(cls: type, conn_id: str) -> object:
        asked.append(conn_id)
        return look_up(conn_id)

    hook.get_connection = classmethod(counting)  # type: ignore[attr-defined]
    return asked
