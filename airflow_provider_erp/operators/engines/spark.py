"""The comparison on Spark, by Spark Connect: the worker sees what it reports, the rest stays on the shared storage."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.paths import join
from airflow_provider_erp.operators.engines import limit
from airflow_provider_erp.operators.engines.shared import SharedFolder
from airflow_provider_erp.operators.engines.spark_session import told
from airflow_provider_erp.reconciliation.engines import quoted, read_lines, write_lines

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.connect.session import SparkSession

_MEMORY_MB = 128
_STEP = re.compile(r"^(\w+) AS \(\n(.*?)\n\),?\n", re.MULTILINE | re.DOTALL)
"""A part of a ``WITH`` as the templates write it: its head and its end at the beginning of a line."""
_TYPES = {"VARCHAR": "STRING", "INTEGER": "INT"}


class SparkEngine:
    """Tables are Parquet files in the shared folder, read by views of the session.

    Raises (all methods):
        ErpUnavailable: Spark refused, or is gone; in one line, without its words, which may hold customers' data.
    """

    name = "Spark Connect"

    def __init__(self, session: SparkSession, folder: Path, shared: SharedFolder, conn_id: str) -> None:
        self._session = session
        self._folder = folder
        self._shared = shared
        self._conn_id = conn_id

    def use(self, table: str, query: str, columns: Mapping[str, str]) -> None:
        """Puts the rows into the shared folder."""
        with open_engine(self._folder, memory_mb=_MEMORY_MB) as local:
            file = self._folder / f"{table}.parquet"
            local.execute(f"COPY ({query}) TO '{quoted(file)}' (FORMAT parquet)")
        self._put(table, file)

    def load(self, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """By way of a file, like any table."""
        lines, file = self._folder / f"{table}.jsonl", self._folder / f"{table}.parquet"
        longest = write_lines(lines, rows)
        with open_engine(self._folder, memory_mb=_MEMORY_MB) as local:
            read_lines(local, lines, columns, longest).write_parquet(str(file))
        lines.unlink()
        self._put(table, file)

    def create(self, table: str, query: str) -> None:
        """Written once: a view would be computed again by whatever reads it."""
        last = self._last_step(query)
        with self._told("making", table):
            self._written(self._session.sql(last), table).createOrReplaceTempView(table)

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """All at once.

        Raises:
            ErpProtocolError: there are more than ``limit.MOST_ROWS``.
        """
        last = self._last_step(query)
        with self._told("asking", "it"):
            answer = self._session.sql(last).limit(limit.MOST_ROWS + 1).toArrow()
        if len(answer) > limit.MOST_ROWS:
            raise limit.too_many(self._conn_id)
        for batch in answer.to_batches():
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)

    def export(self, query: str, file: Path, columns: Mapping[str, str]) -> None:
        """Written to the shared folder, where it stays, and copied from there.

        Raises:
            ErpInconsistentRead: the worker does not see there what Spark wrote.
        """
        table, last = file.stem, self._last_step(query)
        with self._told("writing", table):
            found = self._session.sql(last)
            typed = [f"CAST({name} AS {_TYPES.get(kind, kind)}) AS {name}" for name, kind in columns.items()]
            rows = self._written(found.selectExpr(*typed), table).count()
        seen = self._copied(table, file, columns)
        if seen != rows:
            raise ErpInconsistentRead(
                f"connection {self._conn_id!r}: Spark wrote {rows} rows to {join(self._shared.theirs, table)!r}, the "
                f"worker sees {seen} in {join(self._shared.ours, table)!r}; expected one folder that both see"
            )

    def _copied(self, table: str, file: Path, columns: Mapping[str, str]) -> int:
        """Writes what lies in the shared folder into one file; the number of its rows comes back."""
        parts = [name for name in storage.names(join(self._shared.ours, table)) if name.endswith(".parquet")]
        for part in parts:
            storage.copy(join(self._shared.ours, table, part), self._folder / part)
        with open_engine(self._folder, memory_mb=_MEMORY_MB) as local:
            if parts:
                local.read_parquet([str(self._folder / part) for part in parts]).write_parquet(str(file))
            else:
                none = ", ".join(f"NULL::{kind} AS {name}" for name, kind in columns.items())
                local.sql(f"SELECT {none} LIMIT 0").write_parquet(str(file))
            return len(local.read_parquet(str(file)))

    def cancel(self) -> None:
        """Stops what the session is doing; a server that does not answer within seconds is told in the log."""
        with suppress(Exception):
            self._session.interruptAll()

    def _last_step(self, query: str) -> str:
        """What follows a ``WITH``, each part of which is made a table: Spark would compute it anew for each reader."""
        for name, step in _STEP.findall(query):
            self.create(name, step)
        return _STEP.sub("", query).strip().removeprefix("WITH\n")

    def _put(self, table: str, file: Path) -> None:
        theirs = self._shared.put(f"{table}/rows.parquet", file)
        file.unlink()
        with self._told("loading", table):
            self._session.read.parquet(theirs).createOrReplaceTempView(table)

    def _written(self, rows: DataFrame, table: str) -> DataFrame:
        """The same rows, from the shared folder."""
        theirs = join(self._shared.theirs, table)
        rows.write.mode("overwrite").parquet(theirs)
        return self._session.read.schema(rows.schema).parquet(theirs)

    def _told(self, doing: str, what: str) -> AbstractContextManager[None]:
        return told(self._conn_id, doing, what)
