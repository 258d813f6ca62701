"""Two systems' customers as canonical Parquet, with known faults, and what the next day changes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import duckdb

from airflow_provider_erp.records import Customer

COLUMNS = tuple(field.name for field in dataclasses.fields(Customer))
SIDES = ("source", "target")
CHANGED_FIELDS = ("name", "email", "phone", "street")
"""One of these differs in every hundredth customer, each in as many."""

_SQL = Path(__file__).with_name("customers.sql")


def write_customers(folder: Path, rows: int) -> None:
    """Write ``<side>.parquet`` of ``rows`` customers each, and ``<side>_next.parquet``: the same on the next day.

    The rows lie in no order that means anything. On the next day a hundredth of
    the customers has another street in the source and another city in the target.

    Raises:
        ValueError: the number of rows is no multiple of 400, so that faults would not be hundredths.
    """
    if rows < 400 or rows % 400:
        raise ValueError(f"rows: expected a multiple of 400, got {rows}")
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as engine:
        engine.execute(_SQL.read_text(encoding="utf-8").replace("{rows}", str(rows)))
        for table in (*SIDES, *(f"{side}_next" for side in SIDES)):
            columns = engine.table(table).columns
            texts = ", ".join(
                f"{column}::VARCHAR AS {column}" if column in columns else f"NULL::VARCHAR AS {column}"
                for column in COLUMNS
            )
            path = folder / f"{table}.parquet"
            engine.execute(
                f"COPY (SELECT {texts} FROM {table} ORDER BY hash(source_id)) TO '{path}' (COMPRESSION zstd)"
            )
