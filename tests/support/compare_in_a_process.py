"""One try of a comparison, for a process of its own that may be killed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.reconciliation import CUSTOMERS

AS_OF = dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC)


def one_try(base_path: str, sides: dict[str, Any], try_number: int, begun: str) -> dict[str, Any]:
    """Compares the two batches; the file ``begun`` says that it is about to."""
    operator = ErpReconcileOperator(task_id="reconcile", spec=CUSTOMERS, base_path=base_path, keep_rows_from=1, **sides)
    instance = SimpleNamespace(dag_id="daily", run_id="1", task_id="reconcile", map_index=-1, try_number=try_number)
    context: Any = {"dag_run": SimpleNamespace(logical_date=AS_OF, run_after=AS_OF, run_id="1"), "ti": instance}
    Path(begun).touch()
    return operator.execute(context)
