"""Many writers at once: every write is done once or not at all, and the tally tells which."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from sandbox_client import open_client
from sandbox_writer import Writer, a_customer, wrapped

from airflow_provider_erp.sandbox.world.phones import international
from airflow_provider_erp.sandbox.world.seen import Seen, seen

CREATES = 300


def test_one_number_is_given_once_however_many_ask_for_it() -> None:
    with open_client(customers=20) as client, ThreadPoolExecutor(8) as pool:
        writer = Writer(client)
        answers = pool.map(lambda _: writer.visma_net("POST", "", a_customer("77000")).status_code, range(40))
        assert Counter(answers) == {201: 1, 400: 39}
        assert client.sandbox.tally("visma_net").created_by_number == {"77000": 1}


def test_creates_that_are_looked_up_before_they_are_sent_again_are_done_once_each() -> None:
    """What a careful client does, with every tenth answer lost, failed or refused in one of five ways."""
    kinds = ("write_lost", "write_500", "write_unsent", "write_429", "write_500_undone")
    with open_client(customers=20) as client, ThreadPoolExecutor(8) as pool:
        for place in range(CREATES // 10):
            client.sandbox.arm("visma_net", kinds[place % len(kinds)], after=9)
        writer = Writer(client)

        def push(place: int) -> int:
            number, sent = f"7{place:05}", 0
            body = a_customer(number, corporateId={"value": number})
            while not client.visma_net(corporateId=number).json():
                sent += 1
                try:
                    writer.visma_net("POST", "", body)
                except requests.ConnectionError:
                    continue
            return sent

        sent = list(pool.map(push, range(CREATES)))
        tally = client.sandbox.tally("visma_net")
    assert tally.created == CREATES == len(tally.created_by_org_number)
    assert set(tally.created_by_number.values()) == {1}
    assert sum(sent) > CREATES


def test_days_may_pass_while_writers_write() -> None:
    with open_client(customers=60, requests_per_session=100_000) as client, ThreadPoolExecutor(8) as pool:
        writer = Writer(client)
        numbers = [row["number"] for row in client.all_visma_net()]
        pushed = [pool.submit(writer.visma_net, "POST", "", a_customer(number=None)) for _ in range(100)]
        changed = [
            pool.submit(writer.visma_net, "PUT", f"/{each}", wrapped(name=f"Written {each}")) for each in numbers
        ]
        for _ in range(5):
            client.sandbox.advance()
            assert client.sandbox.truth()["reconciliations"]
        assert {each.result().status_code for each in pushed} == {201}
        assert {each.result().status_code for each in changed} <= {204, 404}
        assert client.sandbox.tally("visma_net").created == 100
        rows = client.all_visma_net()
    assert len({row["internalId"] for row in rows}) == len(rows)
    assert sum(int(row["number"]) > 900_000 for row in rows) == 100


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("+358 40 123 4567", "FI", "+358401234567"),
        ("0046 70-123 45 67", "SE", "+46701234567"),
        ("040-1234567", "FI", "+358401234567"),
        ("401 23456", "NO", "+4740123456"),
        ("none", "FI", ""),
        ("+", "FI", ""),
    ],
)
def test_phone_numbers_are_told_in_one_form(text: str, country: str, expected: str) -> None:
    assert international(text, country) == expected


@pytest.mark.parametrize(
    ("country", "org_number", "is_invalid"),
    [
        ("FI", "1234567-1", False),
        ("FI", "1234567-2", True),
        ("FI", "FI12345671", False),
        ("FI", "12345", True),
        ("FI", "٣٣٣٣٣٣٣٣", True),
        ("DE", "HRB 12", False),
        ("", "12", False),
        ("FI", "", False),
    ],
)
def test_identifier_is_invalid_by_the_rule_of_its_register(country: str, org_number: str, is_invalid: bool) -> None:
    record: Seen = seen(1, 2, None, {"country": country, "org_number": org_number})
    assert record.has_invalid_identifier == is_invalid
