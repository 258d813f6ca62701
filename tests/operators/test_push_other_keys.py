"""Before a customer is created it is looked for by every key that it has."""

from __future__ import annotations

from pathlib import Path

import pytest
from pushed_records import WRITABLE, Push, a_company, a_plan, lines

from airflow_provider_erp.hooks.lemonsoft import LemonsoftHook
from airflow_provider_erp.sandbox import Sandbox

ORG = "2345679-1"
NEW = a_company(ORG, number="70000", city="Helsinki")
THERE = "a record with this org_number exists already, under another number; nothing was created"


def by_a_person(push: Push, vendor: str) -> set[str]:
    """By what a receipt may name it: Visma.net's updates go to the number."""
    record = a_company("FI23456791", number="77001", name="By a person Oy")
    return {"77001", lines(push(vendor, records=[record], run_id="person")["receipts"])[0]["id"]}


@pytest.mark.parametrize("vendor", WRITABLE)
@pytest.mark.parametrize("more", [{}, {"vat_number": "FI23456791"}], ids=["", "with a VAT number"])
def test_customer_that_a_person_entered_under_another_number_since_the_plan_is_not_created_again(
    push: Push, sandbox: Sandbox, vendor: str, more: dict[str, str], tmp_path: Path
) -> None:
    plan = a_plan(vendor, tmp_path / "plan", NEW | more)
    theirs = by_a_person(push, vendor)
    told = push(vendor, plan=plan, on_rejected="warn")
    [row] = lines(told["receipts"])
    assert (row["outcome"], row["reason"]) == ("refused", THERE)
    assert row["id"] in theirs
    assert push(vendor, records=[NEW], on_rejected="warn", run_id="given")["counts"] == {"refused": 1}
    assert (sandbox.tally(vendor).created, sandbox.tally(vendor).updated) == (1, 0)


@pytest.mark.parametrize("vendor", WRITABLE)
def test_author_who_matches_on_numbers_only_may_create_a_second_customer_of_an_organisation(
    push: Push, sandbox: Sandbox, vendor: str
) -> None:
    by_a_person(push, vendor)
    assert push(vendor, records=[NEW], match_on=("number",))["counts"] == {"created": 1}


@pytest.mark.parametrize("vendor", WRITABLE)
def test_second_customer_of_an_organisation_that_is_in_the_same_push_is_created(
    push: Push, sandbox: Sandbox, vendor: str
) -> None:
    by_a_person(push, vendor)
    both = [NEW, {"number": "77001", "city": "Turku", "org_number": ORG}]
    assert push(vendor, records=both, in_flight=1)["counts"] == {"created": 1, "updated": 1}
    third = [*both, NEW | {"number": "70001"}]
    assert push(vendor, records=third, run_id="later")["counts"] == {"created": 1, "unchanged": 2}


@pytest.mark.parametrize("vendor", WRITABLE)
def test_customer_of_the_organisation_that_is_not_in_the_push_is_not_doubled_by_two_that_are(
    push: Push, sandbox: Sandbox, vendor: str
) -> None:
    by_a_person(push, vendor)
    told = push(vendor, records=[NEW, NEW | {"number": "70001"}], on_rejected="warn")
    assert told["counts"] == {"refused": 2}
    assert sandbox.tally(vendor).created == 1


@pytest.mark.parametrize("vendor", WRITABLE)
def test_customer_whose_number_another_one_has_is_not_created(push: Push, sandbox: Sandbox, vendor: str) -> None:
    by_a_person(push, vendor)
    records = [a_company("2012566-0", number="77001")]
    told = push(vendor, records=records, match_on=("org_number", "number"), on_rejected="warn")
    reason = "a record with this number exists already, under another org_number; nothing was created"
    assert [row["reason"] for row in lines(told["refused"])] == [reason]


@pytest.mark.parametrize("vendor", WRITABLE)
def test_customer_that_is_there_by_its_number_is_changed_whoever_has_its_organisation_number(
    push: Push, sandbox: Sandbox, vendor: str
) -> None:
    by_a_person(push, vendor)
    push(vendor, records=[a_company("2012566-0", number="70000")], run_id="before")
    assert push(vendor, records=[NEW])["counts"] == {"updated": 1}


def test_supplier_of_the_organisation_is_no_second_record_beside_a_new_customer(push: Push, sandbox: Sandbox) -> None:
    supplier = LemonsoftHook().create_customer({"name": "Toimittaja Oy", "vat": ORG, "is_supplier": True})
    told = push("lemonsoft", records=[NEW], on_rejected="warn")
    [row] = lines(told["receipts"])
    assert (row["outcome"], row["id"]) == ("refused", str(supplier["id"]))
    assert row["reason"] == "the record with this org_number is no customer there (a supplier); nothing was written"
