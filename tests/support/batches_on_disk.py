"""Published batches of customers without a fetch: any coverage, any moment, in any order of writing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import msgspec
from sides_on_disk import a_customer, write_records

from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.catalog import Published, coverage_of
from airflow_provider_erp.landing.manifest import FORMAT, NAME, Manifest, Part, encode
from airflow_provider_erp.landing.paths import Attempt, join
from airflow_provider_erp.landing.stream import Stream

MONDAY = dt.datetime(2026, 11, 16, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
EVERYONE = Stream(conn_type="visma_px", company="Nordic Oy", resource="customer")


@dataclass(frozen=True)
class Read:
    """One reading of a system: each record's id and what it said; ``day`` 0 is a Monday.

    ``since`` makes it a reading of changes, ``deleted`` is what the vendor's
    feed says beside them; ``hour`` is when reading began, from the day's start.
    """

    day: int
    says: Mapping[str, str]
    since: str | None = None
    cursor: str | None = "9"
    hour: float = 0
    deleted: Iterable[str] | None = None
    rejected: int = 0
    canonical: bool = True
    filters: tuple[str, ...] = ()

    @property
    def as_of(self) -> dt.datetime:
        return MONDAY + self.day * DAY

    @property
    def observed_at(self) -> dt.datetime:
        return self.as_of + dt.timedelta(hours=self.hour)


def same(ids: Iterable[int], says: str = "first") -> dict[str, str]:
    """Records that all say the same."""
    return {str(number): says for number in ids}


def publish(base: Path, read: Read, stream: Stream = EVERYONE) -> Published:
    """Writes the batch below ``base`` as a fetch would have."""
    folder = join(base.as_uri(), stream.folder, read.as_of.date().isoformat(), _attempt(read).folder_name())
    manifest = manifest_of(read, stream)
    with TemporaryDirectory() as name:
        if read.canonical:
            rows = [a_customer(key, number=f"C{key}", name=said) for key, said in read.says.items()]
            records = write_records(Path(name) / "records.parquet", rows)
            manifest = replace(manifest, records=put(records, folder, len(rows)))
        if read.deleted is not None:
            ids = Path(name) / "deleted.jsonl"
            ids.write_bytes(b"".join(msgspec.json.encode({"source_id": key}) + b"\n" for key in read.deleted))
            manifest = replace(manifest, deleted=put(ids, folder, 0))
    path = join(folder, NAME)
    storage.create(path, encode(manifest))
    return Published(path, manifest)


def put(file: Path, folder: str, rows: int) -> Part:
    """Puts a file under a name that has its digest."""
    digest = storage.sha256(file)
    part = Part(name=f"{file.stem}-{digest[:16]}{file.suffix}", sha256=digest, rows=rows, bytes=file.stat().st_size)
    storage.put(file, join(folder, part.name))
    return part


def said(parquet: Path) -> dict[str, str]:
    """What the records of a Parquet file say, by id."""
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(parquet)).select("source_id", "name").fetchall()
    assert len(rows) == len(dict(rows))
    return dict(rows)


def rows_of(parquet: Path) -> list[tuple[str, ...]]:
    """All rows of a Parquet file."""
    with duckdb.connect() as connection:
        return connection.read_parquet(str(parquet)).fetchall()


def _attempt(read: Read) -> Attempt:
    return Attempt(dag_id="daily", run_id=read.as_of.isoformat(), task_id="fetch")


def manifest_of(read: Read, stream: Stream) -> Manifest:
    """A manifest that names no files."""
    return Manifest(
        format=FORMAT,
        conn_type=stream.conn_type,
        title="Visma PX",
        company=stream.company,
        resource=stream.resource,
        selection=stream.selection,
        filters=read.filters,
        coverage=coverage_of(read.since),
        cursor_in=read.since,
        cursor_out=read.cursor,
        as_of=read.as_of,
        observed_at=read.observed_at,
        rows=len(read.says) + read.rejected,
        distinct=len(read.says),
        repeated=0,
        rejected=read.rejected,
        announced_total=None,
        pages=1,
        parts=(),
        records=None,
        rejected_file=None,
        versions={},
    )
