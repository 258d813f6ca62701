"""Changes without a change filter: two full batches, compared by the digests of their raw records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.landing.table import DIGEST

_MEMORY_MB = 128

_COUNTS = f"""
SELECT count(*) FILTER (before.source_id IS NULL),
       count(*) FILTER (before.{DIGEST} <> now.{DIGEST}),
       count(*) FILTER (before.{DIGEST} = now.{DIGEST}),
       count(*) FILTER (now.source_id IS NULL)
FROM before FULL JOIN now ON before.source_id = now.source_id
"""  # noqa: S608 - a constant

_CHANGED = f"""
SELECT now.* EXCLUDE ({DIGEST}) FROM now LEFT JOIN before ON before.source_id = now.source_id
WHERE before.{DIGEST} IS DISTINCT FROM now.{DIGEST}
"""  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """How the later batch differs; ``records`` holds what is new or other in it."""

    added: int
    changed: int
    unchanged: int
    gone: int
    records: Path


def changed_records(before: Path, now: Path, workspace: Path) -> Changed:
    """The differences of two batches' Parquet files that have digests of the raw records."""
    target = workspace / "changes.parquet"
    with open_engine(workspace, memory_mb=_MEMORY_MB) as connection:
        connection.read_parquet(str(before)).create_view("before")
        connection.read_parquet(str(now)).create_view("now")
        [(added, changed, unchanged, gone)] = connection.sql(_COUNTS).fetchall()
        connection.sql(_CHANGED).write_parquet(str(target), compression="zstd")
    return Changed(added=added, changed=changed, unchanged=unchanged, gone=gone, records=target)
