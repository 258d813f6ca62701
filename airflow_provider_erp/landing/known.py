"""What is known of a system's records while its batches are gone through, by keys only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from airflow_provider_erp.landing.table import DIGEST

if TYPE_CHECKING:
    import duckdb

_TABLES = """
CREATE TABLE known (source_id VARCHAR, batch UBIGINT);
CREATE TABLE deleted (source_id VARCHAR, last_seen UBIGINT, noticed UBIGINT);
CREATE TABLE batches (batch UBIGINT, as_of VARCHAR);
"""

_GONE_FROM_LIST = "known WHERE source_id NOT IN (SELECT source_id FROM shown)"
_GONE_BY_FEED = f"{_GONE_FROM_LIST} AND source_id IN (SELECT source_id FROM feed)"  # noqa: S608 - a constant

_RECORDS = """
SELECT * FROM read_parquet(getvariable('files'), union_by_name = true) AS records
SEMI JOIN known ON records.source_id = known.source_id AND records.file_index = known.batch
"""

_DELETED = """
SELECT source_id, seen.as_of AS last_seen, noted.as_of AS noticed
FROM (
    SELECT source_id, max(last_seen) AS last_seen, max(noticed) AS noticed FROM deleted
    WHERE source_id NOT IN (SELECT source_id FROM known) GROUP BY source_id
) AS gone
JOIN batches AS seen ON seen.batch = gone.last_seen
JOIN batches AS noted ON noted.batch = gone.noticed
ORDER BY source_id
"""


class KnownRecords:
    """Which record was last seen in which batch; batches are shown one after the other, in the order of reading.

    Memory holds keys, never records; DuckDB moves them to disk where they are
    too many.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._files: list[str] = []
        connection.execute(_TABLES)

    def show(self, records: Path, as_of: str) -> None:
        """Opens the next batch's Parquet file; then say what it means, by the other methods."""
        self._files.append(str(records))
        self._connection.execute("INSERT INTO batches VALUES (?, ?)", [self._batch, as_of])
        self._connection.read_parquet(str(records)).create_view("shown", replace=True)

    def gone(self) -> int:
        """How many known records the open batch does not show."""
        return self._number(f"SELECT count(*) FROM {_GONE_FROM_LIST}")  # noqa: S608 - a constant

    def delete_absent(self) -> None:
        """Takes what the open batch does not show for deleted."""
        self._delete(_GONE_FROM_LIST)

    def delete_fed(self, feed: Path) -> None:
        """Takes what a file of ids names for deleted, but for what the open batch shows."""
        columns = {"source_id": "VARCHAR"}
        self._connection.read_json(str(feed), columns=columns, format="newline_delimited").create_view(
            "feed", replace=True
        )
        self._delete(_GONE_BY_FEED)

    def take(self) -> None:
        """Takes what the open batch shows for the latest of these records."""
        self._connection.execute("DELETE FROM known WHERE source_id IN (SELECT source_id FROM shown)")
        self._connection.execute("INSERT INTO known SELECT source_id, ? FROM shown", [self._batch])

    def __len__(self) -> int:
        return self._number("SELECT count(*) FROM known")

    def write_records(self, target: Path) -> None:
        """Writes each known record as its last batch has it, with the columns of the open batch."""
        columns = [f'"{column}"' for column in self._connection.table("shown").columns if column != DIGEST]
        self._connection.execute("SET VARIABLE files = ?", [self._files])
        _write(self._connection.sql(_RECORDS).select(*columns), target)

    def write_deleted(self, target: Path) -> int:
        """Writes what was deleted and did not come back; answers how many records that are."""
        _write(self._connection.sql(_DELETED), target)
        return self._number(f"SELECT count(*) FROM ({_DELETED})")  # noqa: S608 - a constant

    @property
    def _batch(self) -> int:
        """The place of the open batch, and of its file."""
        return len(self._files) - 1

    def _delete(self, gone: str) -> None:
        self._connection.execute(
            f"INSERT INTO deleted SELECT source_id, batch, {self._batch} FROM {gone}"  # noqa: S608 - constants
        )
        self._connection.execute(
            "DELETE FROM known WHERE source_id IN (SELECT source_id FROM deleted WHERE noticed = ?)", [self._batch]
        )

    def _number(self, query: str) -> int:
        [(number,)] = self._connection.execute(query).fetchall()
        return int(number)


def _write(rows: duckdb.DuckDBPyRelation, target: Path) -> None:
    rows.write_parquet(str(target), compression="zstd", row_group_size=20480)
