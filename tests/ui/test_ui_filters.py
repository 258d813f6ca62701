"""The filters of a page of breaks, against the same done in Python; and 10,000 breaks a page at a time."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from breaks_on_disk import rows_of
from histories import generated_history
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.observations import Manifest
from airflow_provider_erp.reconciliation.report.formats import money
from airflow_provider_erp.ui.breaks import read_page
from airflow_provider_erp.ui.copies import workspace
from airflow_provider_erp.ui.filters import AGE_RANGES, ORDERS, PAGE_SIZE, Filters
from airflow_provider_erp.ui.ledgers import Facts, Report

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
NAMES = ("kind", "text", "age", "amount", "page", "order", "state")
TEXTS = st.sampled_from(["", "oy", "ÅKERLUND", "0100", "%", "_", "'; DROP TABLE breaks; --", "storgatan"])


def a_report(folder: Path, breaks: int) -> Report:
    """A report of so many breaks on this machine's disk."""
    (folder / "2026-11-20").mkdir(parents=True)
    history = generated_history(folder / "in", breaks)
    file = folder / "2026-11-20" / "breaks.parquet"
    file.write_bytes(history.open.read_bytes())
    facts = Facts(
        report="2026-11-20",
        dag_id="daily",
        run_id="r",
        task_id="t",
        map_index=-1,
        date=NOON.date(),
        verdict="",
        judgements=[],
        titles=("Customers", "Visma PX", "Visma.net ERP"),
        kinds={},
        aging={},
        open=breaks,
        states={},
        at_risk={},
        breaks_sha256=storage.sha256(file),
    )
    manifest = Manifest(format=1, as_of=NOON, observed_at=NOON, resolves=True, facts={}, file="", sha256="")
    return Report(folder=folder.as_uri(), manifest=manifest, facts=facts)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return a_report(tmp_path_factory.mktemp("report"), 400)


@pytest.fixture(scope="module")
def rows(report: Report) -> list[dict[str, Any]]:
    return rows_of(Path(report.file("breaks.parquet").removeprefix("file://")))


def fits(row: dict[str, Any], wanted: Filters) -> bool:
    searched = ("key", "name", "source_value", "target_value", "source_id", "target_id", "break_id")
    ages = (0, 100_000) if wanted.age is None else AGE_RANGES[wanted.age]
    return (
        wanted.kind in ("", row["kind"])
        and wanted.field in ("", row["field"])
        and wanted.state in ("", row["state"])
        and ages[0] <= row["age_days"] <= ages[1]
        and (wanted.amount is None or (row["amount"] is not None and row["amount"] >= wanted.amount))
        and any(wanted.text.lower() in (row[name] or "").lower() for name in searched)
    )


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(["", "field_differs", "stale", "'"]),
    field=st.sampled_from(["", "name", "street"]),
    state=st.sampled_from(["", "new", "persisting"]),
    age=st.sampled_from(["", "0", "1", "2", "3"]),
    amount=st.sampled_from(["", "0", "1000", "20000,50"]),
    text=TEXTS,
    page=st.integers(min_value=1, max_value=5),
)
def test_page_has_what_the_filters_leave(report: Report, rows: list[dict[str, Any]], **query: Any) -> None:
    filters = Filters.of({name: str(value) for name, value in query.items()})
    wanted = [row["break_id"] for row in rows if fits(row, filters)]
    with workspace() as folder:
        page = read_page(report, filters, folder)
    assert page.found == len(wanted)
    assert page.number == min(query["page"], page.pages)
    first = PAGE_SIZE * (page.number - 1)
    assert [row.break_id for row in page.rows] == wanted[first : first + PAGE_SIZE]


@pytest.mark.parametrize("order", ORDERS)
def test_orders_put_the_largest_or_the_oldest_first(order: str, report: Report) -> None:
    with workspace() as folder:
        page = read_page(report, Filters.of({"order": order}), folder)
    amounts, ages = [row.amount or Decimal(-1) for row in page.rows], [row.age_days for row in page.rows]
    assert order != "amount" or amounts == sorted(amounts, reverse=True)
    assert order != "age" or ages == sorted(ages, reverse=True)


def test_choices_are_those_that_occur(report: Report, rows: list[dict[str, Any]]) -> None:
    with workspace() as folder:
        page = read_page(report, Filters.of({"kind": "stale"}), folder)
    assert set(page.kinds) == {row["kind"] for row in rows}
    assert set(page.fields) == {row["field"] for row in rows} - {None}
    assert set(page.states) == {row["state"] for row in rows}


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=30)))
def test_any_query_is_read_and_a_link_with_it_reads_the_same(query: dict[str, str]) -> None:
    filters = Filters.of(query)
    again = Filters.of(dict(parse_qsl(filters.query(page=filters.page))))
    for name in NAMES:
        assert getattr(again, name) == getattr(filters, name)


@pytest.mark.parametrize(
    "amount",
    [
        "much",
        "NaN",
        "Infinity",
        "1e99",
        "1e999999999",
        "1e-999999999",
        "0.0000001",
        "1234,567",
        "1.250,50",
        "12,50,000",
    ],
)
def test_what_is_no_amount_is_told_and_not_applied(amount: str) -> None:
    filters = Filters.of({"amount": amount})
    assert filters.complaints == ("amount: expected a number such as 1,250.50 or 1250.50 EUR; it was not applied",)
    assert not filters.are_set


@pytest.mark.parametrize(
    ("written", "amount", "currency"),
    [
        ("1,250", "1250", ""),
        ("1,250.50 EUR", "1250.50", "EUR"),
        ("12,345,678.90", "12345678.90", ""),
        ("1250,5", "1250.5", ""),
        ("1 250,50", "1250.50", ""),
        ("1\u00a0250", "1250", ""),
        ("-3 sek", "-3", "SEK"),
        ("0.1", "0.1", ""),
    ],
)
def test_amount_is_read_as_the_page_writes_it(written: str, amount: str, currency: str) -> None:
    filters = Filters.of({"amount": written})
    assert (filters.amount, filters.currency, filters.complaints) == (Decimal(amount), currency, ())
    assert Filters.of(dict(parse_qsl(filters.query()))) == filters


@given(st.decimals(min_value=0, max_value=10**15, places=6, allow_nan=False))
def test_any_amount_of_the_page_can_be_given_back(amount: Decimal) -> None:
    filters = Filters.of({"amount": money(amount, "EUR")})
    assert (filters.amount, filters.currency) == (amount, "EUR")


def test_amount_with_a_currency_leaves_that_currency_alone(report: Report, rows: list[dict[str, Any]]) -> None:
    with workspace() as folder:
        found = read_page(report, Filters.of({"amount": "1,000 EUR"}), folder).found
    assert found == len([row for row in rows if row["currency"] == "EUR" and row["amount"] >= 1000])


def test_ten_thousand_breaks_are_answered_a_page_at_a_time(tmp_path: Path) -> None:
    report = a_report(tmp_path, 10_000)
    with workspace() as folder:
        page = read_page(report, Filters.of({"page": "200", "order": "amount"}), folder)
    assert (page.found, page.pages, page.number, len(page.rows)) == (10_000, 200, 200, PAGE_SIZE)
