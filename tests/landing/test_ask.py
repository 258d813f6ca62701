from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from fake_source import FakeResource
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.landing.ask import Ask
from airflow_provider_erp.landing.stream import Stream, digest_of

NOW = dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC)


def ask(since: str | None = None, **filters: Any) -> Ask:
    return Ask(resource="customer", as_of=NOW, since=since, filters=filters)


def stream(**filters: Any) -> Stream:
    return Stream.of("visma_px", "Nordic", "customer", ask(**filters).selection(FakeResource()))


def test_a_fetch_of_one_group_never_shares_a_stream_with_a_fetch_of_all() -> None:
    assert stream(group="A") != stream()
    assert stream(group="A") != stream(group="B")
    assert stream(group="A").folder != stream().folder


@pytest.mark.parametrize(
    "filters",
    [{"page_size": 7}, {"changed_since": "2026-11-19"}, {"group": None}, {"closed": True}],
    ids=["page size", "change filter", "not given", "default"],
)
def test_what_selects_no_rows_does_not_tell_streams_apart(filters: dict[str, Any]) -> None:
    assert stream(**filters) == stream()


def test_a_filter_that_the_vendor_does_not_know_is_left_for_the_hook_to_refuse() -> None:
    assert ask(unheard_of=1).selection(FakeResource()) == {"unheard_of": 1}


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text())))
def test_the_order_of_filters_does_not_matter(filters: dict[str, Any]) -> None:
    assert digest_of(filters) == digest_of(dict(reversed(filters.items())))


def test_a_stream_of_everything_says_so_in_its_folder() -> None:
    assert stream().folder == "visma_px/Nordic/customer/all"


def test_the_digest_of_a_personal_value_does_not_show_it() -> None:
    assert "example" not in stream(email="a@example.com").folder


def test_a_change_filter_given_by_name_is_the_cursor() -> None:
    assert ask(changed_since="2026-11-19").cursor(FakeResource()) == "2026-11-19"
    assert ask(since="2026-11-18").cursor(FakeResource()) == "2026-11-18"
    assert ask().cursor(FakeResource()) is None


def test_a_vendor_without_a_change_filter_has_no_cursor() -> None:
    assert ask(group="A").cursor(FakeResource(since=None)) is None


def test_since_last_is_refused_as_not_known_yet() -> None:
    with pytest.raises(ValueError, match="since='last' is not known"):
        ask("last").cursor(FakeResource())
