"""The same text finds the same breaks on PostgreSQL as on DuckDB."""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from postings_on_disk import MORNING, Fields, a_posting_side, a_transaction, an_invoice
from temporary_postgres import temporary_postgres

from airflow_provider_erp.reconciliation.postings import DateWithin, PercentWithin, PostingSpec
from airflow_provider_erp.reconciliation.postings.compare import TABLES, answer_here, reconcile_postings

psycopg2: Any = importlib.import_module("psycopg2")  # it has no types
pytestmark = pytest.mark.needs("postgres")

SPEC = PostingSpec(
    name="postings",
    invoiced={0: False},
    local_currency="EUR",
    without_project="orphan",
    tolerances=(PercentWithin(Decimal(1)), DateWithin(7)),
)
TYPES = {"VARCHAR": 'TEXT COLLATE "C"'}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with temporary_postgres() as dsn:
        yield dsn


class OnPostgres:
    """Copies the tables and asks there."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn

    def __call__(self, engine: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(self.dsn)
        try:
            with connection.cursor() as cursor:
                for table in TABLES:
                    self._copy(engine.table(table), table, cursor)
                cursor.execute(sql)
                rows: list[tuple[Any, ...]] = cursor.fetchall()
                return rows
        finally:
            connection.close()

    def _copy(self, rows: duckdb.DuckDBPyRelation, table: str, cursor: Any) -> None:
        columns = zip(rows.columns, map(str, rows.types), strict=True)
        cursor.execute(
            f"CREATE TABLE {table} ({', '.join(f'{name} {TYPES.get(kind, kind)}' for name, kind in columns)})"
        )
        lines = "".join("\t".join("\\N" if v is None else quoted(v) for v in row) + "\n" for row in rows.fetchall())
        cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO(lines))


def quoted(value: object) -> str:
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def work() -> list[Fields]:
    return [
        a_transaction("1"),
        a_transaction("2", "50.00"),
        a_transaction("b", "10.00", project="ä", text="same"),
        a_transaction("B", "10.00", project="ä", text="same"),
        a_transaction("3", "20.00", project="P3"),
        a_transaction("4", "20.00", project="P4", date="2026-10-31"),
        a_transaction("5", "20.00", project="P5"),
        a_transaction("6", "900.00", project="P6", currency="SEK", price_local="80.00"),
        a_transaction("7", "900.00", project="P7", currency="SEK", price_local="90.00"),
        a_transaction("8", "9.00", project="P8", invoiced_code="0"),
        a_transaction("9", "9.00", project="P9"),
        *(a_transaction(f"fee {day}", project="PA", date=f"2026-{day}") for day in ("08-30", "09-30", "10-30")),
        a_transaction("10", "900.00", project="PB", currency="SEK", price_local="80.00"),
        a_transaction("11", "11.00", project="PB"),
        *(a_transaction(f"D{code}", "5.00", project="PD", text="same", invoiced_code=code) for code in "01"),
        *(a_transaction(f"{rate} Q", "7.00", project="PQ", text="same", price_local=rate) for rate in (None, "6.00")),
        a_transaction("without project", "5000.00", project=None),
        a_transaction("without amount", None),
        *(a_transaction(number, price, project="PC") for number, price in (("12", "40.00"), ("13", "6.00"))),
    ]


def invoices() -> list[Fields]:
    return [
        an_invoice("1"),
        an_invoice("2", "10.00", project_number="ä", customer_number="1"),
        an_invoice("3", "10.00", project_number="ä", customer_number="1"),
        an_invoice("4", "20.00", project_number="P3", date="2026-12-20"),
        an_invoice("5", "20.00", project_number="P4", date="2026-11-01"),
        an_invoice("6", "20.00", project_number="P5", currency="NOK"),
        an_invoice("7", "90.00", project_number="P6"),
        an_invoice("8", "90.00", project_number="P7"),
        an_invoice("9", "12.00", project_number="P9"),
        *(an_invoice(f"fee {day}", project_number="PA", date=f"2026-{day}") for day in ("09-02", "10-02", "11-02")),
        an_invoice("12", "91.00", project_number="PB"),
        an_invoice("13", "40.00", project_number="PC", date="2026-12-30"),
        an_invoice("10", "7.00", project_number="unknown"),
        an_invoice("11", "33.00", date="2026-08-01"),
        an_invoice("14", "5.00", project_number="PD"),
        an_invoice("without project", "44.00", project_number=None),
        an_invoice("without currency", "55.00", currency=None),
    ]


def test_both_engines_find_the_same(server: str, tmp_path: Path) -> None:
    source = a_posting_side(tmp_path, "Visma PX", work(), MORNING)
    target = a_posting_side(tmp_path, "Lemonsoft", invoices(), None)
    answers = []
    for answer in (answer_here, OnPostgres(server)):
        result = reconcile_postings(SPEC, source, target, tmp_path, as_of=MORNING, answer=answer)
        answers.append((list(result.read_breaks()), result.matched_by, result.source, result.target, result.agreement))
    here, there = answers
    assert there == here
    assert {each.kind for each in here[0]} == set(result.kinds)
