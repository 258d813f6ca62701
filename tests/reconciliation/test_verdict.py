"""The sentence that a controller reads first."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_erp.reconciliation.verdict import Tally, verdict

NO_BREAKS = {
    "missing_in_target": 0,
    "missing_in_source": 0,
    "duplicate_in_source": 0,
    "duplicate_in_target": 0,
    "field_differs": 0,
}


def sentence(matched: int = 0, differing: int = 0, source: int = 1, target: int = 1, **counts: Any) -> str:
    return verdict(
        Tally(
            source_title="Visma PX",
            target_title="Visma.net ERP",
            source_customers=source,
            target_customers=target,
            matched=matched,
            differing=differing,
            counts=NO_BREAKS | counts,
        )
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (sentence(500), "Visma PX and Visma.net ERP agree on all 500 customers."),
        (sentence(1), "Visma PX and Visma.net ERP agree on the one customer."),
        (sentence(12_345), "Visma PX and Visma.net ERP agree on all 12,345 customers."),
        (
            sentence(485, 15, missing_in_target=12, missing_in_source=3, field_differs=22, duplicate_in_source=2),
            (
                "Visma PX and Visma.net ERP agree on 470 of 500 customers; 12 are missing in Visma.net ERP, "
                "3 are missing in Visma PX, 15 differ in 22 fields and 2 are held more than once in Visma PX."
            ),
        ),
        (
            sentence(2, 1, missing_in_target=1, field_differs=1),
            (
                "Visma PX and Visma.net ERP agree on 1 of 3 customers; 1 is missing in Visma.net ERP "
                "and 1 differs in 1 field."
            ),
        ),
        (
            sentence(1, 1, field_differs=2),
            "Visma PX and Visma.net ERP do not agree on the one customer; 1 differs in 2 fields.",
        ),
        (
            sentence(3, 3, field_differs=3),
            "Visma PX and Visma.net ERP agree on none of 3 customers; 3 differ in 3 fields.",
        ),
        (
            sentence(9, duplicate_in_target=1),
            "Visma PX and Visma.net ERP agree on all 9 customers; 1 is held more than once in Visma.net ERP.",
        ),
        (
            sentence(source=0, target=7, missing_in_source=7),
            "Visma PX is empty: it holds no customers at all; 7 are missing in Visma PX.",
        ),
        (
            sentence(target=0, missing_in_target=1),
            "Visma.net ERP is empty: it holds no customers at all; 1 is missing in Visma.net ERP.",
        ),
        (
            sentence(source=0, target=0),
            "Visma PX and Visma.net ERP are both empty: no customers were compared.",
        ),
    ],
)
def test_verdict_is_one_plain_sentence(said: str, expected: str) -> None:
    assert said == expected
