"""### Corrections, company by company: compares, plans, and pushes into Visma.net without asking a person."""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, Param, get_current_context, task, task_group

from airflow_provider_erp.operators.fetch import ErpFetchOperator
from airflow_provider_erp.operators.plan import ErpPlanOperator
from airflow_provider_erp.operators.push import ErpPushOperator
from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.reconciliation import CUSTOMERS
from airflow_provider_erp.reconciliation.rules import Field

SYSTEMS = ("lemonsoft", "visma_net")
SPEC = CUSTOMERS.named("company_corrections", "Customers of a company to correct").comparing(
    *(Field(name=name, authority="source") for name in ("email", "phone", "street", "postal_code", "city")),
)


@task
def connections() -> list[dict[str, str]]:
    """The connections of each company."""
    names = get_current_context()["params"]["companies"]
    return [{system: f"{system}_{name}" for system in SYSTEMS} for name in names]


@task_group
def company(lemonsoft: str, visma_net: str) -> None:
    """One company's customers: Visma.net gets what Lemonsoft knows better, and whom it lacks."""
    conn_ids = {"lemonsoft": lemonsoft, "visma_net": visma_net}
    source, target = (
        ErpFetchOperator(
            task_id=f"fetch_{system}", conn_id=conn_ids[system], resource="customer", pool=system, queue=system
        ).output
        for system in SYSTEMS
    )
    report = ErpReconcileOperator(task_id="reconcile", spec=SPEC, source=source, target=target).output
    plan = ErpPlanOperator(task_id="plan", spec=SPEC, source=source, target=target, report=report, create=True)
    ErpPushOperator(
        task_id="push",
        conn_id=visma_net,
        plan=plan.output,
        approved_by_author=True,
        dry_run=False,
        defaults={"overrideWithClassValues": True, "customerClassId": "1"},
        in_flight=1,
        pool="visma_net",
        queue="visma_net",
    )


with DAG(
    dag_id="companies_corrections",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Helsinki"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5)},
    params={"companies": Param([], type="array", items={"type": "string"})},
):
    company.expand_kwargs(connections())
