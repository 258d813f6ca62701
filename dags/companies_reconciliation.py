"""
### Do the systems agree, company by company?

Every morning this DAG reads each company's customers of **Lemonsoft** and **Visma.net ERP**, and compares them. Every
company is a mapped task group of its own: one that fails stops no other, and with more workers more companies are read
at once.

**Companies** are the parameter `companies` (the Variable `erp_companies`, a JSON list, is its default): for `ab` there
are the connections `lemonsoft_ab` and `visma_net_ab`, each naming its company.

**Pools** `lemonsoft` and `visma_net` say how many fetches ask one system at once, over all workers: make them before
the first run. **Queues** of the same names are for workers that reach that system; they count for Celery only.
"""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.providers.common.compat.sdk import AirflowFailException
from airflow.sdk import DAG, Param, Variable, get_current_context, task, task_group

from airflow_provider_erp.operators.fetch import ErpFetchOperator
from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.reconciliation import CUSTOMERS

SYSTEMS = ("lemonsoft", "visma_net")
SPEC = CUSTOMERS.named("company_customers", "Customers of a company")


@task
def connections() -> list[dict[str, str]]:
    """The connections of each company, once; a run that would compare nobody fails."""
    names = get_current_context()["params"]["companies"]
    names = names or Variable.get("erp_companies", default=[], deserialize_json=True)
    if not names or not isinstance(names, list):
        raise AirflowFailException(f"companies: expected a list of one or more, such as ['ab'], got {names!r}")
    return [{system: f"{system}_{name}" for system in SYSTEMS} for name in dict.fromkeys(names)]


@task_group
def company(lemonsoft: str, visma_net: str) -> None:
    """One company's customers of both systems, compared."""
    conn_ids = {"lemonsoft": lemonsoft, "visma_net": visma_net}
    fetched = {
        system: ErpFetchOperator(
            task_id=f"fetch_{system}", conn_id=conn_ids[system], resource="customer", pool=system, queue=system
        )
        for system in SYSTEMS
    }
    ErpReconcileOperator(
        task_id="reconcile",
        spec=SPEC,
        source=fetched["lemonsoft"].output,
        target=fetched["visma_net"].output,
    )


with DAG(
    dag_id="companies_reconciliation",
    description="Compares the customers of many companies, each in tasks of its own",
    doc_md=__doc__,
    schedule="0 6 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Helsinki"),
    catchup=False,  # the systems show only the present
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5)},
    params={"companies": Param([], type="array", items={"type": "string"})},
    tags=["erp", "reconciliation"],
):
    company.expand_kwargs(connections())
