"""What the log says while a comparison or a push is under way."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from postings_on_disk import MORNING, a_posting_side, a_transaction, an_invoice
from pushed_records import Push, new_customers
from reconciled_days import BY_NUMBER, reconcile_day

from airflow_provider_erp.landing import progress
from airflow_provider_erp.reconciliation import CUSTOMERS
from airflow_provider_erp.reconciliation.postings import PostingSpec
from airflow_provider_erp.reconciliation.postings.compare import reconcile_postings

MANY = {str(number): f"Yhtiö {number} Oy" for number in range(1_200)}
FEWER = {number: name for number, name in MANY.items() if int(number) % 100}


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The lines on progress, without what the clock says."""
    lines = [record.message for record in caplog.records if record.name == progress.__name__]
    return [line.rpartition(", ")[0] for line in lines]


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """All work takes long."""
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0.0)
    monkeypatch.setattr(progress, "LONG_SECONDS", 0.0)


@pytest.mark.usefixtures("slow")
def test_long_comparison_tells_each_step_and_how_far_it_is(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        reconcile_day(tmp_path, 0, MANY, FEWER, spec=CUSTOMERS.named("customers"))
    assert told(caplog) == [
        "customers, current states: of 1 and 1 batches",
        *(f"customers, normalising Visma PX: {done} of 1,200 rows so far" for done in ("500", "1,000", "1,200")),
        "customers, normalising Visma PX: 1,200 rows",
        *(f"customers, normalising Visma PX: {done} of 1,188 rows so far" for done in ("500", "1,000", "1,188")),
        "customers, normalising Visma PX: 1,188 rows",
        "customers, duplicates: 0 and 0 records",
        "customers, pairs by keys: 12 and 0 records are left to similarity",
        "customers, similarity: 0 pairs, 0 that may be",
        "customers, breaks: 12",
    ]


@pytest.mark.usefixtures("slow")
def test_next_day_counts_only_the_rows_that_are_normalised_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reconcile_day(tmp_path, 0, MANY, FEWER, keep_rows_from=1)
    caplog.clear()
    with caplog.at_level(logging.INFO):
        reconcile_day(tmp_path, 1, MANY | {"7": "Toinen Oy"}, FEWER, keep_rows_from=1)
    counted = [line for line in told(caplog) if "so far" in line]
    assert counted == ["customers, normalising Visma PX: 1 of 1 rows so far"]


@pytest.mark.usefixtures("slow")
def test_long_comparison_of_postings_tells_its_steps(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    transactions = a_posting_side(tmp_path, "Visma PX", [a_transaction("1"), a_transaction("2")], MORNING)
    invoices = a_posting_side(tmp_path, "Lemonsoft", [an_invoice("1")], None)
    with caplog.at_level(logging.INFO):
        steps, spec = progress.Steps("postings"), PostingSpec(name="postings")
        reconcile_postings(spec, transactions, invoices, tmp_path, as_of=MORNING, steps=steps)
    assert told(caplog) == ["postings, lines: 2 and 1", "postings, sums and breaks: 1 break"]


@pytest.mark.usefixtures("slow")
def test_long_push_tells_how_many_records_are_done(push: Push, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        push("lemonsoft", records=new_customers(3))
    assert told(caplog) == [f"lemonsoft customer: {done} of 3 records so far" for done in (1, 2, 3)]


def test_short_work_says_nothing(tmp_path: Path, push: Push, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        reconcile_day(tmp_path, 0, {"1": "Anna"}, {"1": "Anna"}, spec=BY_NUMBER)
        push("lemonsoft", records=new_customers(1))
    assert told(caplog) == []
