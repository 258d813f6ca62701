"""Transactions and invoices as Parquet files, as the landing writes them: all text, null = not supplied."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from airflow_provider_erp.reconciliation.postings import PostingSpec
from airflow_provider_erp.reconciliation.postings.compare import reconcile_postings
from airflow_provider_erp.reconciliation.postings.side import PostingSide
from airflow_provider_erp.reconciliation.result import Reconciliation
from airflow_provider_erp.records import Invoice, ProjectTransaction

MORNING = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
Fields = Mapping[str, str | None]


def a_transaction(source_id: str, price: str | None = "100.00", **fields: str | None) -> dict[str, str | None]:
    """Work on project P1 in October, with a text of its own."""
    usual = {"project": "P1", "date": "2026-10-05", "currency": "EUR", "type_code": "1", "text": source_id}
    return _row(ProjectTransaction) | usual | {"source_id": source_id, "price": price} | fields


def an_invoice(source_id: str, total: str | None = "100.00", **fields: str | None) -> dict[str, str | None]:
    """An invoice of project P1 in October, for a customer of its own."""
    usual = {"project_number": "P1", "date": "2026-10-28", "currency": "EUR", "customer_number": source_id}
    return _row(Invoice) | usual | {"source_id": source_id, "number": f"7{source_id}", "total": total} | fields


def a_posting_side(folder: Path, title: str, rows: Iterable[Fields], full_read_at: dt.datetime | None) -> PostingSide:
    name = title.lower().replace(" ", "_")
    record = Invoice if name == "lemonsoft" else ProjectTransaction
    lines, records = folder / f"{name}.jsonl", folder / f"{name}.parquet"
    lines.write_bytes(msgspec.json.Encoder().encode_lines(list(rows)))
    with duckdb.connect() as engine:
        texts = dict.fromkeys(_row(record), "VARCHAR")
        engine.read_json(str(lines), columns=texts, format="newline_delimited").write_parquet(str(records))
    return PostingSide(title=title, records=records, batch=f"{name}/2026-11-20", full_read_at=full_read_at)


def compare_postings(
    folder: Path,
    transactions: Iterable[Fields],
    invoices: Iterable[Fields],
    *,
    full_read_at: dt.datetime = MORNING,
    **spec: Any,
) -> Reconciliation:
    """Of that morning, by a spec with these arguments."""
    source = a_posting_side(folder, "Visma PX", transactions, full_read_at)
    target = a_posting_side(folder, "Lemonsoft", invoices, None)
    return reconcile_postings(PostingSpec(name="postings", **spec), source, target, folder, as_of=MORNING)


def _row(record: type[Invoice | ProjectTransaction]) -> dict[str, str | None]:
    return {each.name: None for each in dataclasses.fields(record)}
