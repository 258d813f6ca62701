"""Which fetches continue one another: those that send the same to select rows, whatever way the author wrote it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.landing.stream import Stream, digest_of
from airflow_provider_erp.vendors import VENDORS
from airflow_provider_erp.vendors.settings import Settings

SETTINGS = Settings(conn_type="x", conn_id="x", base_url="https://x")


def stream(conn_type: str, resource: str = "customer", since: str | None = None, **filters: Any) -> Stream:
    described = VENDORS[conn_type].resource(resource)
    selection = described.selection(described.arguments(since, filters), SETTINGS)
    return Stream.of(conn_type, "Nordic", resource, selection)


def cursor(conn_type: str, since: str | None = None, **filters: Any) -> str | None:
    described = VENDORS[conn_type].resource("customer")
    return described.cursor(described.arguments(since, filters))


def test_stream_of_everything_says_so_in_its_folder() -> None:
    assert stream("fynn").folder == "fynn/Nordic/customer/all"


def test_fetch_of_some_never_shares_a_stream_with_a_fetch_of_all() -> None:
    assert stream("lemonsoft", group=1) != stream("lemonsoft")
    assert stream("lemonsoft", group=1) != stream("lemonsoft", group=2)
    assert stream("visma_px", incl_not_active=False) != stream("visma_px")
    assert stream("lemonsoft", base=True) != stream("lemonsoft")


@pytest.mark.parametrize(
    ("conn_type", "filters"),
    [
        ("lemonsoft", {"page_size": 7}),
        ("lemonsoft", {"modified_after": "2026-11-19"}),
        ("lemonsoft", {"group": None}),
        ("lemonsoft", {"base": False}),
        ("visma_px", {"incl_not_active": True, "selection": "1"}),
        ("visma_net", {"last_modified": "2026-11-19", "condition": ">="}),
        ("visma_net", {"condition": "<"}),
        ("fynn", {"limit": 10}),
    ],
)
def test_what_selects_no_rows_does_not_tell_streams_apart(conn_type: str, filters: dict[str, Any]) -> None:
    assert stream(conn_type, **filters).selection == "all"


def test_same_request_is_the_same_stream_however_it_was_written() -> None:
    one_customer = stream("lemonsoft", customer_number=7)
    assert stream("lemonsoft", customer_number=[7]) == one_customer
    assert stream("lemonsoft", customer_number="7") == one_customer
    assert stream("lemonsoft", has_email=True) == stream("lemonsoft", has_email=1)


def test_changes_before_a_moment_are_a_selection_and_no_changes_since() -> None:
    assert cursor("visma_net", last_modified="2026-11-19", condition="<") is None
    assert stream("visma_net", last_modified="2026-11-19", condition="<").selection != "all"


def test_cursor_is_since_or_the_change_filter_given_by_name_verbatim() -> None:
    assert cursor("visma_net", last_modified="2026-11-19T06:35:22.153") == "2026-11-19T06:35:22.153"
    assert cursor("visma_net", since="2026-11-18") == "2026-11-18"
    assert cursor("visma_px", changed_since="2026-05-09T17:16:58.0463529+02:00") == "2026-05-09T17:16:58.0463529+02:00"
    assert cursor("lemonsoft", group=1) is None
    assert cursor("fynn") is None


@given(st.dictionaries(st.text(), st.lists(st.text())))
def test_order_of_filters_does_not_matter(selection: dict[str, list[str]]) -> None:
    assert digest_of(selection) == digest_of(dict(reversed(selection.items())))


def test_digest_of_a_personal_value_does_not_show_it() -> None:
    assert "example" not in stream("lemonsoft", email="a@example.com").folder
