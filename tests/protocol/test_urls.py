"""Addresses: what is encoded, what counts as this machine, what counts as the same server."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.protocol.urls import is_loopback, origin, with_query

texts = st.text(max_size=20)


@given(st.lists(st.tuples(texts.filter(bool), texts), min_size=1, max_size=5))
def test_any_text_arrives_as_it_was_sent(pairs: list[tuple[str, str]]) -> None:
    query = urlsplit(with_query("https://x/list", pairs)).query
    assert parse_qsl(query, keep_blank_values=True) == pairs
    assert "+" not in query


def test_parameters_are_appended_to_a_query_that_is_there() -> None:
    assert with_query("https://x/list?a=1", [("b", ">=")]) == "https://x/list?a=1&b=%3E%3D"
    assert with_query("https://x/list", []) == "https://x/list"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_is_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "localhost.example.com", "127.0.0.1.example.com", "10.0.0.1", "0.0.0.0", "::2"])
def test_other_machines_are_known(host: str) -> None:
    assert not is_loopback(host)


def test_servers_are_the_same_by_scheme_host_and_port() -> None:
    assert origin("https://X.example.com/a") == origin("https://x.example.com:443/b")
    assert origin("https://x.example.com") != origin("http://x.example.com")
    assert origin("https://x.example.com") != origin("https://x.example.com:444")
