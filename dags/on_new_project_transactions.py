"""
### New project hours, as soon as they are there

A watcher looks every five minutes whether **Visma PX** has new or changed project transactions, by its change filter,
on the triggerer and without a worker. When it has, this DAG reads what changed and brings its snapshot up to date.

An event is never lost; after a kill it may come twice, with the same id. That does no harm here: *announced* counts an
id once, and a fetch that finds nothing new leaves the snapshot as it is, because records are merged by their keys. Two
events that come close together may start one run, which reads all that changed.

**Connections**: `visma_px_default`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pendulum
from airflow.sdk import DAG, Asset, AssetWatcher, task

from airflow_provider_erp.operators.fetch import ErpFetchOperator
from airflow_provider_erp.operators.snapshot import ErpSnapshotOperator
from airflow_provider_erp.triggers.events import ErpChangesEventTrigger

CHANGES = Asset(
    "visma_px_project_transaction_changes",
    watchers=[
        AssetWatcher(
            name="visma_px_project_transactions",
            trigger=ErpChangesEventTrigger(
                conn_id="visma_px_default", resource="project_transaction", poll_interval=300
            ),
        )
    ],
)


@task
def announced(triggering_asset_events: Any = None) -> dict[str, int]:
    """How many records were announced, by the id of the event; a run that a person started has none."""
    payloads = [event.extra["payload"] for event in triggering_asset_events[CHANGES]] if triggering_asset_events else []
    return {payload["id"]: payload["records"] for payload in payloads}


with DAG(
    dag_id="on_new_project_transactions",
    description="Brings the snapshot of project hours up to date when Visma PX has new ones",
    doc_md=__doc__,
    schedule=[CHANGES],
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Helsinki"),
    catchup=False,
    max_active_runs=1,  # events that come meanwhile start one run more
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5)},
    tags=["erp", "events"],
):
    fetched = ErpFetchOperator(
        task_id="fetch", conn_id="visma_px_default", resource="project_transaction", since="last", max_rejected=0.01
    )
    announced() >> fetched
    ErpSnapshotOperator(task_id="snapshot", fetched=fetched.output)
