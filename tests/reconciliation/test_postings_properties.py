"""Whatever the records: their order changes nothing, and every difference in a sum is told."""

from __future__ import annotations

import dataclasses
import tempfile
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from postings_on_disk import MORNING, Fields, a_posting_side, a_transaction, an_invoice

from airflow_provider_erp.reconciliation.postings import DateWithin, PostingSpec
from airflow_provider_erp.reconciliation.postings.compare import reconcile_postings
from airflow_provider_erp.reconciliation.postings.spec import ALIKE_TRANSACTIONS, WithoutProject
from airflow_provider_erp.reconciliation.report.verdict import agreeing, agrees, in_all
from airflow_provider_erp.reconciliation.result import Break, Reconciliation

SPEC = PostingSpec(name="postings", local_currency="EUR", invoiced={0: False})
IN_TIME = dataclasses.replace(SPEC, tolerances=(DateWithin(30, before=1),))
AMOUNTS = st.decimals(min_value=-3, max_value=3, places=0) | st.decimals(
    min_value=Decimal("-1e9"), max_value=Decimal("1e9"), places=6
)
SHARED = {
    "date": st.sampled_from(["2026-09-30", "2026-10-01", "2026-10-31"]),
    "currency": st.sampled_from(["EUR", "SEK"]),
}
WORK = st.fixed_dictionaries(
    SHARED
    | {
        "project": st.sampled_from(["P1", "P2"]),
        "price": AMOUNTS.map(str),
        "price_local": st.none() | AMOUNTS.map(str),
        "text": st.sampled_from(["a", "b"]),
        "invoiced_code": st.sampled_from(["0", "1"]),
    }
)
INVOICES = st.fixed_dictionaries(
    SHARED
    | {
        "project_number": st.sampled_from(["P1", "P2", "P3"]),
        "total": AMOUNTS.map(str),
        "customer_number": st.sampled_from(["1", "2"]),
    }
)


def compare(work: list[Fields], invoices: list[Fields], spec: PostingSpec = SPEC) -> tuple[Reconciliation, list[Break]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = a_posting_side(folder, "Visma PX", work, MORNING)
        target = a_posting_side(folder, "Lemonsoft", invoices, None)
        result = reconcile_postings(spec, source, target, folder, as_of=MORNING)
        return result, list(result.read_breaks())


def lacking(row: dict[str, Any], *names: str) -> st.SearchStrategy[dict[str, Any]]:
    """The row, or one that lacks some of these fields."""
    return st.sets(st.sampled_from(names), max_size=2).map(lambda gone: row | dict.fromkeys(gone))


def without_ids(each: Break) -> tuple[object, ...]:
    return (each.kind, each.field, each.key, each.source_value, each.target_value, each.amount, len(each.members))


def numbered(make: Any, rows: list[dict[str, Any]]) -> list[Fields]:
    return [make(str(place), **row) for place, row in enumerate(rows)]


@settings(deadline=None, max_examples=25)
@given(
    work=st.lists(WORK, max_size=8),
    invoices=st.lists(INVOICES, max_size=6),
    spec=st.sampled_from([SPEC, IN_TIME]),
    rng=st.randoms(use_true_random=False),
)
def test_answer_does_not_depend_on_the_order_of_records(work: Any, invoices: Any, spec: Any, rng: Any) -> None:
    source, target = numbered(a_transaction, work), numbered(an_invoice, invoices)
    first, breaks = compare(source, target, spec)
    rng.shuffle(source)
    rng.shuffle(target)
    second, again = compare(source, target, spec)
    assert again == breaks
    assert (second.source, second.target, second.matched_by) == (first.source, first.target, first.matched_by)
    assert len({each.break_id for each in breaks}) == len(breaks)
    assert (agreeing(first) == in_all(first)) is (not breaks)
    assert 0 <= agreeing(first) <= in_all(first) <= len(work) + len(invoices)


@settings(deadline=None, max_examples=25)
@given(
    work=st.lists(WORK, max_size=8),
    invoices=st.lists(INVOICES, max_size=6),
    spec=st.sampled_from([SPEC, IN_TIME]),
    alike=st.sampled_from([ALIKE_TRANSACTIONS, ("text",)]),
    rng=st.randoms(use_true_random=False),
)
def test_answer_does_not_depend_on_the_ids_of_records(
    work: Any, invoices: Any, spec: Any, alike: Any, rng: Any
) -> None:
    spec = dataclasses.replace(spec, alike_transactions=alike)
    first, breaks = compare(numbered(a_transaction, work), numbered(an_invoice, invoices), spec)
    rng.shuffle(work)
    rng.shuffle(invoices)
    second, again = compare(numbered(a_transaction, work), numbered(an_invoice, invoices), spec)
    assert Counter(map(without_ids, again)) == Counter(map(without_ids, breaks))
    assert (second.source, second.target, second.matched_by) == (first.source, first.target, first.matched_by)
    assert second.agreement == first.agreement


@settings(deadline=None, max_examples=25)
@given(
    work=st.lists(WORK.flatmap(lambda row: lacking(row, "project", "date", "currency", "price")), max_size=8),
    invoices=st.lists(
        INVOICES.flatmap(lambda row: lacking(row, "project_number", "date", "currency", "total")), max_size=6
    ),
    without_project=st.sampled_from(get_args(WithoutProject)),
)
def test_control_totals_are_those_of_all_records(work: Any, invoices: Any, without_project: Any) -> None:
    source, target = numbered(a_transaction, work), numbered(an_invoice, invoices)
    result, _ = compare(source, target, dataclasses.replace(SPEC, without_project=without_project))
    for side, rows, amount in ((result.source, work, "price"), (result.target, invoices, "total")):
        assert side.records == len(rows)
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for row in rows:
            if row[amount] is not None:
                totals[row["currency"] or ""] += Decimal(row[amount])
        assert side.amounts == totals
        assert all(each.records for each in side.left_out)
        placed = [row for row in rows if all(row[name] is not None for name in ("date", "currency", amount))]
        assert side.compared <= len(placed)
    incomplete = any(None in {row[name] for name in ("project", "date", "currency", "price")} for row in work)
    assert bool(result.source.unplaced) is incomplete
    assert not (agrees(result) and incomplete)


@settings(deadline=None, max_examples=25)
@given(work=st.lists(WORK, max_size=8), invoices=st.lists(INVOICES, max_size=6))
def test_every_difference_between_sums_is_told(work: Any, invoices: Any) -> None:
    source, target = numbered(a_transaction, work), numbered(an_invoice, invoices)
    result, breaks = compare(source, target)
    differences: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in work:
        differences[row["project"], row["date"][:7], row["currency"]] += Decimal(row["price"])
    for row in invoices:
        differences[row["project_number"], row["date"][:7], row["currency"]] -= Decimal(row["total"])
    told = {project for project, *_ in (each.key.split() for each in breaks)}
    unexplained = {project for (project, *_), difference in differences.items() if difference} - told
    assert all(result.matched_by["project and period"] for _ in unexplained)  # invoiced in the local currency
    assert all(each.amount is not None and each.amount >= 0 for each in breaks)
