"""One customer by several keys or spellings in one push: noticed, and written once at most."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from pushed_records import NOW, WRITABLE, Push, a_company, a_plan, lines, new_customers

from airflow_provider_erp.corrections.files import write_plan
from airflow_provider_erp.corrections.plan import Change, Plan
from airflow_provider_erp.hooks.erp import ErpHook
from airflow_provider_erp.hooks.lemonsoft import LemonsoftHook
from airflow_provider_erp.sandbox import Sandbox

SPELLINGS = ("70000 ", " 70000", "\uff17\uff10\uff10\uff10\uff10", "7\u200b0000")


@pytest.mark.parametrize("vendor", WRITABLE)
@pytest.mark.parametrize("number", SPELLINGS)
def test_number_is_the_same_however_it_is_spelt(push: Push, sandbox: Sandbox, vendor: str, number: str) -> None:
    push(vendor, records=new_customers(1))
    told = push(vendor, records=[new_customers(1)[0] | {"number": number}], run_id="spelt")
    assert told["counts"] == {"unchanged": 1}
    other = {"number": number.replace("7", "8").replace("\uff17", "8"), "name": "Toinen Oy"}
    push(vendor, records=[new_customers(1)[0] | other], run_id="new")
    assert sorted(sandbox.tally(vendor).created_by_number) == ["70000", "80000"]


@pytest.mark.parametrize("vendor", WRITABLE)
def test_two_spellings_of_a_number_in_one_push_are_refused(push: Push, sandbox: Sandbox, vendor: str) -> None:
    for number in SPELLINGS:
        records = [new_customers(1)[0], new_customers(1)[0] | {"number": number}]
        with pytest.raises(AirflowFailException, match="two records have the same number; nothing was sent"):
            push(vendor, records=records, run_id=number)
    assert sandbox.tally(vendor).created == 0


@pytest.mark.parametrize("vendor", WRITABLE)
@pytest.mark.parametrize("place", [0, 1])
def test_record_by_its_number_and_another_by_the_organisation_number_that_it_has_are_refused(
    push: Push, sandbox: Sandbox, vendor: str, place: int
) -> None:
    records = [a_company("20125660", name="Toinen Oy"), new_customers(2)[1]]
    records.insert(place, a_company("2012566-0", number="70000"))
    told = push(vendor, records=records, on_rejected="warn")
    assert told["counts"] == {"created": 1, "refused": 2}
    refused = lines(told["refused"])
    names = [row["record"] for row in refused]
    assert [row["reason"] for row in refused] == [
        f"record {other!r} of this push has the same org_number; leave out one of them" for other in reversed(names)
    ]
    assert list(sandbox.tally(vendor).created_by_number) == ["70001"]


@pytest.mark.parametrize(
    ("without", "spelt", "country"),
    [("737546-2", "0737546-2", "FI"), ("112038-9", "0112038-9", "FI"), ("403170701", "0403170701", "BE")],
)
@pytest.mark.parametrize("place", [0, 1])
def test_number_of_a_record_without_a_country_is_the_same_as_by_the_country_of_another_record(
    push: Push, sandbox: Sandbox, without: str, spelt: str, country: str, place: int
) -> None:
    records = [{"name": "O Oy", "org_number": spelt, "country": country}]
    records.insert(place, {"name": "O Oy", "org_number": without})
    with pytest.raises(AirflowFailException, match="two records have the same org_number; nothing was sent"):
        push("lemonsoft", records=records)
    records[place]["number"] = "70000"
    assert push("lemonsoft", records=records, run_id="2", on_rejected="warn")["counts"] == {"refused": 2}
    assert sandbox.tally("lemonsoft").created == 0


def test_number_that_two_countries_have_is_two_records(push: Push, sandbox: Sandbox) -> None:
    records = [{"name": "O Oy", "org_number": "403170701", "country": country} for country in ("BE", "NO")]
    assert push("lemonsoft", records=records)["counts"] == {"created": 2}


@pytest.mark.parametrize("vendor", WRITABLE)
def test_two_customers_of_one_organisation_number_are_written_each_by_its_number(
    push: Push, sandbox: Sandbox, vendor: str
) -> None:
    records = [a_company("2012566-0", number=number) for number in ("70000", "70001")]
    assert push(vendor, records=records)["counts"] == {"created": 2}


@pytest.mark.parametrize("vendor", WRITABLE)
def test_record_that_turns_out_to_be_one_of_the_same_push_is_refused_also_by_the_next_try(
    push: Push, sandbox: Sandbox, vendor: str
) -> None:
    push(vendor, records=[a_company("2012566-0", number="70000")], run_id="before")
    records = [{"number": "70000", "city": "Turku"}, {"org_number": "2012566-0", "city": "Oulu"}]
    for try_number in (1, 2):
        told = push(vendor, records=records, in_flight=1, on_rejected="warn", try_number=try_number)
        assert told["counts"] == {"updated": 1, "refused": 1}
    [row] = lines(told["refused"])
    assert row["reason"].startswith("it is the same record as ")
    assert sandbox.tally(vendor).updated == 1


@pytest.mark.parametrize("vendor", WRITABLE)
def test_two_records_without_a_key_that_say_the_same_are_refused(push: Push, sandbox: Sandbox, vendor: str) -> None:
    keyless = {name: value for name, value in new_customers(1)[0].items() if name not in ("number", "email")}
    records = [keyless, keyless | {"name": "UUSI  asiakas 0 OY", "country": "Finland"}, keyless | {"name": "Toinen Oy"}]
    told = push(vendor, records=records, mode="create", allow_keyless=True, on_rejected="warn")
    assert told["counts"] == {"created": 1, "refused": 2}
    names = [row["record"] for row in lines(told["refused"])]
    assert [row["reason"] for row in lines(told["refused"])] == [
        f"record {other!r} of this push says the same, and neither has a key; leave out one of them"
        for other in reversed(names)
    ]
    assert sandbox.tally(vendor).created == 1


@pytest.mark.parametrize("vendor", WRITABLE)
@pytest.mark.parametrize("number", ["-", "n/a", " 0000 ", "ei ole"])
def test_number_that_stands_for_none_is_never_written(
    push: Push, sandbox: Sandbox, vendor: str, number: str, tmp_path: Path
) -> None:
    none = "its number stands for none; leave it out"
    records = [a_company(org, number=number, name=org) for org in ("2012566-0", "1572860-0")]
    told = push(vendor, records=records, on_rejected="warn")
    assert [row["reason"] for row in lines(told["refused"])] == [none, none]
    planned = push(vendor, plan=a_plan(vendor, tmp_path / "plan", records[0]), on_rejected="warn")
    assert lines(planned["refused"])[0]["reason"] == none
    without = [{name: value for name, value in each.items() if name != "number"} for each in records]
    assert push(vendor, records=without, run_id="2")["counts"] == {"created": 2}
    assert push(vendor, records=records, run_id="3", on_rejected="warn")["counts"] == {"refused": 2}
    assert (sandbox.tally(vendor).created, sandbox.tally(vendor).updated) == (2, 0)


@pytest.mark.parametrize("vendor", WRITABLE)
def test_plan_creates_customers_without_a_key_once_where_its_author_allows_it(
    push: Push, sandbox: Sandbox, vendor: str, tmp_path: Path
) -> None:
    keyless = {name: value for name, value in new_customers(1)[0].items() if name != "number"}
    plan = a_plan(vendor, tmp_path / "plan", keyless)
    assert push(vendor, plan=plan, on_rejected="warn")["counts"] == {"refused": 1}
    for try_number in (2, 3):
        assert push(vendor, plan=plan, allow_keyless=True, try_number=try_number)["counts"] == {"created": 1}
    assert sandbox.tally(vendor).created == 1


def test_letters_of_a_number_are_one_within_a_push_in_any_case_and_the_systems_own_across_runs(
    push: Push, sandbox: Sandbox
) -> None:
    records = [new_customers(1)[0] | {"number": number} for number in ("abc1", "ABC1")]
    with pytest.raises(AirflowFailException, match="two records have the same number"):
        push("visma_net", records=records)
    for record in records:
        assert push("visma_net", records=[record], run_id=record["number"])["counts"] == {"created": 1}


@pytest.mark.parametrize("vendor", WRITABLE)
@pytest.mark.parametrize("fault", [None, "write_lost"])
def test_customer_whose_renumbering_lost_its_answer_is_looked_up_by_its_new_number(
    push: Push, sandbox: Sandbox, vendor: str, fault: str | None, tmp_path: Path
) -> None:
    entry, hook = next(iter(sandbox.world.books[vendor].things.values())), ErpHook.for_connection(f"{vendor}_default")
    change = Change(
        action="update",
        system=hook.vendor.title,
        subject=entry.source_id,
        record_id=entry.source_id,
        number=entry.number,
        field="number",
        old=entry.number,
        new="987654",
        rule="number: the other is right",
    )
    said: dict[str, Any] = {"conn_type": vendor, "company": hook.company, "side": "target"}
    plan = Plan(spec="customers", origin="0a1b", as_of=NOW, changes=(change,), **said)
    if fault:
        sandbox.arm(vendor, fault)
    assert push(vendor, plan=str(write_plan(plan, tmp_path / "plan")[0]))["counts"] == {"updated": 1}
    assert sandbox.tally(vendor).updated == 1


def test_id_of_one_customer_and_number_of_another_may_be_the_same_text(push: Push, sandbox: Sandbox) -> None:
    entry = next(iter(sandbox.world.books["lemonsoft"].things.values()))
    records = [{"source_id": entry.source_id, "city": "Turku"}, {"number": entry.source_id, "name": "Toinen Oy"}]
    assert push("lemonsoft", records=records)["counts"] == {"created": 1, "updated": 1}
    assert LemonsoftHook().get_customer(entry.source_id)["city"] == "Turku"
