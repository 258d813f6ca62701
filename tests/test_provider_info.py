"""What Airflow discovers of the package is valid, complete and there to be imported."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import airflow
import jsonschema
import pytest

from airflow_provider_erp import get_provider_info as module
from airflow_provider_erp.get_provider_info import get_provider_info
from airflow_provider_erp.hooks.erp import ErpHook
from airflow_provider_erp.vendors import VENDORS

INFO: Any = get_provider_info()
CONNECTIONS: list[dict[str, Any]] = INFO["connection-types"]
COMMON = {
    "company",
    "status_map",
    "timeout_seconds",
    "max_attempts",
    "retry_seconds",
    "verify_tls",
    "ca_bundle",
    "allow_http",
    "window",
    "max_body_bytes",
    "max_requests_per_minute",
}


def test_info_fits_airflows_schema() -> None:
    schema = json.loads((Path(airflow.__file__).parent / "provider_info.schema.json").read_text())
    jsonschema.validate(INFO, schema)


def test_airflow_finds_it_by_the_entry_point() -> None:
    [point] = [
        p for p in entry_points(group="apache_airflow_provider") if p.dist and p.dist.name == INFO["package-name"]
    ]
    assert point.load()() == INFO


def test_module_that_airflow_reads_first_imports_nothing() -> None:
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    assert [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)] == []


def test_every_named_module_can_be_imported() -> None:
    for kind in ("hooks", "operators", "sensors", "triggers"):
        for entry in INFO[kind]:
            for name in entry["python-modules"]:
                import_module(name)


@pytest.mark.parametrize("connection", CONNECTIONS, ids=lambda c: c["connection-type"])
def test_connection_type_hook_and_vendor_agree(connection: dict[str, Any]) -> None:
    path, _, name = connection["hook-class-name"].rpartition(".")
    hook: type[ErpHook] = getattr(import_module(path), name)
    vendor = VENDORS[connection["connection-type"]]
    assert hook.vendor is vendor
    assert (hook.conn_type, hook.hook_name) == (vendor.conn_type, vendor.title)
    assert connection["hook-name"] == vendor.title
    assert hook.default_conn_name == f"{vendor.conn_type}_default"


def test_every_vendor_has_a_connection_type() -> None:
    assert {connection["connection-type"] for connection in CONNECTIONS} == VENDORS.keys()


@pytest.mark.parametrize("connection", CONNECTIONS, ids=lambda c: c["connection-type"])
def test_form_has_the_common_fields_none_of_them_required_and_secrets_masked(connection: dict[str, Any]) -> None:
    fields = connection["conn-fields"]
    assert fields.keys() >= COMMON
    assert all("null" in field["schema"]["type"] for field in fields.values())
    assert all(field["label"] and field["description"] for field in fields.values())
    assert fields.get("api_key", {"schema": {"format": "password"}})["schema"]["format"] == "password"
    placeholders = connection["ui-field-behaviour"]["placeholders"]
    assert placeholders["port"] == "443"
    assert placeholders["host"].startswith("https://")


def test_fields_that_the_code_reads_are_those_of_the_forms() -> None:
    package = Path(module.__file__).parent
    read: dict[str, set[str]] = {}
    getters = {"text", "required", "number", "flag", "mapping", "whole_numbers"}
    shared = [package / "hooks/connection.py", package / "vendors/settings.py", package / "vendors/vendor.py"]
    for path in [*package.glob("vendors/*/*.py"), *shared]:
        owner = path.parent.name if path.parent.parent.name == "vendors" else "common"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in getters:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    read.setdefault(owner, set()).add(first.value)
    vendors_in_common = {"timezone", "overlap_minutes", "check_change_filter"}  # for the vendors that have them
    assert read.pop("common") | {"status_map"} == COMMON | vendors_in_common
    for connection in CONNECTIONS:
        own = connection["conn-fields"].keys() - COMMON - vendors_in_common
        assert read.get(connection["connection-type"], set()) - {"status_map"} == own


def test_importing_what_a_dag_file_imports_loads_nothing_heavy_beside_airflow() -> None:
    ours = "import airflow_provider_erp.operators.fetch, airflow_provider_erp.operators.reconcile\n"
    ours += "import airflow_provider_erp.sensors.changes, airflow_provider_erp.triggers.events\n"
    ours += "from airflow_provider_erp.reconciliation import CUSTOMERS\n"
    airflow_alone = "import airflow.sdk, airflow.providers.common.compat.sdk as sdk\nsdk.BaseOperator, sdk.XComArg\n"
    loaded = modules_loaded(airflow_alone + ours) - modules_loaded(airflow_alone)
    heavy = {"duckdb", "requests", "urllib3", "aiohttp", "phonenumbers", "jinja2", "oauthlib", "zstandard"}
    assert {name.split(".")[0] for name in loaded} & heavy == set()


def modules_loaded(code: str) -> set[str]:
    code += "import sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())
