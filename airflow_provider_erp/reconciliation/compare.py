"""One comparison, from two Parquet files to breaks, with DuckDB inside the worker."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.reconciliation.breaks import Reconciliation
from airflow_provider_erp.reconciliation.findings import Finding, read_findings
from airflow_provider_erp.reconciliation.sides import Side, read_rows, unknown_countries
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec
from airflow_provider_erp.reconciliation.sql import render
from airflow_provider_erp.reconciliation.tables import make_table

if TYPE_CHECKING:
    import duckdb

MEMORY_MB = 512
SIDES = ("source_side", "target_side")
"""The tables of the two sides."""
_FETCH_ROWS = 5_000


def reconcile(
    spec: ReconciliationSpec, source: Side, target: Side, workdir: Path, *, as_of: dt.datetime | None = None
) -> Reconciliation:
    """Match and compare two systems' customers; the answer does not depend on the order of their rows.

    ``workdir`` takes temporary files, gone at the end. ``as_of`` is the moment
    that the result is said to be about; nothing here reads a clock.

    Raises:
        ValueError: a side does not hold all customers, so that missing ones cannot be told, or not all columns.
        ErpInconsistentRead: a side names a record twice.
    """
    for side in (source, target):
        _check_coverage(side)
    with tempfile.TemporaryDirectory(prefix="reconcile-", dir=workdir) as name:
        folder = Path(name)
        with open_engine(folder, memory_mb=MEMORY_MB, threads=2) as engine:
            source_customers, target_customers = (
                make_table(engine, table, spec, read_rows(engine, spec, side), side.batch, folder)
                for table, side in zip(SIDES, (source, target), strict=True)
            )
            matched_by_key, breaks = read_findings(spec.name, findings(engine, spec))
            remarks = [
                remark for side in (source, target) for remark in (*side.remarks, *unknown_countries(engine, side))
            ]
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
        source_read_at=source.read_at,
        target_read_at=target.read_at,
        remarks=tuple(remarks),
    )


def findings(engine: duckdb.DuckDBPyConnection, spec: ReconciliationSpec) -> Iterator[Finding]:
    """What the one SQL text yields on the two tables, in any order."""
    engine.execute(render(spec, source=SIDES[0], target=SIDES[1]))
    while rows := engine.fetchmany(_FETCH_ROWS):
        yield from map(Finding._make, rows)


def _check_coverage(side: Side) -> None:
    if side.coverage != "full":
        raise ValueError(
            f"cannot report missing customers: batch {side.batch!r} covers {side.coverage} only; fetch a full batch"
        )
