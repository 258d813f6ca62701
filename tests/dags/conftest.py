"""What the tests of all example DAGs need: a place for batches, and the sandbox with its connections."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_provider_erp.sandbox import Sandbox, running_sandbox


@pytest.fixture
def base_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AIRFLOW__ERP__BASE_PATH", tmp_path.as_uri())
    return tmp_path


@pytest.fixture
def sandbox(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """The systems that the module asks for by ``SANDBOX``."""
    with running_sandbox(**request.module.SANDBOX) as running:
        for conn_id, connection in running.connections().items():
            monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(connection))
        yield running
