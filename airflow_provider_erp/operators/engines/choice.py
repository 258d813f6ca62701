"""Which engine compares, by its name and a connection that Airflow knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import BaseHook

from airflow_provider_erp.operators.engines.postgres import PostgresEngine
from airflow_provider_erp.operators.engines.shared import SharedFolder
from airflow_provider_erp.operators.engines.spark import SparkEngine
from airflow_provider_erp.operators.engines.spark_session import spark_session
from airflow_provider_erp.operators.engines.sql import SqlEngine, told
from airflow_provider_erp.reconciliation.customers.compare import OpenEngine, local_engine
from airflow_provider_erp.reconciliation.engines import Engine, EngineName, quoted
from airflow_provider_erp.reconciliation.postings.compare import TABLES, Answer

if TYPE_CHECKING:
    import duckdb

_ALL_OF = "SELECT * FROM read_parquet('{file}')"


def engine_of(name: EngineName, conn_id: str | None, shared: Callable[[], SharedFolder]) -> OpenEngine:
    """Opens sessions of the engine; nothing is asked of it before. ``shared`` is asked for by a remote one only."""
    if name == "duckdb":
        return local_engine
    if name == "sql":
        return sql_engine(conn_id or "")
    return _spark_engine(conn_id or "", shared)


def sql_engine(conn_id: str) -> OpenEngine:
    """Opens sessions of a connection whose hook is a ``DbApiHook``.

    Raises:
        ValueError: in use, when the connection is none of a database.
        ErpUnavailable: in use, when the database cannot be reached.
        ErpConfigError: in use, when the database compares texts by another order than that of their bytes.
    """

    @contextmanager
    def opened(folder: Path, _: int) -> Iterator[Engine]:
        hook = _hook(conn_id, "a database", "get_records")
        with told(conn_id, "opening", "a session"):
            session = hook.get_conn()
        with closing(session) as connection:
            engine = _of_database(hook, connection, folder, conn_id)
            engine.check()
            yield engine

    return opened


def _hook(conn_id: str, engine: str, method: str) -> Any:
    """The connection's hook, which is one of the engine where it has the method."""
    hook = BaseHook.get_hook(conn_id)
    if not hasattr(hook, method):
        raise ValueError(
            f"engine_conn_id: expected a connection to {engine}, got {conn_id!r} of type "
            f"{getattr(hook, 'conn_type', None)!r}"
        )
    return hook


def _of_database(hook: Any, connection: Any, folder: Path, conn_id: str) -> SqlEngine:
    if hook.conn_type == "postgres":
        return PostgresEngine(connection, folder, conn_id)
    return SqlEngine(connection, folder, conn_id, getattr(hook, "hook_name", hook.conn_type), hook.placeholder)


def _spark_engine(conn_id: str, shared: Callable[[], SharedFolder]) -> OpenEngine:
    """Opens sessions of a ``spark_connect`` connection; what they write stays in the shared folder."""

    @contextmanager
    def opened(folder: Path, _: int) -> Iterator[Engine]:
        hook = _hook(conn_id, "Spark Connect", "get_connection_url")
        if not hook.get_connection(conn_id).host:
            raise ValueError(f"connection {conn_id!r}: expected the host of a Spark Connect server, got none")
        place = shared()
        with spark_session(conn_id, hook.get_connection_url()) as session:
            yield SparkEngine(session, folder, place, conn_id)
        place.list_tables(SparkEngine.name)

    return opened


def answer_of(open_engine: OpenEngine, folder: Path) -> Answer:
    """The same for the comparison of postings, which asks once."""

    def answer(local: duckdb.DuckDBPyConnection, sql: str) -> Iterator[tuple[Any, ...]]:
        most = max(len(local.table(table)) for table in TABLES)
        with open_engine(folder, most) as engine:
            for table in TABLES:
                rows = local.table(table)
                file = folder / f"{table}-rows.parquet"
                rows.write_parquet(str(file))
                columns = dict(zip(rows.columns, map(str, rows.types), strict=True))
                engine.use(table, _ALL_OF.format(file=quoted(file)), columns)
            yield from engine.rows(sql)

    return answer
