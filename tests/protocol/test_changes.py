"""A fetch of changes looks back a little, and a server that ignores the filter is found out by its rows."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import ErpProtocolError
from airflow_provider_erp.protocol.changes import Changes, earlier, moment


@pytest.mark.parametrize(
    ("stamp", "minutes", "expected"),
    [
        ("2026-05-09T17:14:19.0859624+02:00", 5, "2026-05-09T17:09:19.0859624+02:00"),
        ("2026-05-09T17:14:19.0859624+02:00", 0, "2026-05-09T17:14:19.0859624+02:00"),
        ("2026-03-20T00:35:22.153", 120, "2026-03-19T22:35:22.153"),
        ("2026-03-20 00:35:22", 120, "2026-03-19 22:35:22"),
        ("2026-03-20T00:35+02:00", 60, "2026-03-19T23:35:00+02:00"),
        ("2026-03-20T00:35:00Z", 60, "2026-03-19T23:35:00Z"),
        ("2026-03-20", 120, "2026-03-19T22:00:00"),
        ("2026-03-20", 0, "2026-03-20"),
    ],
)
def test_stamp_is_moved_back_and_written_as_before(stamp: str, minutes: float, expected: str) -> None:
    assert earlier(stamp, minutes) == expected


@given(
    st.datetimes(min_value=dt.datetime.fromisoformat("1990-01-01"), max_value=dt.datetime.fromisoformat("2100-01-01")),
    st.integers(1, 10_000),
)
def test_stamp_moved_back_is_earlier_by_just_that(when: dt.datetime, minutes: int) -> None:
    found = moment(earlier(when.isoformat(), minutes))
    assert found == when - dt.timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "yesterday", "2026", "2026-13-01", "2026-11-20T25:00:00", "20.11.2026", "last"])
def test_text_that_is_no_stamp_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected an ISO stamp as the server writes it"):
        earlier(text, 5)


SINCE = Changes("2026-11-20T10:00:00", "2026-11-20T08:00:00")


def test_rows_over_the_overlap_are_counted() -> None:
    stamps = ["2026-11-20T09:00:00", "2026-11-20T10:00:00", "2026-11-20T10:00:00.001", "2026-11-21T08:00:00"]
    assert SINCE.overlap("px customer", stamps) == 2


def test_row_far_older_than_was_asked_for_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(ErpProtocolError, match=r"ignores the change filter.*check_change_filter"):
        SINCE.overlap("px customer", ["2026-11-20T09:00:00", "2024-01-01T00:00:00"])


def test_row_of_the_day_before_may_come_of_a_filter_cut_to_its_date_or_of_another_zone() -> None:
    assert SINCE.overlap("px customer", ["2026-11-19T09:00:00"]) == 1


def test_older_row_is_only_counted_where_the_rows_do_not_show_the_filtered_stamp() -> None:
    lenient = Changes("2026-11-20T10:00:00", "2026-11-20T08:00:00", strict=False)
    assert lenient.overlap("lemonsoft invoice", ["2024-01-01T00:00:00"]) == 1


@pytest.mark.parametrize("stamps", [["2024-01-01T00:00:00+02:00"], ["no stamp"], []])
def test_stamps_that_cannot_be_held_against_the_cursor_prove_nothing(stamps: list[str]) -> None:
    assert SINCE.overlap("px customer", stamps) == 0


def test_offsets_count_where_both_have_them() -> None:
    since = Changes("2026-11-20T10:00:00.1234567+02:00", "2026-11-20T09:55:00.1234567+02:00")
    assert since.overlap("px customer", ["2026-11-20T08:00:00.1234566+00:00", "2026-11-20T08:00:01+00:00"]) == 1
