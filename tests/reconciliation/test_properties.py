"""What holds for any two sides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sides_on_disk import a_customer

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.reconciliation.breaks import Reconciliation
from airflow_provider_erp.reconciliation.compare import SIDES, findings
from airflow_provider_erp.reconciliation.findings import read_findings
from airflow_provider_erp.reconciliation.spec import CUSTOMERS
from airflow_provider_erp.reconciliation.tables import make_table

Row = dict[str, str | None]
Compared = Callable[[Iterable[Row], Iterable[Row]], Reconciliation]

MIRRORED = {
    "missing_in_source": "missing_in_target",
    "missing_in_target": "missing_in_source",
    "duplicate_in_source": "duplicate_in_target",
    "duplicate_in_target": "duplicate_in_source",
    "field_differs": "field_differs",
}
SPEC = CUSTOMERS.without("name", "invoice_email", "phone", "street", "postal_code", "currency", "status")
WORLDS = 12
"""As many small pairs of sides make one example, because a comparison takes as long for twelve as for one."""

_FEW = settings(
    deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def maybe(*values: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, "", *values])


def a_world(world: int) -> st.SearchStrategy[list[Row]]:
    """Rows that share values with one another, and with no other world's."""
    customer = st.builds(
        a_customer,
        st.integers(0, 30).map(lambda place: f"{world}-{place}"),
        number=maybe(f"{world}1", f"{world}2", f"{world}3", f" {world}2 ", "0"),
        org_number=maybe(f"012345{world}7", f"012345{world}-7", f"16556{world}12-5790", f"765432{world}-0", "0-0"),
        vat_number=maybe(f"FI012345{world}7", f"SE556{world}12579001", "n/a"),
        country=maybe("FI", "Suomi", "SE"),
        email=maybe(f"a@{world}.fi", f"A@{world}.fi", f"b@{world}.fi"),
        city=maybe("Oslo", "oslo", "Turku"),
    )
    return st.lists(customer, max_size=6, unique_by=lambda row: str(row["source_id"]))


def sides() -> st.SearchStrategy[list[Row]]:
    return st.tuples(*map(a_world, range(WORLDS))).map(lambda worlds: list(chain(*worlds)))


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compared]:
    """Compares rows in memory, all in one engine."""
    folder = tmp_path_factory.mktemp("properties")
    with open_engine(folder, memory_mb=256) as engine:

        def compare(source: Iterable[Row], target: Iterable[Row]) -> Reconciliation:
            source_customers, target_customers = (
                make_table(engine, table, SPEC, rows, table, folder)
                for table, rows in zip(SIDES, (source, target), strict=True)
            )
            matched_by_key, breaks = read_findings(SPEC.name, findings(engine, SPEC))
            for table in SIDES:
                engine.execute(f"DROP TABLE {table}")
            return Reconciliation(
                spec=SPEC.name,
                title="",
                source_title="Ledger",
                target_title="Projects",
                source_batch="",
                target_batch="",
                source_customers=source_customers,
                target_customers=target_customers,
                matched_by_key=matched_by_key,
                breaks=breaks,
            )

        yield compare


@_FEW
@given(source=sides(), target=sides(), random=st.randoms(use_true_random=False))
def test_result_does_not_depend_on_the_order_of_rows(
    compared: Compared, source: list[Row], target: list[Row], random: Random
) -> None:
    other_source, other_target = random.sample(source, len(source)), random.sample(target, len(target))
    assert compared(source, target) == compared(other_source, other_target)


@_FEW
@given(source=sides(), target=sides())
def test_swapping_sides_mirrors_the_result(compared: Compared, source: list[Row], target: list[Row]) -> None:
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
def test_side_against_itself_has_no_field_breaks_and_misses_only_what_no_key_tells_apart(
    compared: Compared, rows: list[Row]
) -> None:
    result = compared(rows, rows)
    assert result.counts["field_differs"] == 0
    assert result.counts["duplicate_in_source"] == result.counts["duplicate_in_target"]
    assert result.counts["missing_in_source"] == result.counts["missing_in_target"]


@_FEW
@given(rows=sides())
def test_side_with_distinct_numbers_and_no_other_identifier_agrees_with_itself(
    compared: Compared, rows: list[Row]
) -> None:
    only = {"org_number": None, "vat_number": None}
    alone = [row | only | {"number": f"n{place}"} for place, row in enumerate(rows)]
    assert compared(alone, alone).breaks == ()


@_FEW
@given(source=sides(), target=sides())
def test_every_group_is_matched_or_missing_and_no_two_breaks_are_the_same(
    compared: Compared, source: list[Row], target: list[Row]
) -> None:
    result = compared(source, target)
    for side, customers in (("source", result.source_customers), ("target", result.target_customers)):
        other = {"source": "target", "target": "source"}[side]
        extra = sum(len(b.members) - 1 for b in result.breaks if b.kind == f"duplicate_in_{side}")
        assert result.matched + result.counts[f"missing_in_{other}"] + extra == customers
    assert len({found.break_id for found in result.breaks}) == len(result.breaks)
