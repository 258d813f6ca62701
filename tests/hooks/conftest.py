"""Connections for the hooks' tests, given to Airflow the way operators do: by the environment."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from airflow_provider_erp.hooks.erp import ErpHook
from airflow_provider_erp.hooks.fynn import FynnHook
from airflow_provider_erp.hooks.lemonsoft import LemonsoftHook
from airflow_provider_erp.hooks.visma_net import VismaNetHook
from airflow_provider_erp.hooks.visma_px import VismaPxHook

Connect = Callable[..., Any]

HOOKS: dict[str, type[ErpHook]] = {
    "visma_px": VismaPxHook,
    "visma_net": VismaNetHook,
    "lemonsoft": LemonsoftHook,
    "fynn": FynnHook,
}


def connection(conn_type: str, url: str, **extra: Any) -> dict[str, Any]:
    """A working connection of this type to a server at ``url``."""
    extras: dict[str, dict[str, Any]] = {
        "visma_px": {"company_id": "C1", "auth_scheme": "basic"},
        "visma_net": {"tenant_id": "T1", "token_url": f"{url}/connect/token"},
        "lemonsoft": {"database": "DB1", "api_key": "lemon-api-key"},
        "fynn": {},
    }
    return {
        "conn_type": conn_type,
        "host": url,
        "login": "the-login",
        "password": "the-password",
        "extra": {**extras[conn_type], **extra},
    }


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Connect:
    """A hook of the given type, with its connection in the environment and pauses that take no time."""

    def make(conn_type: str, url: str, *, fields: dict[str, Any] | None = None, **extra: Any) -> ErpHook:
        declared = connection(conn_type, url, **extra) | (fields or {})
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_type.upper()}_DEFAULT", json.dumps(declared))
        return HOOKS[conn_type](sleep=lambda _: None)

    return make
