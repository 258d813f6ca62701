"""
### Is all work on projects invoiced, and was all that is invoiced worked?

Every morning this DAG reads all project transactions of **Visma PX** and all invoices of **Lemonsoft**, and compares
their sums by project, month and currency; where sums differ it looks for the line that explains it.

What the systems' codes mean is each company's own matter: the maps below are those of the sandbox. Put yours there; a
code that no map names counts, and the report says so.

The *reconcile* task returns a verdict, the counts per kind of break, and the path of its HTML report. A second run of
the same date replaces that date's report.

**Connections**: `visma_px_default`, `lemonsoft_default`.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pendulum
from airflow.sdk import DAG

from airflow_provider_erp.operators.fetch import ErpFetchOperator
from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.reconciliation.postings import AmountWithin, PostingSpec

POSTINGS = PostingSpec(
    name="project_postings",
    title="Project transactions and invoices",
    billable={
        "type_code": {1: False, 2: True},  # inside hours, work for customers
        "exists_code": {0: False, 1: True},
    },
    signs={1: 1, 2: -1},  # invoices, credit notes
    without_project="ignored",  # ordinary sales; "orphan" where each invoice should name a project
    local_currency="EUR",
    tolerances=(AmountWithin(Decimal("0.01"), "EUR"),),
    zone="Europe/Helsinki",
)

with DAG(
    dag_id="daily_project_transaction_reconciliation",
    description="Compares the project transactions of Visma PX with the invoices of Lemonsoft",
    doc_md=__doc__,
    schedule="0 7 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Helsinki"),
    catchup=False,  # the systems show only the present
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5)},
    tags=["erp", "reconciliation"],
):
    transactions = ErpFetchOperator(
        task_id="fetch_project_transactions", conn_id="visma_px_default", resource="project_transaction"
    )
    invoices = ErpFetchOperator(task_id="fetch_invoices", conn_id="lemonsoft_default", resource="invoice")

    ErpReconcileOperator(
        task_id="reconcile_postings",
        spec=POSTINGS,
        source=transactions.output,
        target=invoices.output,
    )
