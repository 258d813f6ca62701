"""
### Do the four systems agree on our customers?

Every morning this DAG reads all customers of **Visma PX**, **Visma.net ERP**, **Lemonsoft** and **Fynn** side by
side, and compares each of the other three with Visma.net ERP, which the ledger is kept in.

Each *reconcile* task returns a verdict, the counts per kind of break, and the path of its HTML report, which tells
what is new and how long the rest has been open. A second run of the same date replaces that date's report. The event of
its asset, `reconciliation_visma_px_customers` and so on, has the counts in its extra: schedule a DAG on it.

**Connections**: `visma_px_default`, `visma_net_default`, `lemonsoft_default`, `fynn_default`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pendulum
from airflow.sdk import DAG, Asset

from airflow_provider_erp.operators.fetch import ErpFetchOperator
from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.reconciliation import CUSTOMERS
from airflow_provider_erp.reconciliation.rules import Field, KindRule, Money, Threshold

AGREED = replace(
    CUSTOMERS.comparing(
        Field(name="org_number", severity="high", authority="target"),  # the ledger is right: see sheet Corrections
        Field(name="vat_number", severity="high", authority="target"),
        Field(name="invoice_email", at_risk=Money(Decimal(1000), "EUR")),  # invoices go astray: your estimate
    ),
    kinds=(
        KindRule(kind="missing_in_target", severity="high"),
        KindRule(kind="duplicate_in_target", at_risk=Money(Decimal(500), "EUR")),  # may be invoiced twice
    ),
    stale_after_days=30,
    thresholds=(Threshold(age_days=30),),  # warns; action="fail" would fail the task
    zone="Europe/Helsinki",
)
SPECS = {
    # PX keeps the whole address in one free text, which no street can equal.
    "visma_px": AGREED.named("visma_px_customers", "Customers of Visma PX").without("street"),
    "lemonsoft": AGREED.named("lemonsoft_customers", "Customers of Lemonsoft"),
    # Fynn does not tell when a customer was modified.
    "fynn": replace(AGREED.named("fynn_customers", "Customers of Fynn"), stale_after_days=None),
}

with DAG(
    dag_id="daily_customer_reconciliation",
    description="Compares the customers of Visma PX, Lemonsoft and Fynn with those of Visma.net ERP",
    doc_md=__doc__,
    schedule="0 6 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Helsinki"),
    catchup=False,  # the systems show only the present
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5)},
    tags=["erp", "reconciliation"],
):
    ledger = ErpFetchOperator(task_id="fetch_visma_net", conn_id="visma_net_default", resource="customer")

    for system, spec in SPECS.items():
        fetched = ErpFetchOperator(task_id=f"fetch_{system}", conn_id=f"{system}_default", resource="customer")
        ErpReconcileOperator(
            task_id=f"reconcile_{system}",
            spec=spec,
            source=fetched.output,
            target=ledger.output,
            outlets=[Asset(f"reconciliation_{spec.name}")],  # its events have the counts in their extra
        )
