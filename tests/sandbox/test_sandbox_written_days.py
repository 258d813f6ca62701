"""What was written outlives the day: beside, under and over what is planted to change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sandbox_client import Client, Params, open_client
from sandbox_writer import Writer, a_customer, wrapped

from airflow_provider_erp.sandbox.world.calendar import World, plant

SEED, CUSTOMERS = 5, 150


@pytest.fixture
def writer() -> Iterator[Writer]:
    with open_client(seed=SEED, customers=CUSTOMERS, requests_per_session=10_000) as client:
        yield Writer(client)


def planted(day: int) -> World:
    return plant(SEED, CUSTOMERS, day)


def changing(vendor: str, day: int) -> list[str]:
    """Who is planted to change on a day, and neither before nor to leave on it."""
    changed = [planted(each).books[vendor].changes.changed for each in range(1, day + 1)]
    first, last = planted(0).books[vendor].things, planted(day).books[vendor].things
    return [key for key in changed[-1] if sum(key in each for each in changed) == 1 and key in first and key in last]


def leaf(row: Params, path: tuple[str, ...]) -> Any:
    return leaf(row[path[0]], path[1:]) if path else row


def differing(before: Params, after: Params) -> list[str]:
    stamps = {"lastModifiedDateTime", "timeStamp", "metadata"}
    return [name for name in before if name not in stamps and before[name] != after[name]]


def by_id(client: Client) -> dict[str, Params]:
    return {str(row["internalId"]): row for row in client.all_visma_net()}


def write(writer: Writer, row: Params, names: list[str]) -> None:
    """Something in every place that is planted to change."""
    whole: dict[str, Params] = {
        "mainAddress": wrapped(addressLine1="Written 1", postalCode="99999", city="Written"),
        "mainContact": wrapped(email="written@x.example", phone1="+3584012345", name="Written"),
        "invoiceContact": wrapped(email="written.invoices@x.example", name="Written"),
    }
    plain = {"name": "Written", "status": "OneTime", "currencyId": "XXX"}
    values = {name: whole.get(name, plain.get(name)) for name in names}
    assert writer.visma_net("PUT", f"/{row['number']}", wrapped(**values)).status_code == 204


def test_created_customers_are_there_on_every_later_day(writer: Writer) -> None:
    writer.visma_net("POST", "", a_customer())
    lemon = writer.lemonsoft("POST", "", {"name": "New Oy"}).json()
    here = writer.client.visma_net("/v1/customer/77000").json()
    for _ in range(3):
        writer.client.sandbox.advance()
        assert writer.client.visma_net("/v1/customer/77000").json() == here
        assert writer.client.all_lemonsoft()[-1] == lemon
    assert "77000" in {row["number"] for row in writer.client.all_visma_net()}


def test_planted_change_of_the_next_day_loses_against_what_was_written(writer: Writer) -> None:
    client, ids = writer.client, changing("visma_net", 1)
    before, later = by_id(client), by_id_of_day(1)
    assert ids
    for key in ids:
        write(writer, before[key], differing(before[key], later[key]))
    written = by_id(client)
    client.sandbox.advance()
    after = by_id(client)
    for key in ids:
        assert differing(written[key], before[key]) == differing(after[key], before[key])
        changed = [name for name in differing(before[key], later[key]) if isinstance(before[key][name], str)]
        assert all(after[key][name] == written[key][name] for name in changed)
        assert after[key]["timeStamp"] > written[key]["timeStamp"]
        assert after[key]["lastModifiedDateTime"] >= later[key]["lastModifiedDateTime"]


def test_planted_change_of_a_later_day_goes_over_what_was_written(writer: Writer) -> None:
    client, ids = writer.client, changing("visma_net", 2)
    before, later = by_id(client), by_id_of_day(2)
    assert ids
    for key in ids:
        write(writer, before[key], differing(before[key], later[key]))
    written = by_id(client)
    client.sandbox.advance()
    assert all(differing(written[key], by_id(client)[key]) == [] for key in ids)
    client.sandbox.advance()
    for key in ids:
        row = by_id(client)[key]
        names = [name for name in differing(before[key], later[key]) if isinstance(row[name], str)]
        assert all(row[name] == later[key][name] for name in names)
        assert row["timeStamp"] > written[key]["timeStamp"]
        assert row["lastModifiedDateTime"] == later[key]["lastModifiedDateTime"]


def by_id_of_day(day: int) -> dict[str, Params]:
    with open_client(seed=SEED, customers=CUSTOMERS, day=day) as later:
        return by_id(later)


def test_written_value_stays_where_nothing_is_planted_to_change(writer: Writer) -> None:
    client = writer.client
    touched = {key for day in (1, 2, 3) for key in planted(day).books["visma_net"].changes.changed}
    quiet = planted(3).books["visma_net"].things.keys() - touched
    number = next(row["number"] for key, row in by_id(client).items() if key in quiet)
    writer.visma_net("PUT", f"/{number}", wrapped(name="Written"))
    written = client.visma_net(f"/v1/customer/{number}").json()
    for _ in range(3):
        client.sandbox.advance()
        assert client.visma_net(f"/v1/customer/{number}").json() == written


def test_customer_that_leaves_takes_what_was_written_along(writer: Writer) -> None:
    [key, *_] = planted(1).books["visma_net"].changes.deleted
    number = by_id(writer.client)[key]["number"]
    assert writer.visma_net("PUT", f"/{number}", wrapped(name="Written")).status_code == 204
    writer.client.sandbox.advance()
    assert writer.client.visma_net(f"/v1/customer/{number}").status_code == 404


def test_whole_customer_of_lemonsoft_that_was_written_still_changes_elsewhere(writer: Writer) -> None:
    """Only what a write changed stays: a whole customer that is written back does not hold on to the rest."""
    client = writer.client
    before = {str(row["id"]): row for row in client.all_lemonsoft()}
    ids = changing("lemonsoft", 1)
    for key in ids:
        assert writer.lemonsoft("PUT", f"/{key}", before[key] | {"fax": "1"}).status_code == 200
    client.sandbox.advance()
    with open_client(seed=SEED, customers=CUSTOMERS, day=1, requests_per_session=1000) as later:
        expected = {str(row["id"]): row for row in later.all_lemonsoft()}
    after = {str(row["id"]): row for row in client.all_lemonsoft()}
    assert ids
    assert {key: after[key] for key in ids} == {key: expected[key] | {"fax": "1"} for key in ids}


def test_part_of_a_customer_of_lemonsoft_erases_the_rest_for_the_days_to_come(writer: Writer) -> None:
    client, quiet = writer.client, planted(1).books["lemonsoft"]
    key = next(key for key in quiet.things if key not in (*quiet.changes.changed, *quiet.changes.added))
    writer.lemonsoft("PUT", f"/{key}", {"name": "Written", "dimension": {"Area_code": 7, "unknown": 1}})
    written = client.lemonsoft(f"/api/customers/{key}").json()
    assert (written["dimension"]["Area_code"], written["street"], written["contacts"]) == (7, None, [])
    client.sandbox.advance()
    assert client.lemonsoft(f"/api/customers/{key}").json() == written


def test_writes_of_one_day_are_told_apart_by_their_moments(writer: Writer) -> None:
    for _ in range(20):
        writer.visma_net("POST", "", a_customer(number=None))
    moments = [row["lastModifiedDateTime"] for row in writer.client.all_visma_net()][-20:]
    assert moments == sorted(set(moments))
