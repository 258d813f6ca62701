"""Canonical records on their way into one Parquet file, through DuckDB."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import zstandard

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.records import Record

if TYPE_CHECKING:
    import duckdb

DIGEST = "record_digest"
_MEMORY_MB = 128
_SMALLEST_LINE_LIMIT = 2**20

_LAST_OF_EACH_KEY = """
SELECT * EXCLUDE (file_row_number) FROM records
WHERE file_row_number IN (SELECT max(file_row_number) FROM records GROUP BY source_id)
"""


@dataclass(frozen=True, slots=True)
class Merged:
    """Rows of the file, and rows that a later one of the same key replaced."""

    distinct: int
    repeated: int


class RecordTable:
    """Collects records and writes one row a key, the last one read.

    Every column is text: decimals as written, moments in ISO 8601 with their
    offset; ``None`` is NULL, an empty text stays one. Rows keep the order in
    which they were read. With ``digests`` a column more tells raw records
    apart that the canonical fields do not.
    """

    def __init__(self, folder: Path, record_type: type[Record], *, digests: bool = False) -> None:
        self._folder = folder
        self._digests = digests
        names = [field.name for field in dataclasses.fields(record_type)] + [DIGEST] * digests
        self._columns = dict.fromkeys(names, "VARCHAR")
        self._spool = folder / "records.jsonl.zst"
        self._file = zstandard.ZstdCompressor(level=1).stream_writer(self._spool.open("wb"))
        self._encode = msgspec.json.Encoder(decimal_format="string").encode
        self._longest = 0

    def add(self, record: Record, row: bytes | msgspec.Raw = b"") -> None:
        """Appends one record; ``row`` is what it was read from, where digests are asked for.

        Raises:
            UnicodeEncodeError: a text holds half of a surrogate pair; nothing was appended.
        """
        line = self._encode(record)
        if self._digests:
            digest = hashlib.blake2b(row, digest_size=16).hexdigest()
            line = b'%s,"%s":"%s"}' % (line[:-1], DIGEST.encode(), digest.encode())
        line += b"\n"
        self._file.write(line)
        self._longest = max(self._longest, len(line))

    def write(self, target: Path) -> Merged:
        """Writes the Parquet file and answers what it counted in it."""
        self.close()
        megabytes = _MEMORY_MB + 16 * self._longest // 2**20
        with open_engine(self._folder, memory_mb=megabytes) as connection:
            self._read_spool(connection, target)
            read = _count(connection, "*", target)
            if _count(connection, "DISTINCT source_id", target) < read:
                _merge(connection, target)
            distinct = _count(connection, "*", target)
        return Merged(distinct=distinct, repeated=read - distinct)

    def close(self) -> None:
        """Ends the spool; nothing can be added afterwards."""
        self._file.close()  # type: ignore[no-untyped-call]

    def _read_spool(self, connection: duckdb.DuckDBPyConnection, target: Path) -> None:
        rows = connection.read_json(
            str(self._spool),
            columns=self._columns,
            format="newline_delimited",
            compression="zstd",
            maximum_object_size=max(self._longest + 1, _SMALLEST_LINE_LIMIT),
        )
        _write(rows, target)
        self._spool.unlink()


def _merge(connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Rewrites the file without the rows that a later one of the same key replaces."""
    unmerged = target.rename(target.with_name("unmerged.parquet"))
    connection.read_parquet(str(unmerged), file_row_number=True).create_view("records")
    _write(connection.sql(_LAST_OF_EACH_KEY), target)
    unmerged.unlink()


def _write(rows: duckdb.DuckDBPyRelation, target: Path) -> None:
    rows.write_parquet(str(target), compression="zstd", row_group_size=20480)


def _count(connection: duckdb.DuckDBPyConnection, what: str, parquet: Path) -> int:
    [(number,)] = connection.read_parquet(str(parquet)).aggregate(f"count({what})").fetchall()
    return int(number)
