"""The comparison on a PostgreSQL that Airflow knows as a connection, in one session with temporary tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import BaseHook

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.exceptions import ErpUnavailable
from airflow_provider_erp.reconciliation.customers.compare import OpenEngine
from airflow_provider_erp.reconciliation.engines import Engine, quoted, read_lines, write_lines
from airflow_provider_erp.reconciliation.postings.compare import TABLES, Answer

if TYPE_CHECKING:
    import duckdb

_MEMORY_MB = 128
_FETCH_ROWS = 5_000
_CHUNK_BYTES = 1024 * 1024
_TYPES = {"VARCHAR": 'TEXT COLLATE "C"'}
"""Texts are ordered by their bytes, not by a locale."""
_WITHOUT_NUL = "SELECT {columns} FROM ({rows})"
_ALL_OF = "SELECT * FROM read_parquet('{file}')"
_AS_WRITTEN = "SET client_encoding TO 'UTF8'"
"""A database of another encoding converts what it can, and refuses the rest."""
_CSV = "(FORMAT csv, HEADER false, FORCE_QUOTE *)"


class PostgresEngine:
    """Loads by COPY: an error of a plain INSERT would write its values to the log."""

    name = "PostgreSQL"

    def __init__(self, connection: Any, folder: Path, conn_id: str) -> None:
        self._connection = connection
        self._folder = folder
        self._conn_id = conn_id

    def use(self, table: str, query: str, columns: Mapping[str, str]) -> None:
        """Copies the rows into a temporary table; the character NUL, which PostgreSQL has not, is left out."""
        texts = [
            name if kind != "VARCHAR" else f"replace({name}, chr(0), '') AS {name}" for name, kind in columns.items()
        ]
        query = _WITHOUT_NUL.format(columns=", ".join(texts), rows=query)
        with open_engine(self._folder, memory_mb=_MEMORY_MB) as local:
            self._copy_in(local, table, columns, query)

    def load(self, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """By way of a file."""
        lines = self._folder / f"{table}.jsonl"
        longest = write_lines(lines, rows)
        with open_engine(self._folder, memory_mb=_MEMORY_MB) as local:
            read_lines(local, lines, columns, longest).create_view("lines")
            self._copy_in(local, table, columns, "SELECT * FROM lines")

    def create(self, table: str, query: str) -> None:
        """A temporary table, with statistics for the planner."""
        with self._told("making", table), closing(self._connection.cursor()) as cursor:
            cursor.execute(f"CREATE TEMP TABLE {table} AS {query}")
            cursor.execute(f"ANALYZE {table}")

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """A few thousand at a time."""
        with self._told("asking", "it"), closing(self._connection.cursor()) as cursor:
            cursor.execute(query)
            while rows := cursor.fetchmany(_FETCH_ROWS):
                yield from rows

    def export(self, query: str, file: Path, columns: Mapping[str, str]) -> None:
        """By way of a CSV file, in which an empty text stands in quotes and null does not."""
        csv = self._folder / "export.csv"
        with self._told("reading", file.stem), closing(self._connection.cursor()) as cursor, csv.open("wb") as target:
            _copy_out(cursor, f"COPY ({query}) TO STDOUT (FORMAT csv)", target)
        types = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
        with open_engine(self._folder, memory_mb=_MEMORY_MB) as local:
            local.execute(
                f"COPY (SELECT * FROM read_csv('{quoted(csv)}', columns = {{{types}}}, header = false, nullstr = '', "  # noqa: S608
                f"auto_detect = false, allow_quoted_nulls = false, "
                f"delim = ',', quote = '\"', escape = '\"', new_line = '\\n', "
                f"max_line_size = 1000000000, parallel = false)) TO '{quoted(file)}' (FORMAT parquet)"
            )
        csv.unlink()

    def _copy_in(self, local: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], query: str) -> None:
        csv = self._folder / f"{table}.csv"
        local.execute(f"COPY ({query}) TO '{quoted(csv)}' {_CSV}")
        types = ", ".join(f"{name} {_TYPES.get(kind, kind)}" for name, kind in columns.items())
        with self._told("loading", table), closing(self._connection.cursor()) as cursor, csv.open("rb") as source:
            cursor.execute(f"CREATE TEMP TABLE {table} ({types})")
            _copy_in(cursor, f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT csv)", source)
            cursor.execute(f"ANALYZE {table}")
        csv.unlink()

    @contextmanager
    def _told(self, doing: str, what: str) -> Iterator[None]:
        """The database's own words may hold customers' data: they stay out of messages.

        Raises:
            ErpUnavailable: the database refused.
        """
        try:
            yield
        except Exception as exc:
            state = getattr(exc, "sqlstate", None) or getattr(exc, "pgcode", None)
            if state is None and not type(exc).__module__.startswith("psycopg"):
                raise
            raise ErpUnavailable(
                f"connection {self._conn_id!r}: {type(exc).__name__} ({state or 'no code'}) while {doing} {what}; "
                "the database's own log has more"
            ) from None


def postgres_engine(conn_id: str) -> OpenEngine:
    """Opens sessions of the connection; nothing is asked of it before.

    Raises:
        ValueError: in use, when the connection is none of PostgreSQL.
    """

    @contextmanager
    def opened(folder: Path) -> Iterator[Engine]:
        hook = BaseHook.get_hook(conn_id)
        if getattr(hook, "conn_type", "") != "postgres":
            raise ValueError(
                f"engine_conn_id: expected a connection to PostgreSQL, got {conn_id!r} of type "
                f"{getattr(hook, 'conn_type', None)!r}"
            )
        with closing(hook.get_conn()) as connection:
            with closing(connection.cursor()) as cursor:
                cursor.execute(_AS_WRITTEN)
            yield PostgresEngine(connection, folder, conn_id)

    return opened


def postgres_answer(conn_id: str, folder: Path) -> Answer:
    """The same for the comparison of postings, which asks once."""

    def answer(local: duckdb.DuckDBPyConnection, sql: str) -> Iterator[tuple[Any, ...]]:
        with postgres_engine(conn_id)(folder) as engine:
            for table in TABLES:
                rows = local.table(table)
                file = folder / f"{table}.parquet"
                rows.write_parquet(str(file))
                columns = dict(zip(rows.columns, map(str, rows.types), strict=True))
                engine.use(table, _ALL_OF.format(file=quoted(file)), columns)
            yield from engine.rows(sql)

    return answer


def _copy_in(cursor: Any, statement: str, source: Any) -> None:
    """Either driver that Airflow's hook may use."""
    if hasattr(cursor, "copy_expert"):
        cursor.copy_expert(statement, source, _CHUNK_BYTES)
        return
    with cursor.copy(statement) as copy:
        while chunk := source.read(_CHUNK_BYTES):
            copy.write(chunk)


def _copy_out(cursor: Any, statement: str, target: Any) -> None:
    if hasattr(cursor, "copy_expert"):
        cursor.copy_expert(statement, target, _CHUNK_BYTES)
        return
    with cursor.copy(statement) as copy:
        for chunk in copy:
            target.write(chunk)
