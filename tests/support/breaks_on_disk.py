"""Breaks as Parquet files, the way a comparison writes them, and histories read back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from airflow_provider_erp.reconciliation.ledger import Observation, write_observation
from airflow_provider_erp.reconciliation.result import COLUMNS, Break

MONDAY = dt.datetime(2026, 11, 16, 4, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def a_break(break_id: str, digest: str = "1", euros: str | None = None, **values: Any) -> Break:
    """A break of which little is said; ``euros`` are at risk."""
    amount, currency = (None, None) if euros is None else (Decimal(euros), "EUR")
    given = {"kind": "missing_in_target", "key": f"C-{break_id}", "amount": amount, "currency": currency}
    return Break(break_id=break_id, digest=digest, **given | values)


def write_breaks(path: Path, breaks: Iterable[Break]) -> Path:
    """Writes ``breaks.parquet`` in the order given."""
    rows = list(breaks)
    columns = [[getattr(each, name) for each in rows] for name in COLUMNS]
    query = ", ".join(f"unnest(?::{kind}[]) AS {name}" for name, kind in COLUMNS.items())
    with duckdb.connect() as connection:
        connection.sql(f"SELECT {query}", params=columns).write_parquet(str(path))
    return path


def an_observation(
    folder: Path,
    as_of: dt.datetime,
    *breaks: Break,
    resolves: bool = True,
    observed_at: dt.datetime | None = None,
) -> Observation:
    """What a run at ``as_of`` left for the ledger."""
    name = f"{len(list(folder.iterdir())):04}"
    written = write_breaks(folder / f"{name}-breaks.parquet", breaks)
    kept = folder / f"{name}-observation.parquet"
    write_observation(written, kept)
    return Observation(as_of=as_of, observed_at=observed_at or as_of, resolves=resolves, breaks=kept)


def rows_of(parquet: Path) -> list[dict[str, Any]]:
    """The rows of a Parquet file in their order, by column."""
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(parquet))
        return [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]


def types_of(parquet: Path) -> dict[str, str]:
    """The columns of a Parquet file with their types."""
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(parquet))
        return dict(zip(rows.columns, map(str, rows.types), strict=True))
