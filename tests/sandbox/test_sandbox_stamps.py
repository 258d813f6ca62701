"""Stamps of the sandbox keep their order, their zone and their last digit."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.sandbox.world.stamps import NOW, naive_milliseconds, read_naive, read_ticks, with_seven_digits

MOMENTS = st.timedeltas(dt.timedelta(0), dt.timedelta(days=20_000)).map(lambda age: NOW - age)
DIGITS = st.integers(0, 9)


@given(first=st.tuples(MOMENTS, DIGITS), second=st.tuples(MOMENTS, DIGITS))
def test_stamps_with_seven_digits_compare_as_the_moments_do(
    first: tuple[dt.datetime, int], second: tuple[dt.datetime, int]
) -> None:
    earlier = read_ticks(with_seven_digits(*first)) < read_ticks(with_seven_digits(*second))
    assert earlier == (first < second)


def test_seventh_digit_stands_before_the_offset_of_the_season() -> None:
    summer = dt.datetime(2026, 7, 1, 9, 0, 0, 123456, tzinfo=dt.UTC)
    winter = dt.datetime(2026, 12, 1, 9, 0, 0, 123456, tzinfo=dt.UTC)
    assert with_seven_digits(summer, 9) == "2026-07-01T12:00:00.1234569+03:00"
    assert with_seven_digits(winter, 0) == "2026-12-01T11:00:00.1234560+02:00"
    assert naive_milliseconds(winter) == "2026-12-01T11:00:00.123"


def test_stamp_without_an_offset_is_helsinkis_time() -> None:
    assert read_ticks("2026-12-01T11:00:00") == read_ticks("2026-12-01T09:00:00Z")
    assert read_naive("2026-12-01T09:00:00Z") == dt.datetime.fromisoformat("2026-12-01T11:00:00")


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "2026-11-01T00:00:00 02:00"])
def test_text_that_is_no_stamp_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"ISO date|month must be"):
        read_ticks(text)
