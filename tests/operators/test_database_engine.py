"""The comparison on PostgreSQL finds what the embedded engine finds, and says nothing of what is compared."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import runpy
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
from airflow.providers.common.compat.sdk import BaseHook
from compared_examples import HOSTILE, customers
from example_dags import DAGS
from sides_on_disk import a_customer, a_side
from temporary_postgres import temporary_postgres

from airflow_provider_erp.exceptions import ErpProtocolError, ErpUnavailable
from airflow_provider_erp.operators.engines import limit, postgres
from airflow_provider_erp.operators.engines.choice import sql_engine
from airflow_provider_erp.operators.engines.postgres import PostgresEngine
from airflow_provider_erp.reconciliation.customers.compare import local_engine, reconcile
from airflow_provider_erp.reconciliation.result import Break
from airflow_provider_erp.reconciliation.spec import CUSTOMERS, ReconciliationSpec

pytestmark = pytest.mark.needs("postgres")

Rows = list[dict[str, str | None]]
LONG = 300
"""Seconds."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with temporary_postgres() as dsn:
        yield dsn


@pytest.fixture
def conn_id(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = dict(part.split("=") for part in server.split())["host"]
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", f"postgres://erp@/postgres?host={folder.replace('/', '%2F')}")
    return "warehouse"


def found_in(tmp_path: Path, conn_id: str, spec: ReconciliationSpec, source: Rows, target: Rows) -> list[list[Break]]:
    """By the embedded engine, and by the connection."""
    found = []
    for name, engine in (("here", local_engine), ("there", sql_engine(conn_id))):
        folder = tmp_path / name
        folder.mkdir()
        pair = a_side(folder, "Ledger", source), a_side(folder, "Projects", target)
        found.append(list(reconcile(spec, *pair, folder, engine=engine).read_breaks()))
    return found


@pytest.mark.parametrize("dag_id", ["daily_customer_reconciliation"])
def test_specs_of_the_example_dag_find_the_same(tmp_path: Path, conn_id: str, dag_id: str) -> None:
    specs = runpy.run_path(str(DAGS / f"{dag_id}.py"))["SPECS"]
    assert any(spec.stale_after_days for spec in specs.values())
    old, new = "2026-01-01T06:00:00Z", "2026-11-20T06:00:00Z"
    for name, spec in specs.items():
        folder = tmp_path / name
        folder.mkdir()
        source, target = customers()
        source.append(a_customer("stale", number="900", city="Turku", modified_at=old))
        target.append(a_customer("fresh", number="900", city="Oslo", modified_at=new))
        here, there = found_in(folder, conn_id, spec, source, target)
        assert there == here
        assert ("stale" in {each.kind for each in here}) == (spec.stale_after_days is not None)


@pytest.mark.parametrize("rows", [[], [a_customer("1", number="1", name="Alfa")]], ids=["nobody", "the same one"])
def test_morning_on_which_all_agrees_has_no_breaks(tmp_path: Path, conn_id: str, rows: Rows) -> None:
    assert found_in(tmp_path, conn_id, CUSTOMERS, rows, rows) == [[], []]


def test_database_of_another_encoding_keeps_every_id(
    tmp_path: Path, server: str, conn_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(importlib.import_module("psycopg2").connect(server)) as connection:
        connection.autocommit = True
        connection.cursor().execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", os.environ["AIRFLOW_CONN_WAREHOUSE"].replace("/postgres?", "/latin?"))
    source = [a_customer("ä1", number="10", name="Säh"), a_customer("b", number="11")]
    here, there = found_in(tmp_path, conn_id, CUSTOMERS, source, [a_customer("ö", number="12")])
    assert there == here
    assert len(here) == 3
    (tmp_path / "untranslatable").mkdir()
    with pytest.raises(ErpUnavailable, match=r"\(22P05\) while loading source"):
        found_in(tmp_path / "untranslatable", conn_id, CUSTOMERS, [a_customer("1", number="10", name="日本")], [])


def test_statement_is_stopped_from_another_thread(tmp_path: Path, conn_id: str) -> None:
    with sql_engine(conn_id)(tmp_path, 0) as engine:
        stopping = threading.Timer(0.5, engine.cancel)
        stopping.start()
        with pytest.raises(ErpUnavailable, match=r"\(57014\) while making slept"):
            engine.create("slept", f"SELECT pg_sleep({LONG})::TEXT AS said")


@pytest.mark.parametrize("driver", ["psycopg2", "psycopg"])
def test_statement_of_a_worker_that_is_killed_does_not_run_on(server: str, tmp_path: Path, driver: str) -> None:
    with closing(importlib.import_module("psycopg2").connect(server)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        worker = multiprocessing.get_context("spawn").Process(target=sleeping_in_the_database, args=(driver, server))
        worker.start()
        until(lambda: running(cursor) == 1)
        worker.kill()
        until(lambda: running(cursor) == 0)
        worker.join()


@pytest.mark.parametrize("driver", ["psycopg2", "psycopg"])
def test_server_that_does_not_look_for_its_workers_compares_all_the_same(
    server: str, tmp_path: Path, driver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = "SELECT set_config('client_connection_check_interval', '-1', false)"
    monkeypatch.setattr(postgres, "_ENDS_WITH_ITS_WORKER", refused)
    with closing(importlib.import_module(driver).connect(server)) as connection:
        engine = PostgresEngine(connection, tmp_path, "warehouse")
        engine.check()
        assert list(engine.rows("SELECT 1 AS one")) == [(1,)]


def running(cursor: Any) -> int:
    """How many statements that sleep the server has under way."""
    cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%AS slept'")
    return int(cursor.fetchone()[0])


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def sleeping_in_the_database(driver: str, server: str) -> None:
    engine = PostgresEngine(importlib.import_module(driver).connect(server), Path(), "warehouse")
    engine.check()
    engine.create("long", f"SELECT pg_sleep({LONG})::TEXT AS slept")


@pytest.mark.parametrize("driver", ["psycopg2", "psycopg"])
def test_either_driver_brings_texts_there_and_back(server: str, tmp_path: Path, driver: str) -> None:
    columns = {"place": "INTEGER", "said": "VARCHAR"}
    rows = [*enumerate(HOSTILE), (len(HOSTILE), None)]
    with closing(importlib.import_module(driver).connect(server)) as connection:
        engine = PostgresEngine(connection, tmp_path, "warehouse")
        engine.load("told", columns, rows)
        engine.create("same", "SELECT * FROM told")
        engine.export("SELECT * FROM same", tmp_path / "out.parquet", columns)
        assert sorted(engine.rows("SELECT * FROM same")) == rows
    with duckdb.connect() as here:
        assert sorted(here.read_parquet(str(tmp_path / "out.parquet")).fetchall()) == rows


def test_what_is_no_refusal_of_the_database_is_told_as_it_is(server: str, tmp_path: Path) -> None:
    with closing(importlib.import_module("psycopg2").connect(server)) as connection:
        engine = PostgresEngine(connection, tmp_path / "gone", "warehouse")
        with pytest.raises(FileNotFoundError):
            engine.export("SELECT 1 AS one", tmp_path / "out.parquet", {"one": "INTEGER"})


@pytest.mark.parametrize("driver", ["psycopg2", "psycopg"])
def test_session_that_the_driver_takes_for_closed_is_told_like_any_refusal(
    server: str, tmp_path: Path, driver: str
) -> None:
    session = importlib.import_module(driver).connect(server)
    session.close()
    with pytest.raises(ErpUnavailable, match=r"'warehouse': \w+ \(no code\) while making it; the database's own log"):
        PostgresEngine(session, tmp_path, "warehouse").create("it", "SELECT 1 AS one")


def test_rows_that_the_worker_itself_cannot_read_are_no_fault_of_the_database(tmp_path: Path, conn_id: str) -> None:
    columns, query = {"n": "INTEGER"}, "SELECT CAST(t AS INTEGER) AS n FROM (VALUES ('1'), ('?')) v(t)"
    with sql_engine(conn_id)(tmp_path, 0) as engine, pytest.raises(duckdb.ConversionException):
        engine.use("numbers", query, columns)


@pytest.mark.parametrize("driver", ["psycopg2", "psycopg"])
def test_answer_that_is_too_long_is_no_short_one_and_breaks_may_be_more(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, driver: str
) -> None:
    monkeypatch.setattr(limit, "MOST_ROWS", 3)
    query, written = "WITH found AS (SELECT generate_series(1, {}) AS n) SELECT n FROM found", tmp_path / "out.parquet"
    with closing(importlib.import_module(driver).connect(server)) as connection:
        engine = PostgresEngine(connection, tmp_path, "warehouse")
        assert sorted(engine.rows(query.format(3))) == [(1,), (2,), (3,)]
        with pytest.raises(ErpProtocolError, match="connection 'warehouse': expected at most 3 rows of one answer"):
            list(engine.rows(query.format(100)))
        engine.export(query.format(100), written, {"n": "INTEGER"})
    assert duckdb.read_parquet(str(written)).shape == (100, 1)


def test_refusal_of_the_database_names_neither_values_nor_statements(tmp_path: Path, conn_id: str) -> None:
    with sql_engine(conn_id)(tmp_path, 0) as engine:
        engine.load("secrets", {"name": "VARCHAR"}, [("Virtanen",)])
        with pytest.raises(
            ErpUnavailable, match=r"^connection 'warehouse': \w+ \(22P02\) while making numbers"
        ) as caught:
            engine.create("numbers", "SELECT name::INTEGER AS number FROM secrets")
    assert "Virtanen" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_server_that_is_gone_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", f"postgres://erp:never-told@127.0.0.1:{port}/postgres")
    message = r"^connection 'warehouse': OperationalError \(no code\) while opening a session; .*$"
    with pytest.raises(ErpUnavailable, match=message) as caught, sql_engine("warehouse")(tmp_path, 0):
        pass
    assert "\n" not in str(caught.value)


def test_connection_of_another_kind_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_LEDGER", "visma-net://host")
    assert BaseHook.get_connection("ledger")
    with pytest.raises(ValueError, match="expected a connection to a database, got 'ledger' of type 'visma_net'"):
        with sql_engine("ledger")(tmp_path, 0):
            pass
