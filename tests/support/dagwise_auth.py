"""Airflow's simple auth manager, in which a user reads only some DAGs: those whose id has the user's name in it."""

from __future__ import annotations

from typing import Any

from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser


class DagwiseAuthManager(SimpleAuthManager):
    """Only an administrator reads every DAG."""

    def is_authorized_dag(self, *, user: SimpleAuthManagerUser, details: Any = None, **asked: Any) -> bool:
        allowed = super().is_authorized_dag(user=user, details=details, **asked)
        dag_id = (details.id if details else None) or ""
        return allowed and (user.role == "ADMIN" or user.username in dag_id)
