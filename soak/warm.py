"""Imports what tasks import when they run, so that each process of a task has it from its first moment."""

from __future__ import annotations

import importlib
import pkgutil
import tempfile

import airflow_provider_erp
from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.lineage import tell_read
from airflow_provider_erp.normalise.fields import normalise
from airflow_provider_erp.operators.metrics import tell_fetch
from soak import steps  # noqa: F401

_LATER = ("airflow.sdk.execution_time.supervisor", "xlsxwriter")
_NOT_OF_TASKS = ("demo", "ui", "sandbox", "notifications", "triggers", "sensors")


def _import_all() -> None:
    for module in pkgutil.walk_packages(airflow_provider_erp.__path__, "airflow_provider_erp."):
        if module.name.split(".")[1] not in _NOT_OF_TASKS:
            try:
                importlib.import_module(module.name)
            except ImportError:  # of an extra that is not installed
                continue


_import_all()
for _name in _LATER:
    importlib.import_module(_name)
for _country in ("DE", "FI", "NO", "SE"):  # registers and numbering plans are loaded by country
    for _field in ("phone", "org_number", "vat_number"):
        normalise(_field, "0401234567", _country)
with tempfile.TemporaryDirectory() as _folder:  # Airflow looks for storages and listeners when they are first used
    storage.names(f"file://{_folder}")
    tell_read(f"file://{_folder}")
tell_fetch("soak", "soak", "customer", 0)
