"""The comparison on PostgreSQL: in and out by COPY."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.exceptions import ErpConfigError
from airflow_provider_erp.operators.engines.sql import MEMORY_MB, SqlEngine
from airflow_provider_erp.reconciliation.engines import quoted

if TYPE_CHECKING:
    import duckdb

_IDS = ("record_id", "line_id")
_CHUNK_BYTES = 1024 * 1024
_WITHOUT_NUL = "SELECT {columns} FROM ({rows})"
_ENDS_WITH_ITS_WORKER = (
    "SELECT set_config(name, '2s', false) FROM pg_settings WHERE name = 'client_connection_check_interval'"
)
"""PostgreSQL 14 and later, which refuses it on some platforms."""
_CSV = "(FORMAT csv, HEADER false, FORCE_QUOTE *)"


class PostgresEngine(SqlEngine):
    """Loads by COPY: an error of a plain INSERT would write its values to the log."""

    types: ClassVar[Mapping[str, str]] = {"VARCHAR": 'TEXT COLLATE "C"'}
    """Texts are ordered by their bytes, not by a locale."""

    def __init__(self, connection: Any, folder: Path, conn_id: str) -> None:
        super().__init__(connection, folder, conn_id, "PostgreSQL")

    def check(self) -> None:
        """Each column says how it is ordered; a database of another encoding converts what it can, refuses the rest.

        A statement ends soon after its worker, where the server can see that:
        a worker that is killed, or waits in its driver, does not stop it.
        """
        with self._told("opening", "a session"), closing(self._connection.cursor()) as cursor:
            try:
                cursor.execute(_ENDS_WITH_ITS_WORKER)
            except self._connection.DataError:
                self._connection.rollback()
            cursor.execute("SET client_encoding TO 'UTF8'")

    def use(self, table: str, query: str, columns: Mapping[str, str]) -> None:
        """Copies the rows into a temporary table; the character NUL, which PostgreSQL has not, is left out.

        Raises:
            ErpConfigError: an id has it, and would be taken for another.
        """
        self._check_ids(table, query, [name for name in columns if name in _IDS])
        texts = [
            name if kind != "VARCHAR" else f"replace({name}, chr(0), '') AS {name}" for name, kind in columns.items()
        ]
        super().use(table, _WITHOUT_NUL.format(columns=", ".join(texts), rows=query), columns)

    def _check_ids(self, table: str, query: str, ids: Sequence[str]) -> None:
        with open_engine(self._folder, memory_mb=MEMORY_MB) as local:
            odd = sum(len(local.sql(query).filter(f"contains({name}, chr(0))")) for name in ids)
        if odd:
            raise ErpConfigError(
                f"connection {self._conn_id!r}: expected ids without the character NUL, which PostgreSQL has not, got "
                f"{odd} with it in {table}; leave engine out, so that the worker compares"
            )

    def _at_most(self, query: str, rows: int) -> str:
        """The driver reads all of an answer before it gives the first row."""
        return f"SELECT * FROM ({query}) AS found LIMIT {rows}"  # noqa: S608

    def create(self, table: str, query: str) -> None:
        """A temporary table, with statistics for the planner."""
        super().create(table, query)
        with self._told("making", table), closing(self._connection.cursor()) as cursor:
            cursor.execute(f"ANALYZE {table}")

    def export(self, query: str, file: Path, columns: Mapping[str, str]) -> None:
        """By way of a CSV file, in which an empty text stands in quotes and null does not."""
        csv = self._folder / "export.csv"
        with self._told("reading", file.stem), closing(self._connection.cursor()) as cursor, csv.open("wb") as target:
            _copy_out(cursor, f"COPY ({query}) TO STDOUT (FORMAT csv)", target)
        types = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
        with open_engine(self._folder, memory_mb=MEMORY_MB) as local:
            local.execute(
                f"COPY (SELECT * FROM read_csv('{quoted(csv)}', columns = {{{types}}}, header = false, nullstr = '', "  # noqa: S608
                "auto_detect = false, allow_quoted_nulls = false, "
                f"delim = ',', quote = '\"', escape = '\"', new_line = '\\n', "
                f"max_line_size = 1000000000, parallel = false)) TO '{quoted(file)}' (FORMAT parquet)"
            )
        csv.unlink()

    def _copy_in(self, local: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], query: str) -> None:
        csv = self._folder / f"{table}.csv"
        local.execute(f"COPY ({query}) TO '{quoted(csv)}' {_CSV}")
        with self._told("loading", table), closing(self._connection.cursor()) as cursor, csv.open("rb") as source:
            cursor.execute(f"CREATE TEMP TABLE {table} ({self._typed(columns)})")
            _copy_in(cursor, f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT csv)", source)
            cursor.execute(f"ANALYZE {table}")
        csv.unlink()


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
