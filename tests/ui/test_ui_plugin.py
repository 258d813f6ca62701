"""What Airflow finds of the page: a plugin by entry point, light to import, with views that fit Airflow's own model."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.api_fastapi.core_api.datamodels.plugins import ExternalViewResponse
from airflow.plugins_manager import AirflowPlugin

from airflow_provider_erp.get_provider_info import get_provider_info
from airflow_provider_erp.operators.links import BatchManifestLink, ReceiptsLink, ReconciliationReportLink
from airflow_provider_erp.operators.push import ErpPushOperator
from airflow_provider_erp.ui.application import closed
from airflow_provider_erp.ui.plugin import PREFIX, ErpReconciliationPlugin, LazyApplication

INFO: Any = get_provider_info()
ROOT = Path(__file__).parents[2]

LIGHT = """
import sys
import airflow.plugins_manager
before = set(sys.modules)
import airflow_provider_erp.ui.plugin
added = set(sys.modules) - before
print([name for name in added if not name.startswith("airflow_provider_erp")])
print("airflow_provider_erp.ui.application" in added)
"""


def test_airflow_finds_the_plugin_by_its_entry_point() -> None:
    points = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    [target] = points["airflow.plugins"].values()
    module, _, name = target.partition(":")
    found = getattr(import_module(module), name)
    assert found is ErpReconciliationPlugin
    assert issubclass(found, AirflowPlugin)
    assert "plugins" not in INFO


def test_plugin_imports_nothing_but_itself() -> None:
    told = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True).stdout
    assert told.splitlines()[-2:] == ["[]", "False"]


def test_views_fit_what_airflow_expects_of_them() -> None:
    views = [ExternalViewResponse.model_validate(view) for view in ErpReconciliationPlugin.external_views]
    assert {view.destination for view in views} == {"nav", "dag_run", "task_instance"}
    assert len({view.url_route for view in views}) == 3
    assert [view.category for view in views if view.destination == "nav"] == ["browse"]
    for view in views:
        assert view.href.startswith(PREFIX.removeprefix("/"))


def test_application_is_made_once_at_the_first_request() -> None:
    lazy = LazyApplication()
    assert "application" not in vars(lazy)
    assert lazy.application is lazy.application


def test_application_without_access_checks_has_no_answer_to_anything_but_http() -> None:
    asyncio.run(closed({"type": "lifespan"}, None, None))


def test_extra_links_stand_in_the_provider_info() -> None:
    for path in INFO["extra-links"]:
        module, _, name = path.rpartition(".")
        assert getattr(import_module(module), name)
    assert len(INFO["extra-links"]) == 3


@pytest.mark.parametrize("base", ["", "https://airflow.example/below/"])
def test_links_lead_to_the_task_below_airflows_own_address(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", base)
    key: Any = SimpleNamespace(
        dag_id="a dag", run_id="manual__2026-11-20T04:00:00+00:00", task_id="g.push", map_index=-1
    )
    operator: Any = ErpPushOperator(task_id="push", conn_id="c", records=[])
    [link] = operator.operator_extra_links
    assert isinstance(link, ReceiptsLink)
    told = link.get_link(operator, ti_key=key)
    assert told == (f"{base.rstrip('/')}/erp/dags/a%20dag/runs/manual__2026-11-20T04%3A00%3A00%2B00%3A00/tasks/g.push")
    key.map_index = 2
    assert ReconciliationReportLink().get_link(operator, ti_key=key) == f"{told}?map_index=2"
    names = {each.name for each in (BatchManifestLink(), ReceiptsLink(), ReconciliationReportLink())}
    assert names == {"Batch manifest", "Receipts", "Reconciliation report"}
