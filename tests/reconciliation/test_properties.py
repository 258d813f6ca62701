"""What holds for any two sides."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sides_on_disk import a_customer, a_side

from airflow_provider_erp.reconciliation.breaks import Reconciliation
from airflow_provider_erp.reconciliation.compare import reconcile
from airflow_provider_erp.reconciliation.spec import CUSTOMERS

Row = dict[str, str | None]

MIRRORED = {
    "missing_in_source": "missing_in_target",
    "missing_in_target": "missing_in_source",
    "duplicate_in_source": "duplicate_in_target",
    "duplicate_in_target": "duplicate_in_source",
    "field_differs": "field_differs",
}
_FEW = settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])


def maybe(*values: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, "", *values])


def sides() -> st.SearchStrategy[list[Row]]:
    customer = st.builds(
        a_customer,
        st.integers(0, 30).map(str),
        number=maybe("1", "2", "3", " 2 "),
        org_number=maybe("01234567", "0123456-7", "16556012-5790", "7654321-0"),
        vat_number=maybe("FI01234567", "SE556012579001"),
        country=maybe("FI", "Suomi", "SE"),
        email=maybe("a@x.fi", "A@x.fi", "b@x.fi"),
        city=maybe("Oslo", "oslo", "Turku"),
    )
    return st.lists(customer, max_size=8, unique_by=lambda row: str(row["source_id"]))


def compared(source: Iterable[Row], target: Iterable[Row]) -> Reconciliation:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return reconcile(CUSTOMERS, a_side(folder, "Ledger", source), a_side(folder, "Projects", target), folder)


@_FEW
@given(source=sides(), target=sides(), data=st.data())
def test_result_does_not_depend_on_the_order_of_rows(source: list[Row], target: list[Row], data: st.DataObject) -> None:
    other_source, other_target = data.draw(st.permutations(source)), data.draw(st.permutations(target))
    assert compared(source, target) == compared(other_source, other_target)


@_FEW
@given(source=sides(), target=sides())
def test_swapping_sides_mirrors_the_result(source: list[Row], target: list[Row]) -> None:
    there, back = compared(source, target), compared(target, source)
    assert there.matched_by_key == back.matched_by_key
    mirrored = {
        (MIRRORED[b.kind], b.field, b.target_id, b.source_id, b.members, b.matched_by, b.target_value, b.source_value)
        for b in back.breaks
    }
    assert mirrored == {
        (b.kind, b.field, b.source_id, b.target_id, b.members, b.matched_by, b.source_value, b.target_value)
        for b in there.breaks
    }


@_FEW
@given(rows=sides())
def test_side_against_itself_has_no_field_breaks_and_misses_only_what_no_key_tells_apart(rows: list[Row]) -> None:
    result = compared(rows, rows)
    assert result.counts["field_differs"] == 0
    assert result.counts["duplicate_in_source"] == result.counts["duplicate_in_target"]
    assert result.counts["missing_in_source"] == result.counts["missing_in_target"]


@_FEW
@given(numbers=st.lists(st.text("0123456789ab", min_size=1), max_size=8, unique_by=str), rows=sides())
def test_side_with_distinct_numbers_against_itself_has_only_its_own_duplicates(
    numbers: list[str], rows: list[Row]
) -> None:
    numbered = [row | {"number": number} for row, number in zip(rows, numbers, strict=False)]
    alone = [row | {"org_number": None, "vat_number": None} for row in numbered]
    assert compared(alone, alone).breaks == ()


@_FEW
@given(source=sides(), target=sides())
def test_every_group_is_matched_or_missing_and_no_two_breaks_are_the_same(source: list[Row], target: list[Row]) -> None:
    result = compared(source, target)
    for side, customers in (("source", result.source_customers), ("target", result.target_customers)):
        other = {"source": "target", "target": "source"}[side]
        extra = sum(len(b.members) - 1 for b in result.breaks if b.kind == f"duplicate_in_{side}")
        assert result.matched + result.counts[f"missing_in_{other}"] + extra == customers
    assert len({found.break_id for found in result.breaks}) == len(result.breaks)
