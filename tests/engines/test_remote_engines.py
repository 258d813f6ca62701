"""Engines that are gone, of another kind, out of sight, asked for too much, or stopped."""

from __future__ import annotations

import json
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from loopback import Reply, serving
from remote_engines import CONN_ID, running_sail

from airflow_provider_erp.exceptions import ErpConfigError, ErpInconsistentRead, ErpProtocolError, ErpUnavailable
from airflow_provider_erp.operators.engines import limit
from airflow_provider_erp.operators.engines.choice import engine_of
from airflow_provider_erp.operators.engines.shared import SharedFolder, shared_folder
from airflow_provider_erp.operators.engines.spark import SparkEngine
from airflow_provider_erp.operators.engines.spark_session import spark_session
from airflow_provider_erp.operators.engines.sql import SqlEngine
from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.reconciliation import CUSTOMERS


@pytest.fixture(scope="module")
def url(object_store: str) -> Iterator[str]:
    with running_sail(object_store) as (host, port):
        yield f"sc://{host}:{port}/"


@pytest.fixture
def engine(url: str, tmp_path: Path) -> Iterator[SparkEngine]:
    with spark_session("lake", url) as session:
        yield SparkEngine(session, tmp_path, shared_folder(tmp_path.as_uri(), tmp_path.as_uri(), "engine"), "lake")


def test_server_that_is_gone_is_told_at_once() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    started = time.monotonic()
    message = rf"connection 'lake': no Spark Connect server answers at 127.0.0.1:{port} \(ConnectionRefusedError\)"
    with pytest.raises(ErpUnavailable, match=message), spark_session("lake", f"sc://127.0.0.1:{port}/"):
        pass
    assert time.monotonic() - started < 10


def test_server_that_is_no_spark_is_told_in_one_line() -> None:
    with serving([Reply(status=404)]) as other:
        url = other.url.replace("http", "sc")
        with pytest.raises(
            ErpUnavailable, match=r"^connection 'lake': Spark ended with \w+ while opening a session; .*$"
        ):
            with spark_session("lake", url):
                pass


def test_connection_without_a_host_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"AIRFLOW_CONN_{CONN_ID.upper()}", json.dumps({"conn_type": "spark_connect"}))
    with pytest.raises(ValueError, match="connection 'engine': expected the host of a Spark Connect server, got none"):
        with engine_of("spark_connect", CONN_ID, lambda: SharedFolder("", ""))(tmp_path, 0):
            pass


def test_server_that_goes_away_is_told_in_one_line(object_store: str, tmp_path: Path) -> None:
    with running_sail(object_store) as (host, port):
        opened = spark_session("lake", f"sc://{host}:{port}/")
        session = opened.__enter__()
        engine = SparkEngine(session, tmp_path, shared_folder(tmp_path.as_uri(), tmp_path.as_uri(), "e"), "lake")
        assert list(engine.rows("SELECT 1 AS one")) == [(1,)]
    with pytest.raises(
        ErpUnavailable, match=r"^connection 'lake': Spark ended with \w+ while asking it; .*$"
    ) as caught:
        list(engine.rows("SELECT 1 AS one"))
    assert "\n" not in str(caught.value)
    opened.__exit__(None, None, None)


def test_refusal_of_spark_names_neither_values_nor_statements(engine: SparkEngine) -> None:
    engine.load("secrets", {"name": "VARCHAR"}, [("Virtanen",)])
    with pytest.raises(ErpUnavailable, match=r"^connection 'lake': Spark ended with \w+ while asking it") as caught:
        list(engine.rows("SELECT CAST(name AS INT) AS number FROM secrets"))
    assert "Virtanen" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_session_fails_where_a_value_does_not_fit_and_knows_no_zone_but_utc(url: str) -> None:
    with spark_session("lake", url) as session:
        assert session.conf.get("spark.sql.ansi.enabled") == "true"
        assert session.conf.get("spark.sql.session.timeZone") == "UTC"


def test_answer_that_is_too_long_is_no_short_one(engine: SparkEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit, "MOST_ROWS", 3)
    engine.load("numbers", {"n": "INTEGER"}, [(n,) for n in range(4)])
    assert len(list(engine.rows("SELECT n FROM numbers WHERE n < 3"))) == 3
    with pytest.raises(ErpProtocolError, match="connection 'lake': expected at most 3 rows of one answer, got more"):
        list(engine.rows("SELECT n FROM numbers"))


def test_rows_that_spark_wrote_and_the_worker_does_not_see_are_an_error(url: str, tmp_path: Path) -> None:
    place = SharedFolder((tmp_path / "ours").as_uri(), (tmp_path / "theirs").as_uri())
    with spark_session("lake", url) as session:
        engine = SparkEngine(session, tmp_path, place, "lake")
        with pytest.raises(
            ErpInconsistentRead, match=r"'lake': Spark wrote 1 rows to .*theirs/findings', the worker sees 0"
        ):
            engine.export("SELECT 'field_differs' AS kind", tmp_path / "findings.parquet", {"kind": "VARCHAR"})


def test_error_that_is_none_of_spark_is_told_as_it_is(engine: SparkEngine, tmp_path: Path) -> None:
    with pytest.raises(KeyError), engine._told("making", "it"):
        raise KeyError


def test_engine_is_stopped_from_another_thread_and_a_stop_is_no_error(engine: SparkEngine) -> None:
    stopping = threading.Thread(target=engine.cancel)
    stopping.start()
    stopping.join(10)
    assert not stopping.is_alive()


def test_question_that_takes_long_is_interrupted(engine: SparkEngine) -> None:
    stopping = threading.Timer(1, engine.cancel)
    stopping.start()
    with pytest.raises(ErpUnavailable, match="Spark ended with"):
        list(
            engine.rows(
                "SELECT COUNT(*) AS n FROM range(100000) AS a CROSS JOIN range(100000) AS b WHERE a.id * b.id % 7 = 3"
            )
        )
    assert list(engine.rows("SELECT 1 AS one")) == [(1,)]


@pytest.mark.parametrize("name", ["sql", "spark_connect"])
def test_connection_of_another_kind_is_refused(name: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"AIRFLOW_CONN_{CONN_ID.upper()}", "visma-net://host")
    opener = engine_of(name, CONN_ID, lambda: SharedFolder("", ""))
    with pytest.raises(
        ValueError, match=r"engine_conn_id: expected a connection to .*, got 'engine' of type 'visma_net'"
    ):
        with opener(tmp_path, 0):
            pass


@pytest.mark.parametrize(
    "base", ["file:///var/erp", "/var/erp", "file:/var/erp", "FILE:///var/erp", "local:///var/erp", "erp", "./erp"]
)
def test_folder_of_this_machine_is_refused_unless_its_name_on_the_engine_is_given(base: str) -> None:
    with pytest.raises(ValueError, match=r"engine_path: .* lies on this machine's disk, which a remote engine"):
        shared_folder(base, None, "engine")
    with pytest.raises(ValueError, match=r"engine_path: .* lies on this machine's disk, which a remote engine"):
        shared_folder(base, "", "engine")
    assert shared_folder(base, "file:///mnt/erp", "a") == SharedFolder(f"{base}/a", "file:///mnt/erp/a")


@pytest.mark.parametrize(
    ("base", "seen"),
    [
        ("s3://objects@bucket/erp", "s3a://bucket/erp/engine"),
        ("s3://bucket", "s3a://bucket/engine"),
        ("gs://lake@bucket/erp/", "gs://bucket/erp/engine"),
    ],
)
def test_engine_sees_an_object_storage_without_the_workers_connection(base: str, seen: str) -> None:
    assert shared_folder(base, None, "engine").theirs == seen


def test_database_that_compares_texts_by_a_locale_is_refused(tmp_path: Path) -> None:
    class WithoutCase(SqlEngine):
        def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
            return super().rows(query.replace("'A'", "'A' COLLATE NOCASE"))

    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        engine = WithoutCase(connection, tmp_path, "warehouse", "SQLite", "?")
        with pytest.raises(ErpConfigError, match="'warehouse': expected a database that compares texts by their bytes"):
            engine.check()
        engine.cancel()


def test_any_database_is_asked_for_no_more_than_a_worker_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit, "MOST_ROWS", 3)
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        engine = SqlEngine(connection, tmp_path, "warehouse", "SQLite", "?")
        engine.load("numbers", {"n": "INTEGER"}, [(n,) for n in range(4)])
        assert len(list(engine.rows("SELECT n FROM numbers WHERE n < 3"))) == 3
        with pytest.raises(ErpProtocolError, match="connection 'warehouse': expected at most 3 rows of one answer"):
            list(engine.rows("SELECT n FROM numbers"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"engine": "spark"}, "engine: expected one of duckdb, sql, spark_connect; got 'spark'"),
        ({"engine": "sql"}, "engine_conn_id: expected a connection with engine='sql', got None"),
        ({"engine": "duckdb", "engine_conn_id": "x"}, "engine_conn_id: expected none with engine='duckdb', got 'x'"),
    ],
)
def test_engine_without_its_connection_is_refused_when_the_dag_is_parsed(arguments: Any, message: str) -> None:
    with pytest.raises(AirflowFailException, match=message):
        ErpReconcileOperator(task_id="reconcile", spec=CUSTOMERS, source="a", target="b", **arguments)


def test_task_that_is_killed_stops_its_engine() -> None:
    stopped: list[bool] = []
    operator = ErpReconcileOperator(task_id="reconcile", spec=CUSTOMERS, source="a", target="b")
    operator.on_kill()
    engine: Any = SimpleNamespace(cancel=lambda: stopped.append(True))
    operator._watch(engine)
    operator.on_kill()
    operator._watch(None)
    operator.on_kill()
    assert stopped == [True]


def test_manifest_of_what_spark_left_names_nothing_secret(url: str, tmp_path: Path) -> None:
    place = shared_folder(tmp_path.as_uri(), tmp_path.as_uri(), "engine")
    with spark_session("lake", url) as session:
        SparkEngine(session, tmp_path, place, "lake").load("told", {"n": "INTEGER"}, [(1,)])
    place.list_tables("Spark Connect")
    told = json.loads((tmp_path / "engine/manifest.json").read_bytes())
    assert told == {"engine": "Spark Connect", "seen_as": place.theirs, "tables": {"told": ["told/rows.parquet"]}}
