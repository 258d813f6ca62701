"""Links on task instances to what the tasks left, on the page "ERP reconciliation"."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.providers.common.compat.sdk import BaseOperatorLink, conf

from airflow_provider_erp.landing.paths import default_base_path

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import BaseOperator
    from airflow.sdk.types import TaskInstanceKey

PAGE = "erp"
"""Where the page lies below Airflow's own address."""
_PLAN = re.compile(r"(?P<comparison>.+)/(?P<report>[^/]+)/plan-(?P<digest>[0-9a-f]{16})")


def comparison_identity(base_path: str, folder: str) -> str:
    """A name of a comparison for addresses: its folder's, made short; it is looked up and never read back."""
    return hashlib.sha256(folder.removeprefix(base_path).encode()).hexdigest()[:16]


def plan_link(plan: str) -> str:
    """Where a person gets the workbook of a plan: the page's address, or that of the file where no page shows it."""
    folder, _, _ = plan.rpartition("/")
    found = _PLAN.fullmatch(folder)
    base, pages = default_base_path(), _pages()
    if not found or not folder.startswith(f"{base}/") or not pages.startswith("http"):
        return f"{folder}/plan.xlsx"
    identity = comparison_identity(base, found["comparison"])
    return f"{pages}/comparisons/{identity}/{found['report']}/plans/{found['digest']}"


def _pages() -> str:
    """The pages' address below ``[api] base_url``, or on Airflow's own host where that is not set."""
    return f"{(conf.get('api', 'base_url', fallback='') or '').rstrip('/')}/{PAGE}"


class _TaskPageLink(BaseOperatorLink):
    """A link to the page of a task instance, which exists whether the task succeeded or not."""

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        """The page's address."""
        dag_id, run_id, task_id = (quote(name, safe="") for name in (ti_key.dag_id, ti_key.run_id, ti_key.task_id))
        address = f"{_pages()}/dags/{dag_id}/runs/{run_id}/tasks/{task_id}"
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
