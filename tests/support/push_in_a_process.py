"""One try of a push task, for a process of its own that may be killed."""

from __future__ import annotations

import datetime as dt
import json
import os
from types import SimpleNamespace
from typing import Any

from airflow.providers.common.compat.sdk import AirflowFailException

from airflow_provider_erp.hooks.erp import ErpHook  # noqa: F401  # imported before a process is forked
from airflow_provider_erp.operators.customer_target import CustomerTarget  # noqa: F401
from airflow_provider_erp.operators.push import ErpPushOperator

NOW = dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC)
CREATED: dict[str, dict[str, Any]] = {
    "visma_net": {"overrideWithClassValues": True, "customerClassId": "1"},
    "lemonsoft": {"is_customer": True},
}


def one_try(connection: dict[str, Any], base_path: str, try_number: int, customers: int, key: str) -> None:
    """Pushes so many new customers; rejected ones do not fail it."""
    os.environ["AIRFLOW_CONN_KILLED"] = json.dumps(connection)
    operator = ErpPushOperator(
        task_id="push",
        conn_id="killed",
        records=[a_customer(place, key) for place in range(customers)],
        defaults=CREATED[connection["conn_type"]],
        dry_run=False,
        on_rejected="warn",
        base_path=base_path,
    )
    instance = SimpleNamespace(dag_id="dag", run_id="1", task_id="push", map_index=-1, try_number=try_number)
    context: Any = {"dag_run": SimpleNamespace(logical_date=NOW, run_after=NOW), "ti": instance}
    try:
        operator.execute(context)
    except AirflowFailException as exc:
        raise SystemExit(str(exc)) from None


def a_customer(place: int, key: str = "number") -> dict[str, str | None]:
    """A customer that no system has, with one key that is its own."""
    keys = {"number": str(700_000 + place), "org_number": f"{2_000_000 + place}-{place % 9 + 1}"}
    return {
        key: keys[key],
        "name": f"Uusi {place} Oy",
        "street": "Rantatie 5",
        "postal_code": "00100",
        "city": "Helsinki",
        "country": "FI",
    }
