"""What Airflow's UI shows of this package: a page under Browse, and a tab on runs and on task instances.

Every process of Airflow imports this module; only the API server makes the application, at its first request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from functools import cached_property
from typing import Any

from airflow.plugins_manager import AirflowPlugin

PREFIX = "/erp"
TITLE = "ERP reconciliation"
_RUN = f"{PREFIX.removeprefix('/')}/dags/{{DAG_ID}}/runs/{{RUN_ID}}"

Application = Callable[..., Awaitable[None]]


class LazyApplication:
    """Makes the application when it is asked for the first time."""

    @cached_property
    def application(self) -> Application:
        """The application, or one that answers 503 where Airflow's access checks are not to be had."""
        from airflow_provider_erp.ui.application import make_application  # noqa: PLC0415  # heavy

        application: Application = make_application()
        return application

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Answers as the application does."""
        await self.application(scope, receive, send)


class ErpReconciliationPlugin(AirflowPlugin):
    """The page, its tabs and its application.

    The addresses have no leading slash: Airflow may lie below a path of its host.
    """

    name = "erp_reconciliation"
    fastapi_apps = [{"app": LazyApplication(), "url_prefix": PREFIX, "name": TITLE}]  # noqa: RUF012
    external_views = [  # noqa: RUF012
        {
            "name": TITLE,
            "href": f"{PREFIX.removeprefix('/')}/",
            "destination": "nav",
            "category": "browse",
            "url_route": "erp-reconciliation",
        },
        {
            "name": TITLE,
            "href": _RUN,
            "destination": "dag_run",
            "url_route": "erp-reconciliation-run",
        },
        {
            "name": TITLE,
            "href": f"{_RUN}/tasks/{{TASK_ID}}?map_index={{MAP_INDEX}}",
            "destination": "task_instance",
            "url_route": "erp-reconciliation-task",
        },
    ]
