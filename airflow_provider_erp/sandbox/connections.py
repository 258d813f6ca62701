"""The four connections to a running sandbox, in the form of Airflow's JSON connections."""

from __future__ import annotations

import json
import shlex
from typing import Any

from airflow_provider_erp.sandbox import fynn, lemonsoft_sessions, visma_net_token, visma_px


def connections(url: str) -> dict[str, dict[str, Any]]:
    """Answer the connections by id; the credentials are the sandbox's own and open nothing else."""
    return {
        "visma_px_default": {
            "conn_type": "visma_px",
            "host": f"{url}/px",
            "login": visma_px.CREDENTIALS[0],
            "password": visma_px.CREDENTIALS[1],
            "extra": {"company_id": visma_px.COMPANY_ID, "auth_scheme": "basic"},
        },
        "visma_net_default": {
            "conn_type": "visma_net",
            "host": f"{url}/visma-net",
            "login": visma_net_token.CLIENT[0],
            "password": visma_net_token.CLIENT[1],
            "extra": {
                "tenant_id": visma_net_token.COMPANY_TENANT,
                "token_url": f"{url}/visma-net/connect/token",
                "timezone": "Europe/Helsinki",
            },
        },
        "lemonsoft_default": {
            "conn_type": "lemonsoft",
            "host": f"{url}/lemonsoft",
            "login": lemonsoft_sessions.LOGIN[0],
            "password": lemonsoft_sessions.LOGIN[1],
            "extra": {"database": lemonsoft_sessions.DATABASE, "api_key": lemonsoft_sessions.API_KEY},
        },
        "fynn_default": {"conn_type": "fynn", "host": f"{url}/fynn", "password": fynn.API_KEY},
    }


def export_lines(url: str) -> list[str]:
    """Answer shell lines that give Airflow the four connections."""
    return [
        f"export AIRFLOW_CONN_{connection_id.upper()}={shlex.quote(json.dumps(connection))}"
        for connection_id, connection in connections(url).items()
    ]
