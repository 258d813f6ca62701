"""docs/operators.md names every argument, template field, XCom value and fate, as the code has them."""

from __future__ import annotations

import datetime as dt
import inspect
import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import DAG

from airflow_provider_erp.get_provider_info import get_provider_info
from airflow_provider_erp.operators.fates import FATES, Fate
from airflow_provider_erp.operators.fetch import ErpFetchOperator
from airflow_provider_erp.operators.plan import ErpPlanOperator
from airflow_provider_erp.operators.purge import ErpPurgeOperator
from airflow_provider_erp.operators.push import ErpPushOperator
from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.operators.snapshot import ErpSnapshotOperator
from airflow_provider_erp.reconciliation import CUSTOMERS
from airflow_provider_erp.reconciliation.rules import Field
from airflow_provider_erp.sandbox import Sandbox, running_sandbox
from airflow_provider_erp.sensors.changes import ErpChangesSensor

PAGE = (Path(__file__).parents[1] / "docs/operators.md").read_text(encoding="utf-8")
SECTIONS: dict[str, str] = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL))
ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (T?) ?\| .+ \|$", re.MULTILINE)
FATE = re.compile(r"^\| `(\w+)` \| (is retried|fails at once).* \|$", re.MULTILINE)
OURS = "airflow_provider_erp"


def class_of(name: str) -> Any:
    module = re.match(r"\n`([\w.]+)`\.", SECTIONS[name])
    assert module, name
    return getattr(import_module(f"{OURS}.{module[1]}"), name)


def arguments(of: Any) -> Iterator[tuple[str, str, str]]:
    """Name, default and whether it is a template field, of the class's own arguments and those of our classes above."""
    for each in of.__mro__:
        if each.__module__.startswith(OURS) and "__init__" in vars(each):
            for name, one in list(inspect.signature(each.__init__).parameters.items())[1:]:
                if one.kind is not inspect.Parameter.VAR_KEYWORD:
                    yield name, default_of(name, one.default), "T" * (name in getattr(of, "template_fields", ()))


def default_of(name: str, default: object) -> str:
    if default is inspect.Parameter.empty:
        return "required"
    if name == "deferrable":
        return "Airflow's `default_deferrable`"
    return f"{default // dt.timedelta(hours=1)} hours" if isinstance(default, dt.timedelta) else f"`{default!r}`"


@pytest.mark.parametrize("name", SECTIONS)
def test_page_has_the_arguments_of_the_signature_in_its_order(name: str) -> None:
    assert ROW.findall(SECTIONS[name]) == list(arguments(class_of(name)))


def test_page_has_every_operator_sensor_and_notifier() -> None:
    info: Any = get_provider_info()
    modules = [module for kind in ("operators", "sensors", "triggers") for module in info[kind][0]["python-modules"]]
    found = {
        name
        for module in modules
        for name, each in vars(import_module(module)).items()
        if inspect.isclass(each) and each.__module__ == module and "execute" in dir(each) and name != "OneShotOperator"
    }
    found |= {path.rpartition(".")[2] for path in info["notifications"]} | {"ErpChangesEventTrigger"}
    assert SECTIONS.keys() == found


def test_page_has_every_fate() -> None:
    words = {Fate.RETRY: "is retried", Fate.FAIL: "fails at once"}
    assert dict(FATE.findall(PAGE)) == {error.__name__: words[fate] for error, fate in FATES.items()}


def told(name: str) -> set[str]:
    """The keys that the page names as the task's XCom."""
    said = re.sub(r"\([^)]*\)", "", SECTIONS[name].partition("**XCom**:")[2].partition("\n\n")[0])
    return set(re.findall(r"`(\w+)`", said.partition("; of a selection")[0]))


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sandbox]:
    monkeypatch.setenv("AIRFLOW__ERP__BASE_PATH", tmp_path.as_uri())
    with running_sandbox(customers=60) as running:
        for conn_id, connection in running.connections().items():
            monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(connection))
        yield running


@pytest.mark.usefixtures("sandbox")
def test_tasks_return_what_the_page_says(run_dag: Any) -> None:
    spec = CUSTOMERS.comparing(*(Field(name=name, authority="source") for name in ("city", "street", "phone", "email")))
    with DAG(dag_id="what_tasks_return", schedule=None) as dag:
        changed = ErpChangesSensor(task_id="changed", conn_id="lemonsoft_default", resource="customer")
        source = ErpFetchOperator(task_id="source", conn_id="lemonsoft_default", resource="customer")
        target = ErpFetchOperator(task_id="target", conn_id="visma_net_default", resource="customer")
        sides: dict[str, Any] = {"spec": spec, "source": source.output, "target": target.output}
        snapshot = ErpSnapshotOperator(task_id="snapshot", fetched=source.output)
        report = ErpReconcileOperator(task_id="report", **sides)
        plan = ErpPlanOperator(task_id="plan", report=report.output, **sides)
        push = ErpPushOperator(
            task_id="push", conn_id="visma_net_default", plan=plan.output, dry_run=False, on_rejected="warn"
        )
        purge = ErpPurgeOperator(task_id="purge", keep_days=30)
        changed >> source
        [snapshot, push] >> purge
    run = run_dag(dag)
    assert run.state == "success"
    for task in (changed, source, snapshot, report, plan, push, purge):
        [instance] = [each for each in run.get_task_instances() if each.task_id == task.task_id]
        assert set(instance.xcom_pull(task_ids=task.task_id)) == told(type(task).__name__), task.task_id
