"""Snapshots: a stream's current state as Parquet files that stay."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path
from typing import Any

from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.lineage import tell_written
from airflow_provider_erp.landing.paths import join
from airflow_provider_erp.landing.state import State

FOLDER = "snapshots"

log = logging.getLogger(__name__)


def publish_snapshot(state: State, base_path: str) -> dict[str, Any]:
    """Puts the state's files into the folder of its stream and moment; answers what XCom carries.

    File names carry the digest of their content: the same state is the same
    files, and a reader of an older one keeps it.
    """
    newest = state.newest
    manifest = newest.manifest
    snapshots = join(base_path, FOLDER, newest.stream.folder)
    folder = join(snapshots, f"{manifest.as_of.astimezone(dt.UTC):%Y-%m-%dT%H%M%SZ}")
    for remark in state.remarks:
        log.warning("%s", remark)
    result = {
        "snapshot": _put(state.records, folder),
        "deleted": _put(state.deleted, folder),
        "conn_type": manifest.conn_type,
        "company": manifest.company,
        "resource": manifest.resource,
        "as_of": manifest.as_of.isoformat(),
        "read_at": state.read_at.isoformat(),
        "rows": state.rows,
        "deleted_rows": state.deleted_rows,
        "batches": len(state.batches),
        "remarks": list(state.remarks),
    }
    tell_written(snapshots)
    log.info(
        "%s %s: %d records, %d deleted, of %d batches, as of %s: %s",
        manifest.conn_type,
        manifest.resource,
        state.rows,
        state.deleted_rows,
        len(state.batches),
        result["as_of"],
        result["snapshot"],
    )
    return result


def _put(file: Path, folder: str) -> str:
    address = join(folder, f"{file.stem}-{storage.sha256(file)[:16]}{file.suffix}")
    storage.put(file, address)
    return address
