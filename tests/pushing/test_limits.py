"""How much a push may change at most."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_erp.pushing.limits import Limits


def test_limits_may_be_reached() -> None:
    Limits(max_changes=2, max_share=0.02).check(2, 100)
    Limits().check(10**6, None)


@pytest.mark.parametrize(
    ("limits", "records", "total", "message"),
    [
        ({"max_changes": 2}, 3, 100, "the plan is about 3 records, max_changes is 2; nothing was sent"),
        ({"max_changes": 0}, 1, None, "max_changes is 0"),
        ({"max_share": 0.02}, 3, 100, "about 3 of the system's 100 records, max_share is 0.02; nothing was sent"),
        ({"max_share": 1.0}, 1, 0, "about 1 of the system's 0 records"),
        ({"max_share": 0.5}, 1, None, "given records are no share of anything"),
    ],
)
def test_more_than_that_is_refused(limits: dict[str, Any], records: int, total: int | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Limits(**limits).check(records, total)


@pytest.mark.parametrize("limits", [{"max_changes": -1}, {"max_changes": 1.5}, {"max_share": 1.1}, {"max_share": "5"}])
def test_limit_that_is_no_sensible_number_is_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(limits))):
        Limits(**limits)
