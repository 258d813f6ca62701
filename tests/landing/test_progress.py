"""Lines in the log while a long list is read."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fake_source import page

from airflow_provider_erp.landing.progress import told
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
