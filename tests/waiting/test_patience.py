"""How long a trigger waits after a failure, and on what it gives up at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import (
    ErpAuthError,
    ErpConfigError,
    ErpError,
    ErpInconsistentRead,
    ErpProtocolError,
    ErpUnavailable,
)
from airflow_provider_erp.triggers.patience import LONGEST_PAUSE, Patience, gave_up

DOWN = ErpUnavailable("status 503", status=503)


@given(poll=st.floats(0.1, 3600), failures=st.integers(1, 200), asked=st.none() | st.floats(0, 100_000))
def test_a_pause_is_never_shorter_than_asked_for_nor_than_between_two_looks(
    poll: float, failures: int, asked: float | None
) -> None:
    patience = Patience(poll, max_failures=failures + 1)
    error = ErpUnavailable("down", status=429, retry_after=asked)
    pauses = [patience.after(error) for _ in range(failures)]
    assert None not in pauses
    assert all(poll <= (pause or 0) <= max(LONGEST_PAUSE, poll, asked or 0) for pause in pauses)
    assert all((pause or 0) >= (asked or 0) for pause in pauses)
    assert patience.after(error) is None


@pytest.mark.parametrize("error", [ErpAuthError("x"), ErpProtocolError("x"), ErpConfigError("x"), ValueError("x")])
def test_what_a_person_must_mend_ends_it_at_once(error: Exception) -> None:
    patience = Patience(1, max_failures=5)
    assert patience.after(error) is None
    assert patience.pause(error) == LONGEST_PAUSE
    assert gave_up(error, 1)["retry"] is False


@pytest.mark.parametrize("error", [DOWN, ErpInconsistentRead("x"), OSError("secret path"), RuntimeError("secret")])
def test_what_may_pass_is_waited_out(error: Exception) -> None:
    assert Patience(1, max_failures=5).after(error) == 1
    event = gave_up(error, 5)
    assert event["retry"] is True
    assert "secret" not in event["message"]


def test_a_success_begins_the_count_anew() -> None:
    patience = Patience(1, max_failures=3)
    assert [patience.after(DOWN), patience.after(DOWN)] == [1, 2]
    patience.succeeded()
    assert [patience.after(DOWN), patience.after(DOWN), patience.after(DOWN)] == [1, 2, None]


def test_being_held_back_by_the_limit_that_all_share_is_no_failure() -> None:
    patience = Patience(1, max_failures=1)
    held_back: ErpError = ErpUnavailable("nothing was sent", retry_after=40.0)
    assert [patience.after(held_back) for _ in range(20)] == [40.0] * 20
