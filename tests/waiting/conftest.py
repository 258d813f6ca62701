"""What the tests of waiting need: the four systems, their connections, and a place for batches."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_erp.sandbox import Sandbox, running_sandbox

Connect = Callable[..., None]


@pytest.fixture
def base_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AIRFLOW__ERP__BASE_PATH", tmp_path.as_uri())
    return tmp_path


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with running_sandbox(customers=60) as running:
        for conn_id, connection in running.connections().items():
            monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(connection))
        yield running


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Puts a connection of the given type to a server at this address into the environment."""
    own: dict[str, dict[str, Any]] = {"fynn": {}, "visma_net": {"tenant_id": "T1"}}

    def make(conn_type: str, url: str, **extra: Any) -> None:
        tokens = {"token_url": f"{url}/connect/token"} if conn_type == "visma_net" else {}
        declared = {"conn_type": conn_type, "host": url, "login": "the-login", "password": "the-password"}
        given = {**declared, "extra": {**own[conn_type], **tokens, **extra}}
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_type.upper()}_DEFAULT", json.dumps(given))

    return make
