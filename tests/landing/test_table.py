"""Canonical records as Parquet: text columns, repeats merged, the last one read wins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_erp.landing.table import Merged, RecordTable
from airflow_provider_erp.records import Customer, Invoice, ProjectTransaction, Record

TEXT = st.text(st.characters(codec="utf-8"))


def read_back(parquet: Path) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(parquet))
        return [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


def write(folder: Path, *records: Record) -> tuple[Merged, list[dict[str, Any]]]:
    table = RecordTable(folder, type(records[0]) if records else Customer)
    for record in records:
        table.add(record)
    target = folder / "records.parquet"
    return table.write(target), read_back(target)


def test_absent_is_null_and_an_empty_text_stays_one(folder: Path) -> None:
    _, [row] = write(folder, Customer(source_id="1", name="", email=None))
    assert row["name"] == ""
    assert row["email"] is None


def test_every_field_is_a_column_of_text(folder: Path) -> None:
    transaction = ProjectTransaction(
        source_id="1",
        transaction_id="7",
        type_code=2,
        date=dt.date(2026, 5, 9),
        hours=Decimal("7.50"),
        price=Decimal("123456789012345678901234567890.123456789"),
    )
    _, [row] = write(folder, transaction)
    assert list(row) == list(ProjectTransaction.__dataclass_fields__)
    assert (row["type_code"], row["date"], row["hours"]) == ("2", "2026-05-09", "7.50")
    assert row["price"] == "123456789012345678901234567890.123456789"


def test_moments_keep_their_offset(folder: Path) -> None:
    moment = dt.datetime(2026, 5, 9, 17, 14, 19, 85962, dt.timezone(dt.timedelta(hours=2)))
    _, [row] = write(folder, Invoice(source_id="1", modified_at=moment))
    assert row["modified_at"] == "2026-05-09T17:14:19.085962+02:00"
    assert dt.datetime.fromisoformat(row["modified_at"]) == moment


def test_a_number_beyond_64_bits_is_kept(folder: Path) -> None:
    _, [row] = write(folder, Invoice(source_id="1", state_code=2**70))
    assert row["state_code"] == str(2**70)


@settings(max_examples=25, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=5))
def test_any_unicode_text_comes_back_as_it_was(names: list[str]) -> None:
    records = [Customer(source_id=str(number), name=name) for number, name in enumerate(names)]
    with TemporaryDirectory() as name:
        _, rows = write(Path(name), *records)
    assert [row["name"] for row in rows] == names


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 9), max_size=40))
def test_of_records_with_one_key_the_last_wins_and_the_others_are_counted(keys: list[int]) -> None:
    records = [Customer(source_id=str(key), name=str(place)) for place, key in enumerate(keys)]
    last = {str(key): str(place) for place, key in enumerate(keys)}
    with TemporaryDirectory() as name:
        merged, rows = write(Path(name), *records)
    assert {row["source_id"]: row["name"] for row in rows} == last
    assert merged == Merged(distinct=len(last), repeated=len(keys) - len(last))


def test_rows_keep_the_order_in_which_they_were_read(folder: Path) -> None:
    keys = ["b", "a", "c", "a"]
    _, rows = write(folder, *(Customer(source_id=key) for key in keys))
    assert [row["source_id"] for row in rows] == ["b", "c", "a"]


def test_no_records_are_an_empty_table_with_its_columns(folder: Path) -> None:
    merged, rows = write(folder)
    assert rows == []
    assert merged == Merged(distinct=0, repeated=0)


def test_a_record_of_20_megabytes_fits(folder: Path) -> None:
    _, [row] = write(folder, Customer(source_id="1", name="x" * 20_000_000))
    assert len(row["name"]) == 20_000_000


def test_half_a_surrogate_pair_is_refused_and_nothing_of_it_is_written(folder: Path) -> None:
    table = RecordTable(folder, Customer)
    with pytest.raises(UnicodeEncodeError):
        table.add(Customer(source_id="1", name="\ud800"))
    assert table.write(folder / "records.parquet").distinct == 0
