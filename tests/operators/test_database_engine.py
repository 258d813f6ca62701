"""The comparison on PostgreSQL finds what the embedded engine finds, and says nothing of what is compared."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from airflow.providers.common.compat.sdk import BaseHook
from compared_examples import HOSTILE
from temporary_postgres import temporary_postgres

from airflow_provider_erp.exceptions import ErpUnavailable
from airflow_provider_erp.operators.engines.choice import sql_engine
from airflow_provider_erp.operators.engines.postgres import PostgresEngine

pytestmark = pytest.mark.needs("postgres")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with temporary_postgres() as dsn:
        yield dsn


@pytest.fixture
def conn_id(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = dict(part.split("=") for part in server.split())["host"]
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", f"postgres://erp@/postgres?host={folder.replace('/', '%2F')}")
    return "warehouse"


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


def test_refusal_of_the_database_names_neither_values_nor_statements(tmp_path: Path, conn_id: str) -> None:
    with sql_engine(conn_id)(tmp_path) as engine:
        engine.load("secrets", {"name": "VARCHAR"}, [("Virtanen",)])
        with pytest.raises(
            ErpUnavailable, match=r"^connection 'warehouse': \w+ \(22P02\) while making numbers"
        ) as caught:
            engine.create("numbers", "SELECT name::INTEGER AS number FROM secrets")
    assert "Virtanen" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_connection_of_another_kind_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_LEDGER", "visma-net://host")
    assert BaseHook.get_connection("ledger")
    with pytest.raises(ValueError, match="expected a connection to a database, got 'ledger' of type 'visma_net'"):
        with sql_engine("ledger")(tmp_path):
            pass
