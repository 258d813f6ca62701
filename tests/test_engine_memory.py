"""How much memory the embedded engine takes for so many rows."""

from __future__ import annotations

import pytest

from airflow_provider_erp.engine import memory_for


@pytest.mark.parametrize(
    ("rows", "megabytes"), [(0, 400), (1_000_000, 400), (2_000_000, 600), (5_000_000, 1_200), (50_000_000, 1_200)]
)
def test_more_rows_have_more_memory_within_bounds(rows: int, megabytes: int) -> None:
    assert memory_for(rows) == megabytes
