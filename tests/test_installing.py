"""The package as ``pip install .`` leaves it: nothing that it needs stays behind in the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "airflow_provider_erp"
ONLY_IN_A_CHECKOUT = "demo"
"""It runs the example DAGs, which are no part of the package."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package alone; its libraries are those of this environment, its build tool, too."""
    folder = tmp_path_factory.mktemp("installed")
    command = ["-m", "uv", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run(
        [sys.executable, *command, "--python", sys.executable, "--target", folder, ROOT], check=True, cwd=folder
    )
    return folder


def files_of(package: Path) -> Iterator[str]:
    for path in package.rglob("*"):
        place = path.relative_to(package)
        if path.is_file() and "__pycache__" not in place.parts and place.parts[0] != ONLY_IN_A_CHECKOUT:
            yield place.as_posix()


def test_every_file_of_the_package_is_installed(installed: Path) -> None:
    assert sorted(files_of(installed / PACKAGE)) == sorted(files_of(ROOT / PACKAGE))


def test_airflow_finds_the_provider_and_its_page(installed: Path) -> None:
    [found] = distributions(path=[str(installed)])
    loaded = {point.group: point.value for point in found.entry_points}
    assert loaded == {
        "apache_airflow_provider": f"{PACKAGE}.get_provider_info:get_provider_info",
        "airflow.plugins": f"{PACKAGE}.ui.plugin:ErpReconciliationPlugin",
    }


def test_sandbox_runs_from_where_the_package_was_installed(installed: Path, tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        surroundings = os.environ | {"PYTHONPATH": str(installed)}
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, check=True, cwd=tmp_path, env=surroundings, capture_output=True, text=True
        ).stdout

    assert run("-c", f"import {PACKAGE}; print({PACKAGE}.__file__)").startswith(str(installed))
    assert run("-m", f"{PACKAGE}.sandbox", "--print-connections").count("export AIRFLOW_CONN_") == 4
