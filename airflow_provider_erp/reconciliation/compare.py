"""One comparison, from two Parquet files to breaks, with DuckDB inside the worker."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from airflow_provider_erp.reconciliation.breaks import Reconciliation
from airflow_provider_erp.reconciliation.findings import Finding, read_findings
from airflow_provider_erp.reconciliation.sides import Side, load
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec
from airflow_provider_erp.reconciliation.sql import render

MEMORY_LIMIT = "512MB"
_FETCH_ROWS = 5_000


def reconcile(
    spec: ReconciliationSpec, source: Side, target: Side, workdir: Path, *, as_of: dt.datetime | None = None
) -> Reconciliation:
    """Match and compare two systems' customers; the answer does not depend on the order of their rows.

    ``workdir`` takes temporary files, gone at the end. ``as_of`` is the moment
    that the result is said to be about; nothing here reads a clock.

    Raises:
        ValueError: a side does not hold all customers, so that missing ones cannot be told.
        ErpInconsistentRead: a side names a record twice.
    """
    for side in (source, target):
        _check_coverage(side)
    with tempfile.TemporaryDirectory(prefix="reconcile-", dir=workdir) as name, open_engine(Path(name)) as engine:
        source_customers = load(engine, spec, source, "source_side", Path(name))
        target_customers = load(engine, spec, target, "target_side", Path(name))
        matched_by_key, breaks = read_findings(spec.name, _findings(engine, spec))
    return Reconciliation(
        spec=spec.name,
        title=spec.title or spec.name,
        source_title=source.title,
        target_title=target.title,
        source_batch=source.batch,
        target_batch=target.batch,
        source_customers=source_customers,
        target_customers=target_customers,
        matched_by_key={key: matched_by_key.get(key, 0) for key in spec.keys},
        breaks=breaks,
        as_of=as_of,
        remarks=source.remarks + target.remarks,
    )


@contextmanager
def open_engine(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB that keeps to ``folder``, to little memory, and to what is built into it."""
    connection = duckdb.connect(
        str(folder / "reconcile.duckdb"),
        config={
            "threads": 2,
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": str(folder / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "lock_configuration": True,
        },
    )
    try:
        yield connection
    finally:
        connection.close()


def _findings(engine: duckdb.DuckDBPyConnection, spec: ReconciliationSpec) -> Iterator[Finding]:
    engine.execute(render(spec, source="source_side", target="target_side"))
    while rows := engine.fetchmany(_FETCH_ROWS):
        yield from map(Finding._make, rows)


def _check_coverage(side: Side) -> None:
    if side.coverage != "full":
        raise ValueError(
            f"cannot report missing customers: batch {side.batch!r} covers {side.coverage} only; fetch a full batch"
        )
