"""The feed of deleted records of Lemonsoft."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sandbox_client import Client, Params, open_client


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with open_client(seed=5, customers=150, day=3, requests_per_session=10_000) as opened:
        yield opened


def feed(client: Client, **params: str) -> list[Params]:
    host = client.sandbox.connections()["lemonsoft_default"]["host"]
    headers = {"Session-Id": client.lemonsoft_session}
    answer = client.get(f"{host}/api/log/deleted", params=params, headers=headers).json()
    assert answer["result_count"] == len(answer["results"])
    assert (answer["has_next_page"], answer["has_errors"], answer["errors"]) == (False, False, [])
    rows: list[Params] = answer["results"]
    return rows


@pytest.mark.parametrize(("log_type", "name"), [("Customer", "customer"), ("Invoice", "invoice")])
def test_feed_since_yesterday_is_what_the_truth_says(client: Client, log_type: str, name: str) -> None:
    rows = feed(client, logType=log_type, startDate="2026-11-22T06:00:00")
    assert {str(row["id"]) for row in rows} == set(client.sandbox.truth()["changes"]["lemonsoft"][name]["deleted"])
    assert {(row["log_type"], row["deleted"]) for row in rows} == {(log_type, "2026-11-23T04:00:00.046")}


def test_feed_goes_one_year_back_and_start_includes_its_own_moment(client: Client) -> None:
    days = [row["deleted"][:10] for row in feed(client, logType="Customer")]
    assert sorted(set(days)) == ["2026-11-21", "2026-11-22", "2026-11-23"]
    assert days == sorted(days)
    with_it = feed(client, logType="Customer", startDate="2026-11-22T04:00:00.046352")
    after_it = feed(client, logType="Customer", startDate="2026-11-22T04:00:00.047")
    assert len(after_it) < len(with_it) < len(days)


def test_deletion_of_more_than_a_year_ago_is_told_only_when_asked_for() -> None:
    with open_client(seed=5, customers=20, day=367) as client:
        recent = feed(client, logType="Customer")
        assert min(row["deleted"] for row in recent) >= "2026-11-22T06:00"
        assert len(feed(client, logType="Customer", startDate="2026-01-01")) > len(recent)


def test_nothing_is_deleted_on_day_0() -> None:
    with open_client(customers=20) as client:
        assert feed(client, logType="Customer") == feed(client, logType="Invoice") == []


@pytest.mark.parametrize("params", [{}, {"logType": "Order"}, {"logType": "Customer", "startDate": "yesterday"}])
def test_request_that_cannot_be_answered_is_refused(client: Client, params: dict[str, str]) -> None:
    host = client.sandbox.connections()["lemonsoft_default"]["host"]
    headers = {"Session-Id": client.lemonsoft_session}
    answer = client.get(f"{host}/api/log/deleted", params=params, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["Message"]


def test_feed_without_a_session_is_refused(client: Client) -> None:
    host = client.sandbox.connections()["lemonsoft_default"]["host"]
    assert client.get(f"{host}/api/log/deleted", params={"logType": "Customer"}).status_code == 401
