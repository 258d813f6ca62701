"""Links on task instances to what the tasks left, on the page "ERP reconciliation"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.providers.common.compat.sdk import BaseOperatorLink, conf

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import BaseOperator
    from airflow.sdk.types import TaskInstanceKey

PAGE = "erp"
"""Where the page lies below Airflow's own address."""


class _TaskPageLink(BaseOperatorLink):
    """A link to the page of a task instance, which exists whether the task succeeded or not."""

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        """The page's address below ``[api] base_url``, or on Airflow's own host where that is not set."""
        base = (conf.get("api", "base_url", fallback="") or "").rstrip("/")
        dag_id, run_id, task_id = (quote(name, safe="") for name in (ti_key.dag_id, ti_key.run_id, ti_key.task_id))
        address = f"{base}/{PAGE}/dags/{dag_id}/runs/{run_id}/tasks/{task_id}"
        map_index: Any = ti_key.map_index
        return address if map_index in (None, -1) else f"{address}?map_index={map_index}"


class ReconciliationReportLink(_TaskPageLink):
    """From the reconcile task to its report."""

    name = "Reconciliation report"


class BatchManifestLink(_TaskPageLink):
    """From the fetch task to what its batch's manifest says."""

    name = "Batch manifest"


class ReceiptsLink(_TaskPageLink):
    """From the push task to its receipts."""

    name = "Receipts"
