"""More breaks than memory holds are written nevertheless: groups are gathered first, and sorted then."""

from __future__ import annotations

from pathlib import Path

import duckdb

from airflow_provider_erp.reconciliation.customers import breaks
from airflow_provider_erp.reconciliation.spec import CUSTOMERS

FINDINGS, DUPLICATES, MEMORY_MB = 800_000, 100_000, 128
GIVEN = {
    "kind": "if(n % 4 = 0, 'duplicate_in_source', 'missing_in_target')",
    "source_id": "'s' || if(n % 4 = 0, n // 8, n)",
    "member_id": "if(n % 4 = 0, 's' || n, NULL)",
    "source_key": "md5('number ' || n)",
    "source_first": "'number ' || n",
    "name": "'Company of a rather long name, ' || n",
}


def test_breaks_that_memory_cannot_hold_are_written_in_their_order(tmp_path: Path) -> None:
    findings, written = tmp_path / "findings.parquet", tmp_path / "breaks.parquet"
    columns = ", ".join(
        f"CAST({GIVEN.get(name, 'NULL')} AS {kind}) AS {name}" for name, kind in breaks.FINDING_COLUMNS.items()
    )
    duckdb.sql(f"COPY (SELECT {columns} FROM range({FINDINGS}) t(n)) TO '{findings}'")
    counts, _ = breaks.write_breaks(CUSTOMERS, findings, written, memory_mb=MEMORY_MB)
    assert counts["duplicate_in_source"] == DUPLICATES
    assert counts["missing_in_target"] == FINDINGS * 3 // 4
    rows = "SELECT kind, key, lag((kind, length(key), key)) OVER (PARTITION BY kind ORDER BY file_row_number) AS before"
    disorder = (
        f"FROM ({rows} FROM read_parquet('{written}', file_row_number = true)) WHERE (kind, length(key), key) < before"
    )
    assert duckdb.execute(f"SELECT count(*) {disorder}").fetchall() == [(0,)]
