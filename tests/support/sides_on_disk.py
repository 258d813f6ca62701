"""Two sides as Parquet files, the way the landing writes them: every column text, null = not supplied."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb
import msgspec

from airflow_provider_erp.reconciliation.customers.sides import Side
from airflow_provider_erp.records import Customer

COLUMNS = tuple(field.name for field in dataclasses.fields(Customer))


def a_customer(source_id: str, **fields: str | None) -> dict[str, str | None]:
    """A row that supplies only what is named."""
    return dict.fromkeys(COLUMNS) | {"source_id": source_id} | fields


def write_records(path: Path, rows: Iterable[Mapping[str, str | None]]) -> Path:
    lines = path.with_suffix(".jsonl")
    lines.write_bytes(msgspec.json.Encoder().encode_lines(list(rows)))
    texts = dict.fromkeys(COLUMNS, "VARCHAR")
    duckdb.read_json(str(lines), columns=texts, format="newline_delimited").write_parquet(str(path))
    return path


def a_side(folder: Path, title: str, rows: Iterable[Mapping[str, str | None]], coverage: str = "full") -> Side:
    name = title.lower().replace(" ", "_")
    records = write_records(folder / f"{name}.parquet", rows)
    return Side(title=title, records=records, coverage=coverage, batch=f"{name}/customer/2026-11-20")
