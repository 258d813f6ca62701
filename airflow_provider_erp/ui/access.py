"""Who may see what: Airflow's own checks, asked on every route and for every DAG.

Where Airflow has no such functions any more this module cannot be imported, and then nothing is shown.
"""

from __future__ import annotations

from typing import Annotated

from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import AccessView, DagAccessEntity
from airflow.api_fastapi.core_api.security import GetUserDep, requires_access_dag, requires_access_view
from fastapi import Depends, HTTPException, Request, status

may_view = Depends(requires_access_view(AccessView.PLUGINS))
"""401 without a login, 403 without the right to view plugins."""

EVERY_DAG = "~"
"""Airflow reads this id as all DAGs; no result is of it."""


class Reader:
    """The user who asks.

    What a task found is shown to those who may read the XComs of its DAG: there Airflow itself shows results.
    """

    def __init__(self, request: Request, user: BaseUser) -> None:
        self._request = request
        self._user = user
        self._known: dict[str, bool] = {}

    def may_read(self, dag_id: str) -> bool:
        """Whether Airflow lets this user read what the DAG's tasks returned."""
        if dag_id not in self._known:
            self._known[dag_id] = self._asked(dag_id)
        return self._known[dag_id]

    def _asked(self, dag_id: str) -> bool:
        if dag_id in ("", EVERY_DAG):
            return False
        try:
            requires_access_dag("GET", DagAccessEntity.XCOM, dag_id)(self._request, self._user)
        except HTTPException as exc:
            if exc.status_code == status.HTTP_403_FORBIDDEN:
                return False
            raise
        return True


def reader_of(request: Request, user: GetUserDep) -> Reader:
    """The user who is logged in; a function, because older versions of FastAPI cannot read a class's annotations."""
    return Reader(request, user)


Asking = Annotated[Reader, Depends(reader_of)]


def readable_dag(dag_id: str, reader: Asking) -> str:
    """The DAG in the path.

    Raises:
        HTTPException: 403, the user may not read it.
    """
    if not reader.may_read(dag_id):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "Forbidden")
    return dag_id


ReadableDag = Annotated[str, Depends(readable_dag)]
