"""Every block of Python in the README and the docs runs, in the order of its page.

So do the DAGs that a page names, and after them its tests and its functions without arguments.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from airflow.sdk import DAG

from airflow_provider_erp.operators.approval import ErpApprovalOperator
from airflow_provider_erp.operators.fetch import ErpFetchOperator
from airflow_provider_erp.operators.plan import ErpPlanOperator
from airflow_provider_erp.operators.push import ErpPushOperator
from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.operators.snapshot import ErpSnapshotOperator
from airflow_provider_erp.reconciliation import CUSTOMERS
from airflow_provider_erp.sandbox import running_sandbox

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [
    page for page in (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))) if BLOCK.search(page.read_text("utf-8"))
]


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Those that the examples name, to a sandbox; what the examples write has a place of its own."""
    monkeypatch.setenv("AIRFLOW__ERP__BASE_PATH", tmp_path_factory.mktemp("erp").as_uri())
    with running_sandbox(customers=30) as sandbox:
        for conn_id, connection in sandbox.connections().items():
            monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(connection))
        yield


def what_is_around() -> dict[str, Any]:
    """The tasks and classes that a block speaks of without making or importing them."""
    tasks = {
        name: ErpFetchOperator(task_id=f"around_{name}", conn_id=f"{name}_default", resource="customer")
        for name in ("lemonsoft", "visma_net")
    }
    given: dict[str, Any] = {
        "source": tasks["lemonsoft"].output,
        "target": tasks["visma_net"].output,
        "spec": CUSTOMERS,
    }
    report = ErpReconcileOperator(task_id="around_report", **given)
    plan = ErpPlanOperator(task_id="around_plan", report=report.output, **given)
    classes = (ErpApprovalOperator, ErpFetchOperator, ErpPlanOperator, ErpPushOperator, ErpSnapshotOperator)
    return {**tasks, "report": report, "plan": plan, **{each.__name__: each for each in classes}}


@pytest.mark.usefixtures("connections")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_dags_and_functions_run(page: Path, run_dag: Any, request: pytest.FixtureRequest) -> None:
    with DAG(dag_id="around", schedule=None):
        names = what_is_around()
        for block in BLOCK.findall(page.read_text(encoding="utf-8")):
            exec(compile(block, str(page), "exec", dont_inherit=True), names)
    for dag in [each for each in names.values() if isinstance(each, DAG)]:
        assert run_dag(dag).state == "success", dag.dag_id
    for function in [each for each in names.values() if isinstance(each, FunctionType)]:
        wanted = inspect.signature(function).parameters
        if function.__code__.co_filename == str(page) and (function.__name__.startswith("test_") or not wanted):
            function(*map(request.getfixturevalue, wanted))


def test_pages_with_blocks_are_found() -> None:
    assert {"README.md", "corrections.md", "getting-started.md", "matching.md"} <= {page.name for page in PAGES}
