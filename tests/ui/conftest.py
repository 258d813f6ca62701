"""Airflow's API server in this process with the page in it, and people who are logged in or not."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Mount
from world_of_the_page import World, a_world

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient`")
    from starlette.testclient import TestClient

Visit = Callable[..., Any]


@pytest.fixture(scope="session")
def api_server(airflow_database: None) -> Iterator[Any]:
    """The whole application of Airflow with the page in it.

    Airflow mounts the page itself where this package is installed with its entry point for plugins.
    """
    from airflow.api_fastapi import app as airflow_app

    from airflow_provider_erp.ui.plugin import ErpReconciliationPlugin

    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Airflow's own, while it makes its application
        patch.setenv("AIRFLOW__CORE__AUTH_MANAGER", "dagwise_auth.DagwiseAuthManager")
        patch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", "known to the tests and long enough " * 4)
        airflow_app.purge_cached_app()
        application = airflow_app.create_app(apps="core")
        [page] = ErpReconciliationPlugin.fastapi_apps
        if page["url_prefix"] not in {getattr(route, "path", None) for route in application.routes}:
            application.router.routes.insert(0, Mount(page["url_prefix"], page["app"]))
        yield application
        airflow_app.purge_cached_app()


@pytest.fixture(scope="session")
def token(api_server: Any) -> Callable[[str, str | None], str]:
    """What a login gives to a user with a role."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    def token(username: str, role: str | None) -> str:
        return get_auth_manager().generate_jwt(SimpleAuthManagerUser(username=username, role=role))

    return token


@pytest.fixture(scope="session")
def visit(api_server: Any, token: Callable[[str, str | None], str]) -> Visit:
    """Opens an address of the page: as nobody, or as a user with a role, by the cookie or by a bearer token."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client = TestClient(api_server, follow_redirects=False)

    def visit(path: str, username: str | None = "admin", role: str | None = "ADMIN", by: str = "cookie") -> Any:
        headers = {}
        if username is not None:
            given = token(username, role)
            headers = {"Cookie": f"_token={given}"} if by == "cookie" else {"Authorization": f"Bearer {given}"}
        return client.get(path if path.startswith("/api/") else f"/erp{path}", headers=headers)

    return visit


@pytest.fixture
def base_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for reports."""
    monkeypatch.setenv("AIRFLOW__ERP__BASE_PATH", tmp_path.as_uri())
    return tmp_path


@pytest.fixture(scope="session")
def made_world(airflow_database: None, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A day of the daily DAG against the sandbox, and a push in its name."""
    base = tmp_path_factory.mktemp("world")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__ERP__BASE_PATH", base.as_uri())
        return a_world(base, patch)


@pytest.fixture
def world(made_world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The same for all tests, which leave it as it is."""
    monkeypatch.setenv("AIRFLOW__ERP__BASE_PATH", made_world.base.as_uri())
    return made_world
