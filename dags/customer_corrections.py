"""
### Put right in Visma.net ERP what Lemonsoft knows better

Both systems' customers are read and compared. Where the spec names Lemonsoft the authority of a field, a **plan** says
which customer of Visma.net is to be changed from what to what. A person sees the plan here in Airflow, under *Required
Actions*, and approves or rejects it; who does not answer within eight hours has rejected it. Only the plan that was
approved is **pushed**, and every record gets a receipt. The next run shows the breaks resolved.

The push is a dry run: its log tells what would be written. Give the push task `dry_run=False` when you trust the plan.

**Connections**: `lemonsoft_default`, and `visma_net_default` with a scope that may write
(`vismanet_erp_service_api:read vismanet_erp_service_api:update`).
"""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import DAG

from airflow_provider_erp.operators.approval import ErpApprovalOperator
from airflow_provider_erp.operators.fetch import ErpFetchOperator
from airflow_provider_erp.operators.plan import ErpPlanOperator
from airflow_provider_erp.operators.push import ErpPushOperator
from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.reconciliation import CUSTOMERS
from airflow_provider_erp.reconciliation.rules import Field

SPEC = CUSTOMERS.named("customer_corrections", "Customers to correct").comparing(
    *(Field(name=name, authority="source") for name in ("email", "phone", "street", "postal_code", "city")),
)

with DAG(
    dag_id="customer_corrections",
    description="Plans corrections of Visma.net's customers, asks a person, and pushes what was approved",
    doc_md=__doc__,
    schedule=None,  # by hand, or after the daily reconciliation
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Helsinki"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5)},
    tags=["erp", "corrections"],
):
    lemonsoft = ErpFetchOperator(task_id="fetch_lemonsoft", conn_id="lemonsoft_default", resource="customer")
    visma_net = ErpFetchOperator(task_id="fetch_visma_net", conn_id="visma_net_default", resource="customer")
    source, target = lemonsoft.output, visma_net.output
    report = ErpReconcileOperator(task_id="reconcile", spec=SPEC, source=source, target=target)
    plan = ErpPlanOperator(task_id="plan", spec=SPEC, source=source, target=target, report=report.output)
    approve = ErpApprovalOperator(task_id="approve", plan=plan.output)
    ErpPushOperator(task_id="push", conn_id="visma_net_default", plan=approve.output, max_changes=500)
