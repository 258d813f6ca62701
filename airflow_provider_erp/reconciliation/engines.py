"""Where the comparison's SQL text runs: the embedded DuckDB, or a database that its caller brings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

if TYPE_CHECKING:
    import duckdb

_FETCH_ROWS = 5_000
_ENCODE_ROWS = 1_000
_ENCODER = msgspec.json.Encoder()
LONGEST_LINE = 16 * 1024 * 1024
"""DuckDB reads lines up to this length by itself."""


EngineName = Literal["duckdb", "sql", "spark_connect"]
"""The worker itself, any database that Airflow knows, Spark."""


class Engine(Protocol):
    """Executes the comparison's statements, in one session of its own."""

    name: str

    def use(self, table: str, query: str, columns: Mapping[str, str]) -> None:
        """Makes the rows that DuckDB reads by a query readable as a table; ``columns`` are its columns' SQL types."""
        ...

    def load(self, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Makes a table of a few rows."""
        ...

    def create(self, table: str, query: str) -> None:
        """Makes a table of what a query yields."""
        ...

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """What a query yields, in any order; an engine elsewhere refuses more than a worker's memory should take."""
        ...

    def export(self, query: str, file: Path, columns: Mapping[str, str]) -> None:
        """Writes what a query yields to a Parquet file with these columns."""
        ...

    def cancel(self) -> None:
        """Stops what runs, from another thread or a signal; never an error."""
        ...


class LocalEngine:
    """DuckDB inside the worker; files are read where they lie."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._connection = connection
        self._folder = folder
        self.name = "DuckDB"

    def use(self, table: str, query: str, columns: Mapping[str, str]) -> None:
        """A view."""
        self._connection.execute(f"CREATE VIEW {table} AS {query}")

    def load(self, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """By way of a file of lines, the quickest way in that needs no other library."""
        file = self._folder / f"{table}.jsonl"
        longest = write_lines(file, rows)
        read_lines(self._connection, file, columns, longest).create(table)
        file.unlink()

    def create(self, table: str, query: str) -> None:
        """A table in memory, or in the folder where memory does not suffice."""
        self._connection.execute(f"CREATE TABLE {table} AS {query}")

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """A few thousand in memory at a time."""
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            while rows := cursor.fetchmany(_FETCH_ROWS):
                yield from rows

    def export(self, query: str, file: Path, columns: Mapping[str, str]) -> None:
        """The types are the query's own."""
        self._connection.execute(f"COPY ({query}) TO '{quoted(file)}' (FORMAT parquet)")

    def cancel(self) -> None:
        """The statement ends with an error."""
        self._connection.interrupt()


def write_lines(file: Path, rows: Iterable[Sequence[Any]]) -> int:
    """Writes each row as a line of JSON, a list; the longest line's length comes back."""
    longest, remaining = 0, iter(rows)
    with file.open("wb") as lines:
        while some := list(islice(remaining, _ENCODE_ROWS)):
            encoded = _ENCODER.encode_lines(some)
            longest = max(longest, *map(len, encoded.splitlines()))
            lines.write(encoded)
    return longest


def read_lines(
    connection: duckdb.DuckDBPyConnection, file: Path, columns: Mapping[str, str], longest: int
) -> duckdb.DuckDBPyRelation:
    """The lines of JSON as a relation with these columns."""
    values = (f"json[{place}]::{kind} AS {name}" for place, (name, kind) in enumerate(columns.items(), 1))
    return connection.read_json(
        str(file),
        columns={"json": "VARCHAR[]"},
        records="false",
        format="newline_delimited",
        maximum_object_size=max(LONGEST_LINE, longest + 1024),
    ).project(", ".join(values))


def quoted(file: Path) -> str:
    """The path as it stands between single quotes in SQL."""
    return str(file).replace("'", "''")
