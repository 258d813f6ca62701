"""Who sees the page: nobody without a login and a right, and of each DAG only what its readers may see."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from fastapi import HTTPException
from fastapi.routing import APIRoute
from shown_reports import report_of_a_task
from world_of_the_page import DAG_ID, World

from airflow_provider_erp.landing.paths import join
from airflow_provider_erp.ui import access
from airflow_provider_erp.ui.application import make_application
from airflow_provider_erp.ui.ledgers import list_reports

OPEN_TO_EVERY_VIEWER = {"/", "/assets/{name}"}
ROUTES = [route.path for route in make_application().application.routes]
every_route = pytest.mark.parametrize("route", ROUTES)
each_way = pytest.mark.parametrize("by", ["cookie", "bearer token"])


def test_application_has_nothing_but_routes_behind_the_checks() -> None:
    assert len(ROUTES) == 10
    assert {type(route) for route in make_application().application.routes} == {APIRoute}
    assert not {"/docs", "/redoc", "/openapi.json"} & set(ROUTES)


@every_route
def test_nobody_sees_anything_without_a_login(route: str, visit: Any, world: World) -> None:
    answer = visit(world.address(route), username=None)
    assert answer.status_code == 401
    assert "Log in to Airflow first" in answer.text


@every_route
@each_way
def test_user_without_the_right_to_view_plugins_is_refused(route: str, by: str, visit: Any, world: World) -> None:
    assert visit(world.address(route), "daily", None, by).status_code == 403


@every_route
@each_way
def test_user_who_may_read_the_dag_is_shown_all(route: str, by: str, visit: Any, world: World) -> None:
    assert visit(world.address(route), "daily", "VIEWER", by).status_code in {200, 307}


@every_route
@each_way
def test_user_who_may_not_read_the_dag_is_shown_nothing_of_it(route: str, by: str, visit: Any, world: World) -> None:
    answer = visit(world.address(route), "somebody", "VIEWER", by)
    if route in OPEN_TO_EVERY_VIEWER:
        assert answer.status_code == 200
    else:
        assert answer.status_code == (403 if "{dag_id}" in route else 404)
    for word in ("Visma", "Fynn", "Lemonsoft", DAG_ID, world.run_id):
        assert word not in answer.text


@every_route
def test_token_that_is_none_is_refused(route: str, api_server: Any, world: World) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from starlette.testclient import TestClient

        client = TestClient(api_server)
    for headers in ({"Cookie": "_token=made.up.token"}, {"Authorization": "Bearer made.up.token"}):
        assert client.get(f"/erp{world.address(route)}", headers=headers).status_code in {401, 403}


@every_route
def test_every_answer_forbids_what_comes_from_elsewhere(route: str, visit: Any, world: World) -> None:
    for user, role in (("daily", "VIEWER"), (None, None), ("eve", None)):
        headers = visit(world.address(route), user, role).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'self'" in policy
        assert "http:" not in policy
        assert "unsafe-eval" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/none", "/comparisons/", "/dags/d", "/openapi.json", "/docs", "/assets/none.css"])
def test_address_of_no_page_is_answered_with_the_same_headers(path: str, visit: Any) -> None:
    answer = visit(path)
    assert answer.status_code in {307, 404}
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_report_runs_no_script_whatever_it_holds(visit: Any, world: World) -> None:
    policy = visit(world.address("/comparisons/{comparison}/{report}/{file}")).headers["Content-Security-Policy"]
    assert "sandbox " in policy
    assert "allow-scripts" not in policy
    assert "script-src" not in policy


def test_address_never_becomes_a_path(visit: Any, world: World) -> None:
    secret = world.base / "secret.txt"
    secret.write_text("kept to ourselves")
    inside = world.address("/comparisons/{comparison}")
    try:
        for path in (
            f"{inside}/..%2F..%2F..%2F..%2Fsecret.txt",
            f"{inside}/%2e%2e/secret.txt",
            world.address("/comparisons/{comparison}/{report}/") + "..%2Fledger",
            "/comparisons/reconciliation",
            "/assets/..%2Froutes.py",
            "/assets/%2Fetc%2Fpasswd",
            world.address("/dags/{dag_id}/runs/..%2F..%2F") + "secret.txt",
            world.address("/history/{comparison}/..%2F..%2Fsecret.txt"),
        ):
            answer = visit(path)
            assert answer.status_code == 404, path
            assert "kept to ourselves" not in answer.text
    finally:
        secret.unlink()


def test_id_that_airflow_reads_as_all_dags_is_of_none(visit: Any, world: World) -> None:
    assert visit(world.address("/dags/{dag_id}/runs/{run_id}", dag_id="~")).status_code == 403


def test_each_reader_has_the_reports_of_their_own_dags(base_path: Path, visit: Any) -> None:
    report_of_a_task(base_path, 0, {"1": "Salo"}, {"1": "Sale"}, dag_id="daily")
    report_of_a_task(base_path, 1, {"1": "Salo"}, {"1": "Sale"}, dag_id="weekly")
    for user, mine, theirs in (("daily", "2026-11-16", "2026-11-17"), ("weekly", "2026-11-17", "2026-11-16")):
        [comparison] = list_reports(base_path.as_uri(), lambda dag, user=user: dag == user).comparisons  # type: ignore[misc]
        assert visit(f"/comparisons/{comparison.identity}/{mine}", user, "VIEWER").status_code == 200
        assert visit(f"/comparisons/{comparison.identity}/{theirs}", user, "VIEWER").status_code == 404
        newest = visit(f"/comparisons/{comparison.identity}", user, "VIEWER")
        assert newest.headers["Location"].endswith(mine)


def test_report_that_another_dag_wrote_over_is_no_longer_that_of_the_first(base_path: Path) -> None:
    report_of_a_task(base_path, 0, {"1": "Salo"}, {"1": "Sale"}, dag_id="daily")
    (base_path / "visma_px").rename(base_path / "elsewhere")
    (base_path / "visma_net").rename(base_path / "elsewhere too")
    report_of_a_task(base_path, 0, {"1": "Salo"}, {"1": "Turku"}, dag_id="weekly")
    assert list_reports(base_path.as_uri(), lambda dag: dag == "daily").comparisons == ()


def test_observation_of_an_unknown_dag_is_shown_to_nobody_and_that_is_said(base_path: Path, visit: Any) -> None:
    report_of_a_task(base_path, 0, {"1": "Salo"}, {"1": "Sale"}, dag_id=None)
    answer = visit("/")
    assert "1 earlier observation does not say which DAG made them" in answer.text
    assert "customers" not in answer.text
    assert list_reports(join(base_path.as_uri()), lambda _: True).comparisons == ()


def test_check_that_fails_otherwise_than_by_refusing_gives_no_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: Any) -> Any:
        raise HTTPException(503, "no answer")

    monkeypatch.setattr(access, "requires_access_dag", lambda *_: down)
    nobody: Any = None
    with pytest.raises(HTTPException):
        access.Reader(nobody, nobody).may_read("daily")


def test_nothing_is_shown_where_airflow_has_no_access_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("access", "routes"):
        monkeypatch.delitem(sys.modules, f"airflow_provider_erp.ui.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "airflow.api_fastapi.core_api.security", None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from starlette.testclient import TestClient

        client = TestClient(make_application())
    for path in ("/", "/assets/page.css", "/comparisons/x", "/dags/d/runs/r"):
        assert client.get(path).status_code == 503
        assert client.get(path).headers["X-Content-Type-Options"] == "nosniff"
