"""The comparison on any database whose hook is a ``DbApiHook``, in one session with temporary tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.exceptions import ErpConfigError, ErpUnavailable
from airflow_provider_erp.operators.engines import limit
from airflow_provider_erp.reconciliation.engines import read_lines, write_lines

if TYPE_CHECKING:
    import duckdb

MEMORY_MB = 128
_FETCH_ROWS = 5_000
_INSERT_ROWS = 1_000
_BY_BYTES = "SELECT CASE WHEN 'a' = 'A' OR 'a' = 'a ' OR 'a' < 'B' THEN 0 ELSE 1 END"

_EXACT = "SELECT CASE WHEN 0.1 + 0.2 = 0.3 THEN 1 ELSE 0 END"


class SqlEngine:
    """Loads by inserts with parameters, never with a value in a statement.

    The database must have ``CREATE TEMP TABLE`` and compare texts by their
    bytes. A subclass knows a quicker way in and out.
    """

    types: ClassVar[Mapping[str, str]] = {}
    """Other names that the database has for SQL types."""

    def __init__(self, connection: Any, folder: Path, conn_id: str, name: str, placeholder: str = "%s") -> None:
        self.name = name
        self._connection = connection
        self._folder = folder
        self._conn_id = conn_id
        self._placeholder = placeholder

    def check(self) -> None:
        """Refuses a database that would find other breaks.

        Raises:
            ErpConfigError: it compares texts by another order than that of their bytes.
        """
        if next(self.rows(_BY_BYTES)) != (1,):
            raise ErpConfigError(
                f"connection {self._conn_id!r}: expected a database that compares texts by their bytes, this one takes "
                "'a' for 'A' or 'a ', or sorts by a locale; set a binary collation for the session"
            )

    def _check_decimals(self) -> None:
        if next(self.rows(_EXACT)) != (1,):
            raise ErpConfigError(
                f"connection {self._conn_id!r}: expected a database with exact decimals, for this one 0.1 + 0.2 is not "
                "0.3; leave engine out, so that the worker compares sums"
            )

    def use(self, table: str, query: str, columns: Mapping[str, str]) -> None:
        """Copies the rows into a temporary table.

        Raises:
            ErpConfigError: there are sums in it, and the database rounds.
        """
        if any(kind.startswith("DECIMAL") for kind in columns.values()):
            self._check_decimals()
        with open_engine(self._folder, memory_mb=MEMORY_MB) as local:
            self._copy_in(local, table, columns, query)

    def load(self, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """By way of a file."""
        lines = self._folder / f"{table}.jsonl"
        longest = write_lines(lines, rows)
        with open_engine(self._folder, memory_mb=MEMORY_MB) as local:
            read_lines(local, lines, columns, longest).create_view("lines")
            self._copy_in(local, table, columns, "SELECT * FROM lines")

    def create(self, table: str, query: str) -> None:
        """A temporary table."""
        with self._told("making", table), closing(self._connection.cursor()) as cursor:
            cursor.execute(f"CREATE TEMP TABLE {table} AS {query}")

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """A few thousand at a time.

        Raises:
            ErpProtocolError: there are more than ``limit.MOST_ROWS``.
        """
        for place, row in enumerate(self._read(self._at_most(query, limit.MOST_ROWS + 1))):
            if place == limit.MOST_ROWS:
                raise limit.too_many(self._conn_id)
            yield row

    def _at_most(self, query: str, rows: int) -> str:
        """The query for so many; not every database knows LIMIT, and its driver may read as it is asked."""
        return query

    def _read(self, query: str) -> Iterator[tuple[Any, ...]]:
        with self._told("asking", "it"), closing(self._connection.cursor()) as cursor:
            cursor.execute(query)
            while rows := cursor.fetchmany(_FETCH_ROWS):
                yield from map(tuple, rows)

    def export(self, query: str, file: Path, columns: Mapping[str, str]) -> None:
        """By way of a file of lines."""
        lines = file.with_suffix(".jsonl")
        longest = write_lines(lines, self._read(query))
        with open_engine(self._folder, memory_mb=MEMORY_MB) as local:
            read_lines(local, lines, columns, longest).write_parquet(str(file))
        lines.unlink()

    def cancel(self) -> None:
        """Asks the database to stop, where its driver can."""
        with suppress(Exception):
            self._connection.cancel()

    def _copy_in(self, local: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], query: str) -> None:
        marks = ", ".join(self._placeholder for _ in columns)
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
        found = local.execute(query)
        with self._told("loading", table), closing(self._connection.cursor()) as cursor:
            cursor.execute(f"CREATE TEMP TABLE {table} ({self._typed(columns)})")
            while rows := found.fetchmany(_INSERT_ROWS):
                cursor.executemany(insert, rows)

    def _typed(self, columns: Mapping[str, str]) -> str:
        return ", ".join(f"{name} {self.types.get(kind, kind)}" for name, kind in columns.items())

    def _told(self, doing: str, what: str) -> AbstractContextManager[None]:
        return told(self._conn_id, doing, what)


@contextmanager
def told(conn_id: str, doing: str, what: str) -> Iterator[None]:
    """The database's own words may hold customers' data: they stay out of messages.

    Raises:
        ErpUnavailable: the database refused, or is gone.
    """
    try:
        yield
    except Exception as exc:
        state = getattr(exc, "sqlstate", None) or getattr(exc, "pgcode", None)
        if state is None and not _is_of_a_database(exc):
            raise
        raise ErpUnavailable(
            f"connection {conn_id!r}: {type(exc).__name__} ({state or 'no code'}) while {doing} {what}; "
            "the database's own log has more"
        ) from None


def _is_of_a_database(exc: Exception) -> bool:
    """Every driver's errors have an ancestor of such a name (PEP 249); so have DuckDB's, which reads for the worker."""
    names = {each.__name__ for each in type(exc).__mro__}
    return bool(names & {"DatabaseError", "InterfaceError"}) and not type(exc).__module__.endswith("duckdb")
