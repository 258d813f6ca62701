"""The truth after writes: what was put right is no break any more, what a write made is one, all else stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_matcher import READERS, reconcile
from sandbox_client import Client, Params, open_client
from sandbox_writer import Writer, a_customer, wrapped

from airflow_provider_erp.sandbox.customers import Customers, Marks
from airflow_provider_erp.sandbox.lemonsoft import rows as lemonsoft
from airflow_provider_erp.sandbox.told import looking, told
from airflow_provider_erp.sandbox.visma_net import rows as visma_net
from airflow_provider_erp.sandbox.world.calendar import Calendar
from airflow_provider_erp.sandbox.world.rewritten import Rewritten
from airflow_provider_erp.sandbox.world.truth import Reconciliation, reconciliations


@pytest.fixture
def writer() -> Iterator[Writer]:
    with open_client(customers=250, requests_per_session=100_000) as client:
        yield Writer(client)


def breaks(client: Client, source: str, kind: str) -> list[Params]:
    """The breaks of a kind that the truth tells, about one side or pair each."""
    told_now = client.sandbox.truth()["reconciliations"]
    found = next(each["breaks"] for each in told_now if each["source"] == source)
    return [each for each in found if each["kind"] == kind]


def plain(told_now: list[Reconciliation]) -> list[tuple[str, int, list[str]]]:
    return [(each.source, each.matched, sorted(map(str, each.breaks))) for each in told_now]


def by_id(rows: list[Params], name: str) -> dict[str, Params]:
    return {str(row[name]): row for row in rows}


def writable(calendar: Calendar) -> dict[str, Customers]:
    books = calendar.today.books
    return {
        "visma_net": Customers(books["visma_net"], visma_net.customer_row, Marks(visma_net.stamp, ())),
        "lemonsoft": Customers(books["lemonsoft"], lemonsoft.customer_row, Marks(lemonsoft.stamp, ())),
    }


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 2**32), customers=st.integers(0, 130), day=st.integers(0, 6))
def test_truth_by_values_is_the_planted_truth_where_nothing_was_written(seed: int, customers: int, day: int) -> None:
    calendar = Calendar(seed, customers)
    for _ in range(day):
        calendar.turn()
    look = looking(calendar, writable(calendar))
    by_values = reconciliations(calendar.members, lambda member, source: Rewritten(member, source, look))
    assert plain(by_values) == plain(calendar.today.reconciliations)
    assert told(calendar, writable(calendar)) is calendar.today.reconciliations


def agrees_with_the_reference(client: Client) -> bool:
    """Whether the truth is what a reconciliation of the served rows finds."""
    rows = {
        "visma_px": client.all_px(),
        "visma_net": client.all_visma_net(),
        "lemonsoft": client.all_lemonsoft(),
        "fynn": client.all_fynn(),
    }
    sides = {vendor: [READERS[vendor](row) for row in rows[vendor]] for vendor in rows}
    for each in client.sandbox.truth()["reconciliations"]:
        matched, found = reconcile(sides[each["source"]], sides[each["target"]])
        names = ("kind", "field", "source_id", "target_id")
        expected = {
            (*(one[name] for name in names), tuple(one["members"]), tuple(one["candidates"])) for one in each["breaks"]
        }
        assert (each["source"], expected ^ found, each["matched"]) == (each["source"], set(), matched)
    return True


BY_FIELD: dict[str, Any] = {
    "email": lambda row: wrapped(mainContact=wrapped(email=row["email"])),
    "city": lambda row: wrapped(mainAddress=wrapped(city=row["city"])),
    "postal_code": lambda row: wrapped(mainAddress=wrapped(postalCode=row["postal_code"])),
    "currency": lambda row: wrapped(currencyId=row["currency_code"]),
    "phone": lambda row: wrapped(mainContact=wrapped(phone1=row["phone"])),
}


@pytest.mark.parametrize("field", BY_FIELD)
def test_difference_that_was_put_right_in_the_target_is_no_break_any_more(writer: Writer, field: str) -> None:
    client = writer.client
    source, target = by_id(client.all_lemonsoft(), "id"), by_id(client.all_visma_net(), "internalId")
    for each in (each for each in breaks(client, "lemonsoft", "field_differs") if each["field"] == field):
        body = BY_FIELD[field](source[each["source_id"]])
        assert writer.visma_net("PUT", f"/{target[each['target_id']]['number']}", body).status_code == 204
    assert field not in {each["field"] for each in breaks(client, "lemonsoft", "field_differs")}
    assert agrees_with_the_reference(client)


def test_difference_that_was_put_right_in_the_source_is_no_break_any_more(writer: Writer) -> None:
    client = writer.client
    source, target = by_id(client.all_lemonsoft(), "id"), by_id(client.all_visma_net(), "internalId")
    for each in (each for each in breaks(client, "lemonsoft", "field_differs") if each["field"] == "city"):
        whole = source[each["source_id"]] | {"city": target[each["target_id"]]["mainAddress"]["city"]}
        assert writer.lemonsoft("PUT", f"/{each['source_id']}", whole).status_code == 200
    assert "city" not in {each["field"] for each in breaks(client, "lemonsoft", "field_differs")}
    assert agrees_with_the_reference(client)


def test_break_that_was_put_right_stays_so_on_the_next_day(writer: Writer) -> None:
    client = writer.client
    target = by_id(client.all_visma_net(), "internalId")
    each = next(each for each in breaks(client, "lemonsoft", "field_differs") if each["field"] == "email")
    row = client.lemonsoft(f"/api/customers/{each['source_id']}").json()
    writer.visma_net("PUT", f"/{target[each['target_id']]['number']}", BY_FIELD["email"](row))
    for _ in range(2):
        client.sandbox.advance()
        assert each not in breaks(client, "lemonsoft", "field_differs")
        assert agrees_with_the_reference(client)


def created_from(row: Params) -> Params:
    """A customer of Lemonsoft as Visma.net takes it."""
    country = {"FINLAND": "FI", "SWEDEN": "SE", "NORWAY": "NO", "GERMANY": "DE"}[row["country"].upper()]
    address = wrapped(
        addressLine1=row["street"],
        addressLine2=row["street2"],
        postalCode=row["postal_code"],
        city=row["city"],
        countryId=country,
    )
    status = "Inactive" if row["is_nonactive"] else "Active"
    if row["deny_credit"] or row["prevent_delivery"]:
        status = "OnHold"
    identifier = "vatRegistrationId" if row["vat"].startswith("DE") else "corporateId"
    return a_customer(
        str(row["number"]),
        mainAddress={"value": address},
        **wrapped(
            name=f"{row['name']} {row['name2']}",
            currencyId=row["currency_code"],
            status=status,
            mainContact=wrapped(email=row["email"], phone1=row["phone"]),
            **{identifier: row["vat"]},
        ),
    )


def test_missing_customers_that_were_created_are_missing_no_more(writer: Writer) -> None:
    client = writer.client
    rows, missing = by_id(client.all_lemonsoft(), "id"), breaks(client, "lemonsoft", "missing_in_target")
    for each in missing:
        assert writer.visma_net("POST", "", created_from(rows[each["source_id"]])).status_code == 201
    assert missing
    assert breaks(client, "lemonsoft", "missing_in_target") == []
    assert client.sandbox.tally("visma_net").created == len(missing)
    assert agrees_with_the_reference(client)


def test_copy_that_was_created_with_the_number_of_the_source_is_its_partner(writer: Writer) -> None:
    client = writer.client
    rows, changed = by_id(client.all_lemonsoft(), "id"), breaks(client, "lemonsoft", "key_changed")
    copied = [each for each in changed if rows[each["source_id"]]["vat"]]
    for each in copied:
        assert writer.visma_net("POST", "", created_from(rows[each["source_id"]])).status_code == 201
    assert copied
    assert breaks(client, "lemonsoft", "key_changed") == [each for each in changed if each not in copied]
    partners = {each["target_id"] for each in breaks(client, "lemonsoft", "duplicate_in_target")}
    assert partners >= {each["target_id"] for each in copied}
    assert agrees_with_the_reference(client)


def test_customer_that_nobody_else_has_is_missing_in_every_source_and_on_every_later_day(writer: Writer) -> None:
    client = writer.client
    writer.visma_net("POST", "", a_customer())
    key = str(client.visma_net("/v1/customer/77000").json()["internalId"])
    for _ in range(2):
        for source in ("visma_px", "lemonsoft", "fynn"):
            assert key in {each["target_id"] for each in breaks(client, source, "missing_in_source")}
        assert agrees_with_the_reference(client)
        client.sandbox.advance()


def test_new_customer_of_both_systems_is_one_pair(writer: Writer) -> None:
    client = writer.client
    before = {each["source"]: each["matched"] for each in client.sandbox.truth()["reconciliations"]}
    writer.visma_net("POST", "", a_customer(corporateId={"value": "923609016"}))
    body = {"name": "NewCustomer", "vat": "NO 923609016 MVA", "country": "Norway", "currency_code": "EUR"}
    address = {"name2": "", "street": "TestRoad 13", "postal_code": "0101"}
    writer.lemonsoft("POST", "", body | address)
    after = {each["source"]: each["matched"] for each in client.sandbox.truth()["reconciliations"]}
    assert after == before | {"lemonsoft": before["lemonsoft"] + 1}
    assert agrees_with_the_reference(client)


def test_second_customer_of_one_organisation_number_is_a_duplicate(writer: Writer) -> None:
    client = writer.client
    duplicates = breaks(client, "fynn", "duplicate_in_target")
    known = {key for each in duplicates for key in each["members"]}
    row = next(
        row
        for row in client.all_visma_net()
        if row["corporateId"] and str(row["internalId"]) not in known and row["mainAddress"]["country"]["id"] == "FI"
    )
    address = {"value": wrapped(addressLine1="TestRoad 13", postalCode="0101", countryId="FI")}
    writer.visma_net("POST", "", a_customer(mainAddress=address, corporateId={"value": row["corporateId"]}))
    assert len(breaks(client, "fynn", "duplicate_in_target")) == len(duplicates) + 1
    assert agrees_with_the_reference(client)


def test_write_that_makes_customers_differ_makes_a_break_in_every_source(writer: Writer) -> None:
    client = writer.client
    taken = {each["target_id"] for source in ("visma_px", "lemonsoft", "fynn") for each in all_breaks(client, source)}
    row = next(row for row in client.all_visma_net() if str(row["internalId"]) not in taken)
    writer.visma_net("PUT", f"/{row['number']}", wrapped(currencyId="XXX", status="OneTime", corporateId="1234567-9"))
    for source in ("visma_px", "lemonsoft", "fynn"):
        found = {each["field"] for each in all_breaks(client, source) if each["target_id"] == str(row["internalId"])}
        assert found >= {"currency", "status"}


def all_breaks(client: Client, source: str) -> list[Params]:
    found: list[Params] = next(
        each["breaks"] for each in client.sandbox.truth()["reconciliations"] if each["source"] == source
    )
    return found
