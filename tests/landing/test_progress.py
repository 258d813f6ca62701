"""Lines in the log while a long list is read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from fake_source import page

from airflow_provider_erp.landing.progress import Steps, counted, told
from airflow_provider_erp.protocol.messages import Page

ROWS = (b'{"id": 1, "name": "Anna Salainen"}', b'{"id": 2}')


def pages(number: int, total: int | None = None) -> Iterator[Page]:
    return (replace(page(place, *ROWS), total=total) for place in range(1, number + 1))


def lines(caplog: pytest.LogCaptureFixture, given: Iterator[Page], seconds_a_page: float) -> list[str]:
    ticks = iter(place * seconds_a_page for place in range(1_000))
    with caplog.at_level(logging.INFO):
        handed_on = list(told("fynn customer", given, lambda: next(ticks)))
    assert [each.number for each in handed_on] == list(range(1, len(handed_on) + 1))
    return caplog.messages


def test_every_ten_seconds_a_line_says_how_far_it_is_and_names_nobody(caplog: pytest.LogCaptureFixture) -> None:
    assert lines(caplog, pages(7, total=2_000), 4.0) == [
        "fynn customer: 6 of 2,000 rows so far, 0 a second",
        "fynn customer: 12 of 2,000 rows so far, 0 a second",
    ]


def test_list_without_a_total_tells_what_there_is(caplog: pytest.LogCaptureFixture) -> None:
    assert lines(caplog, pages(25), 0.5) == ["fynn customer: 40 rows so far, 4 a second"]


def test_short_read_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    assert lines(caplog, pages(9), 1.0) == []


def test_second_look_is_counted_by_itself(caplog: pytest.LogCaptureFixture) -> None:
    given = (replace(each, look=1 if each.number < 3 else 2) for each in pages(4))
    assert lines(caplog, given, 5.0) == [
        "fynn customer: 4 rows so far, 0 a second",
        "fynn customer: 4 rows so far, 0 a second, read once more because rows moved",
    ]


def ticking(seconds: float) -> Callable[[], float]:
    ticks = iter(place * seconds for place in range(1_000))
    return lambda: next(ticks)


def test_work_of_a_known_size_tells_how_much_of_it_is_done(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert list(counted("lemonsoft customer", "records", "abcde", 5_000, ticking(5.0))) == list("abcde")
    assert caplog.messages == [
        "lemonsoft customer: 2 of 5,000 records so far, 0 a second",
        "lemonsoft customer: 4 of 5,000 records so far, 0 a second",
    ]


def test_each_long_step_has_a_line_with_its_seconds_and_a_short_one_has_none(caplog: pytest.LogCaptureFixture) -> None:
    moments = iter((0.0, 0.9, 3.4))
    with caplog.at_level(logging.INFO):
        steps = Steps("customers", lambda: next(moments))
        steps.finished("duplicates", "3 records and 1 records")
        steps.finished("similarity", "12 pairs, 3 that may be")
    assert caplog.messages == ["customers, similarity: 12 pairs, 3 that may be, in 2.5 seconds"]


def test_step_that_goes_through_rows_tells_how_far_it_is(caplog: pytest.LogCaptureFixture) -> None:
    some = [range(500)] * 4
    with caplog.at_level(logging.INFO):
        assert list(Steps("customers", ticking(8.0)).counted("normalising Fynn", some, 2_000)) == some
    assert caplog.messages == [
        "customers, normalising Fynn: 1,000 of 2,000 rows so far, 62 a second",
        "customers, normalising Fynn: 2,000 of 2,000 rows so far, 62 a second",
    ]
