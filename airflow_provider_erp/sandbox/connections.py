"""The four connections to a running sandbox, in the form of Airflow's JSON connections."""

from __future__ import annotations

import json
import shlex
from typing import Any

from airflow_provider_erp.sandbox.fynn import api as fynn
from airflow_provider_erp.sandbox.lemonsoft import sessions as lemonsoft
from airflow_provider_erp.sandbox.visma_net import tokens as visma_net
from airflow_provider_erp.sandbox.visma_px import api as visma_px

COMPANY = "Sandbox"
PREFIXES = {"visma_px": "/px", "visma_net": "/visma-net", "lemonsoft": "/lemonsoft", "fynn": "/fynn"}


def connections(url: str) -> dict[str, dict[str, Any]]:
    """The connections by id; the credentials are the sandbox's own and open nothing else.

    The company is named, because else folders of batches would be named by the port, which changes.
    """
    return {
        "visma_px_default": {
            "conn_type": "visma_px",
            "host": f"{url}{PREFIXES['visma_px']}",
            "login": visma_px.CREDENTIALS[0],
            "password": visma_px.CREDENTIALS[1],
            "extra": {"company": COMPANY, "company_id": visma_px.COMPANY_ID, "auth_scheme": "basic"},
        },
        "visma_net_default": {
            "conn_type": "visma_net",
            "host": f"{url}{PREFIXES['visma_net']}",
            "login": visma_net.CLIENT[0],
            "password": visma_net.CLIENT[1],
            "extra": {
                "company": COMPANY,
                "tenant_id": visma_net.COMPANY_TENANT,
                "token_url": f"{url}/visma-net/connect/token",
                "scope": " ".join(f"vismanet_erp_service_api:{right}" for right in ("read", "create", "update")),
                "background_seconds": 1,
                "timezone": "Europe/Helsinki",
            },
        },
        "lemonsoft_default": {
            "conn_type": "lemonsoft",
            "host": f"{url}{PREFIXES['lemonsoft']}",
            "login": lemonsoft.LOGIN[0],
            "password": lemonsoft.LOGIN[1],
            "extra": {"company": COMPANY, "database": lemonsoft.DATABASE, "api_key": lemonsoft.API_KEY},
        },
        "fynn_default": {
            "conn_type": "fynn",
            "host": f"{url}{PREFIXES['fynn']}",
            "password": fynn.API_KEY,
            "extra": {"company": COMPANY},
        },
    }


def export_lines(url: str) -> list[str]:
    """Shell lines that give Airflow the four connections."""
    return [
        f"export AIRFLOW_CONN_{connection_id.upper()}={shlex.quote(json.dumps(connection))}"
        for connection_id, connection in connections(url).items()
    ]
