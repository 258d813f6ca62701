"""
### Project hours and invoices, kept up to date by their changes

Every night this DAG reads what changed in **Visma PX**'s project transactions and **Lemonsoft**'s invoices since the
night before; on Sundays it reads all of them, which also shows what was deleted. From what was read it writes a
snapshot of each: one Parquet file with all that the system holds now. Folders older than 90 days are removed, never
what a snapshot is made of.

**Connections**: `visma_px_default`, `lemonsoft_default`.
"""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import DAG

from airflow_provider_erp.operators.fetch import ErpFetchOperator
from airflow_provider_erp.operators.purge import ErpPurgeOperator
from airflow_provider_erp.operators.snapshot import ErpSnapshotOperator

LISTS = {"visma_px": "project_transaction", "lemonsoft": "invoice"}
# An empty text reads everything. A run stands for its logical date; one that was started by an event has none.
CHANGES_OR_ALL_ON_SUNDAYS = "{{ '' if (dag_run.logical_date or dag_run.run_after).isoweekday() == 7 else 'last' }}"

with DAG(
    dag_id="incremental_project_hours",
    description="Keeps snapshots of project hours and invoices up to date by their changes",
    doc_md=__doc__,
    schedule="0 3 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Helsinki"),
    catchup=False,  # the systems show only the present
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5)},
    tags=["erp", "incremental"],
):
    purge = ErpPurgeOperator(task_id="purge", keep_days=90)

    for system, resource in LISTS.items():
        fetched = ErpFetchOperator(
            task_id=f"fetch_{system}",
            conn_id=f"{system}_default",
            resource=resource,
            since=CHANGES_OR_ALL_ON_SUNDAYS,
            max_rejected=0.01,
        )
        snapshot = ErpSnapshotOperator(task_id=f"snapshot_{system}", fetched=fetched.output)
        snapshot >> purge
