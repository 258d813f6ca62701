"""The sentence that a controller reads first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sides_on_disk import a_customer, a_side

from airflow_provider_erp.reconciliation.breaks import Break, Reconciliation
from airflow_provider_erp.reconciliation.compare import reconcile
from airflow_provider_erp.reconciliation.spec import CUSTOMERS
from airflow_provider_erp.reconciliation.words import kind_words


def verdict(matched: int = 0, differing: int = 0, source: int = 1, target: int = 1, **counts: int) -> str:
    """The verdict on so many customers; several fields of the last differing customer may differ."""
    breaks = [
        Break(break_id=f"{kind}-{place}", kind=kind, customer="1", source_id=str(min(place, differing)))
        for kind, count in counts.items()
        for place in range(1, count + 1)
    ]
    return Reconciliation(
        spec="customers",
        title="Customers",
        source_title="Visma PX",
        target_title="Visma.net ERP",
        source_batch="px/1",
        target_batch="net/1",
        source_customers=source,
        target_customers=target,
        matched_by_key={"number": matched},
        breaks=tuple(breaks),
    ).verdict


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (verdict(500), "Visma PX and Visma.net ERP agree on all 500 customers."),
        (verdict(1), "Visma PX and Visma.net ERP agree on the one customer."),
        (verdict(12_345), "Visma PX and Visma.net ERP agree on all 12,345 customers."),
        (
            verdict(485, 15, missing_in_target=12, missing_in_source=3, field_differs=22, duplicate_in_source=2),
            (
                "Visma PX and Visma.net ERP agree on 470 of 500 customers; 12 are missing in Visma.net ERP, "
                "3 are missing in Visma PX, 15 differ in 22 fields and 2 are held more than once in Visma PX."
            ),
        ),
        (
            verdict(2, 1, missing_in_target=1, field_differs=1),
            (
                "Visma PX and Visma.net ERP agree on 1 of 3 customers; 1 is missing in Visma.net ERP "
                "and 1 differs in 1 field."
            ),
        ),
        (
            verdict(1, 1, field_differs=2),
            "Visma PX and Visma.net ERP do not agree on the one customer; 1 differs in 2 fields.",
        ),
        (
            verdict(3, 3, field_differs=3),
            "Visma PX and Visma.net ERP agree on none of 3 customers; 3 differ in 3 fields.",
        ),
        (
            verdict(9, duplicate_in_target=1),
            "Visma PX and Visma.net ERP agree on all 9 customers; 1 is held more than once in Visma.net ERP.",
        ),
        (
            verdict(source=0, target=7, missing_in_source=7),
            "Visma PX is empty: it holds no customers at all; 7 are missing in Visma PX.",
        ),
        (
            verdict(target=0, missing_in_target=1),
            "Visma.net ERP is empty: it holds no customers at all; 1 is missing in Visma.net ERP.",
        ),
        (
            verdict(source=0, target=0),
            "Visma PX and Visma.net ERP are both empty: no customers were compared.",
        ),
    ],
)
def test_verdict_is_one_plain_verdict(said: str, expected: str) -> None:
    assert said == expected


def test_two_companies_of_one_vendor_may_bear_the_same_title(tmp_path: Path) -> None:
    source = a_side(tmp_path, "Visma.net ERP", [a_customer("a", number="1")])
    target = replace(a_side(tmp_path, "Another company", []), title=source.title)
    said = reconcile(CUSTOMERS, source, target, tmp_path).verdict
    assert said.startswith("Visma.net ERP is empty: it holds no customers at all;")


def test_kinds_in_words_name_the_system() -> None:
    words = kind_words("Visma PX", "Visma.net ERP")
    assert words["missing_in_target"] == "missing in Visma.net ERP"
    assert words["duplicate_in_source"] == "held more than once in Visma PX"
