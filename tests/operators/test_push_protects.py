"""What a push never does to a customer: adopt somebody else's, make it twice, write over what a refusal kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from pushed_records import WRITABLE, Push, a_company, lines, new_customers

from airflow_provider_erp.hooks.lemonsoft import LemonsoftHook
from airflow_provider_erp.hooks.visma_net import VismaNetHook
from airflow_provider_erp.operators.customer_target import CustomerTarget
from airflow_provider_erp.pushing.target import Current
from airflow_provider_erp.sandbox import Sandbox

_UPDATE = CustomerTarget.update


@pytest.mark.parametrize("vendor", WRITABLE)
def test_create_that_was_killed_before_it_was_sent_does_not_adopt_somebody_elses_customer(
    push: Push, sandbox: Sandbox, vendor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(CustomerTarget, "create", _killed)
        with pytest.raises(KeyboardInterrupt):
            push(vendor, records=new_customers(1))
    push(vendor, records=[new_customers(1)[0] | {"name": "Muiden Oy"}], run_id="theirs")
    with pytest.raises(AirflowFailException, match="what came of 1 is not known"):
        push(vendor, records=new_customers(1), try_number=2)
    assert (sandbox.tally(vendor).created, sandbox.tally(vendor).updated) == (1, 0)


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("vendor", WRITABLE)
@pytest.mark.parametrize("fault", [None, "write_lost"])
def test_customer_in_words_that_the_system_writes_in_its_own_way_is_as_it_shall_be(
    push: Push, sandbox: Sandbox, vendor: str, fault: str | None
) -> None:
    said = {"country": "Finland", "name": " Uusi Oy ", "status": "blocked"}
    said |= {"language": "Finnish"} if vendor == "lemonsoft" else {}
    records = [new_customers(1)[0] | said]
    if fault:
        sandbox.arm(vendor, fault)
    assert push(vendor, records=records)["counts"] == {"created": 1}
    assert push(vendor, records=records, run_id="again")["counts"] == {"unchanged": 1}


@pytest.mark.parametrize("vendor", WRITABLE)
def test_customers_without_a_key_are_created_once_whatever_runs_say_them(
    push: Push, sandbox: Sandbox, vendor: str
) -> None:
    keyless = [
        {name: value for name, value in each.items() if name not in ("number", "email")} for each in new_customers(3)
    ]
    refused = push(vendor, records=keyless, mode="create", on_rejected="warn", run_id="not allowed")
    assert refused["counts"] == {"refused": 3}
    arguments = {"mode": "create", "allow_keyless": True, "on_rejected": "warn"}
    assert push(vendor, records=keyless[:2], **arguments)["counts"] == {"created": 2}
    preview = push(vendor, records=keyless, run_id="later", **arguments, dry_run=True)
    assert preview["counts"] == {"refused": 2, "created": 1}
    for _ in range(2):
        told = push(vendor, records=keyless, run_id="later", **arguments)
        assert told["counts"] == {"refused": 2, "created": 1}
    assert sandbox.tally(vendor).created == 3


@pytest.mark.parametrize("vendor", WRITABLE)
def test_refused_customer_is_in_no_file_of_records_and_cannot_be_pushed_again_by_mistake(
    push: Push, sandbox: Sandbox, vendor: str
) -> None:
    push(vendor, records=new_customers(1), run_id="before")
    theirs = [new_customers(1)[0] | {"name": "Muiden Oy"}]
    told = push(vendor, records=theirs, mode="create", on_rejected="warn")
    assert (told["counts"], told["rejected"]) == ({"refused": 1}, None)
    [row] = lines(told["refused"])
    assert row == {
        "record": "70000",
        "known": {"number": "70000"},
        "wanted": theirs[0],
        "expected": {},
        "id": row["id"],
        "reason": "a record with this number exists already",
    }
    for records, message in (([row["record"]], "expected a dict as record 1"), ([row], "'record' is unknown")):
        with pytest.raises(AirflowFailException, match=message):
            push(vendor, records=records, run_id="again")
    assert (sandbox.tally(vendor).created, sandbox.tally(vendor).updated) == (1, 0)


@pytest.mark.parametrize("vendor", WRITABLE)
def test_rejected_customers_lie_in_one_file_and_refused_ones_in_another(
    push: Push, sandbox: Sandbox, vendor: str, tmp_path: Path
) -> None:
    push(vendor, records=new_customers(1), run_id="before")
    sandbox.arm(vendor, "write_rejected")
    records = [new_customers(1)[0] | {"name": "Muiden Oy"}, *new_customers(3)[1:]]
    told = push(vendor, records=records, mode="create", on_rejected="warn", in_flight=1)
    assert told["counts"] == {"created": 1, "refused": 1, "rejected": 1}
    assert [row["record"] for row in lines(told["refused"])] == ["70000"]
    assert [row["record"]["number"] for row in lines(told["rejected"])] == ["70001"]
    again = push(vendor, records=new_customers(1), run_id="nothing refused")
    assert (again["rejected"], again["refused"]) == (None, None)
    assert len(list(tmp_path.rglob("refused.jsonl"))) == len(list(tmp_path.rglob("rejected.jsonl"))) == 1


def a_supplier(org_number: str, **said: Any) -> dict[str, Any]:
    return LemonsoftHook().create_customer({"name": "Toimittaja Oy", "vat": org_number, "is_supplier": True, **said})


@pytest.mark.parametrize("mode", ["upsert", "create", "update"])
@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ({}, "a supplier"),
        ({"is_supplier": False, "is_prospect": True}, "a prospect"),
        ({"is_supplier": False}, "neither supplier nor prospect"),
    ],
)
def test_record_that_is_no_customer_is_never_written_as_one(
    push: Push, sandbox: Sandbox, mode: str, kind: dict[str, Any], named: str
) -> None:
    supplier = a_supplier("2012566-0", **kind)
    told = push("lemonsoft", records=[a_company("2012566-0")], mode=mode, on_rejected="warn")
    [row] = lines(told["receipts"])
    assert (row["outcome"], row["id"]) == ("refused", str(supplier["id"]))
    assert row["reason"] == f"the record with this org_number is no customer there ({named}); nothing was written"
    assert (sandbox.tally("lemonsoft").created, sandbox.tally("lemonsoft").updated) == (1, 0)


@pytest.mark.parametrize("key", ["number", "source_id"])
def test_record_that_is_no_customer_is_not_written_by_its_number_or_id_either(push: Push, key: str) -> None:
    supplier = a_supplier("2012566-0", number=71_000)
    known = {"number": "71000"} if key == "number" else {"source_id": str(supplier["id"])}
    told = push("lemonsoft", records=[{**known, "city": "Turku"}], on_rejected="warn")
    assert f"the record with this {key} is no customer there (a supplier)" in lines(told["receipts"])[0]["reason"]
    assert LemonsoftHook().get_customer(supplier["id"])["city"] is None


def test_customer_is_told_from_a_supplier_of_its_organisation_number(push: Push) -> None:
    push("lemonsoft", records=[a_company("2012566-0")])
    supplier = a_supplier("2012566-0")
    told = push("lemonsoft", records=[a_company("2012566-0", name="Uusi Nimi Oy")], run_id="later")
    assert told["counts"] == {"updated": 1}
    assert LemonsoftHook().get_customer(supplier["id"])["name"] == "Toimittaja Oy"


def test_customer_that_is_a_supplier_too_is_written(push: Push) -> None:
    both = a_supplier("2012566-0", is_customer=True)
    assert push("lemonsoft", records=[a_company("2012566-0")])["counts"] == {"updated": 1}
    assert LemonsoftHook().get_customer(both["id"])["is_supplier"] is True


def test_author_who_pushes_prospects_may_write_them(push: Push, sandbox: Sandbox) -> None:
    defaults = {"is_customer": False, "is_prospect": True}
    for run_id, outcome in (("1", "created"), ("2", "unchanged")):
        sandbox.arm("lemonsoft", "write_lost")
        told = push("lemonsoft", records=[a_company("2012566-0")], defaults=defaults, run_id=run_id)
        assert told["counts"] == {outcome: 1}


def test_supplier_that_somebody_made_while_a_create_was_lost_is_not_told_as_created(
    push: Push, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(CustomerTarget, "create", _killed)
        with pytest.raises(KeyboardInterrupt):
            push("lemonsoft", records=[a_company("2012566-0")])
    a_supplier("2012566-0", name="Kaksi Oy", street="Rantatie 5", postal_code="00100", country="FI")
    with pytest.raises(AirflowFailException, match="what came of 1 is not known"):
        push("lemonsoft", records=[a_company("2012566-0")], try_number=2)
    assert sandbox.tally("lemonsoft").updated == 0


@pytest.mark.parametrize("vendor", WRITABLE)
def test_rejected_change_that_is_pushed_again_writes_over_nothing_that_changed_meanwhile(
    push: Push, sandbox: Sandbox, vendor: str, tmp_path: Path
) -> None:
    push(vendor, records=new_customers(1), run_id="before")
    held = {"number": "70000", "city": "Helsinki"}
    sandbox.arm(vendor, "write_rejected")
    told = push(vendor, records=[{**held, "city": "Turku", "expected": {"city": "Helsinki"}}], on_rejected="warn")
    [row] = lines(told["rejected"])
    assert row["record"] == {"number": "70000", "city": "Turku", "expected": {"city": "Helsinki"}}
    push(vendor, records=[{**held, "city": "Oulu"}], run_id="meanwhile")
    again = push(vendor, records=[row["record"]], run_id="again", on_rejected="warn")
    assert (again["counts"], lines(again["refused"])[0]["reason"]) == (
        {"refused": 1},
        "changed since the plan was made: city",
    )
    [refused] = lines(again["refused"])
    looked = {**refused["known"], **refused["wanted"], "expected": {"city": "Oulu"}}
    assert push(vendor, records=[looked], run_id="looked")["counts"] == {"updated": 1}


@pytest.mark.parametrize(("meanwhile", "outcome"), [("city", "refused"), ("name", "updated")])
def test_lemonsofts_customer_is_held_against_what_was_looked_at_when_it_is_read_to_be_written_back(
    push: Push, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, meanwhile: str, outcome: str
) -> None:
    entry, hook, update = next(iter(sandbox.world.books["lemonsoft"].things.values())), LemonsoftHook(), _UPDATE

    def after_somebody_else(target: CustomerTarget, current: Current, *rest: Any) -> None:
        hook.update_customer(current.id, {meanwhile: "By a person"})
        update(target, current, *rest)

    monkeypatch.setattr(CustomerTarget, "update", after_somebody_else)
    told = push("lemonsoft", records=[{"number": entry.number, "city": "Oulu"}], on_rejected="warn")
    assert told["counts"] == {outcome: 1}
    assert hook.get_customer(entry.source_id)[meanwhile] == "By a person"


def test_record_of_another_version_than_was_read_is_not_written_over(push: Push, sandbox: Sandbox) -> None:
    number, hook = next(iter(sandbox.world.books["visma_net"].things.values())).number, VismaNetHook()
    read = hook.get_customer(number)["timeStamp"]
    mine = {"number": number, "city": "Oulu", "version": read}
    hook.update_customer(number, {"mainAddress": {"city": "Bergen"}})
    told = push("visma_net", records=[mine], on_rejected="warn")
    assert [row["reason"] for row in lines(told["receipts"])] == ["changed since the plan was made: version"]
    assert hook.get_customer(number)["mainAddress"]["city"] == "Bergen"
    now = hook.get_customer(number)["timeStamp"]
    assert push("visma_net", records=[mine | {"version": now}], run_id="read anew")["counts"] == {"updated": 1}


def test_rejected_change_keeps_the_version_that_it_was_for(push: Push, sandbox: Sandbox) -> None:
    number, hook = next(iter(sandbox.world.books["visma_net"].things.values())).number, VismaNetHook()
    sandbox.arm("visma_net", "write_rejected")
    read = hook.get_customer(number)["timeStamp"]
    told = push("visma_net", records=[{"number": number, "city": "Oulu", "version": read}], on_rejected="warn")
    assert [row["record"]["version"] for row in lines(told["rejected"])] == [read]


@pytest.mark.parametrize("said", [{}, {"action": "create"}])
def test_version_of_another_system_is_none_of_a_record_that_is_to_be_created(
    push: Push, sandbox: Sandbox, said: dict[str, str]
) -> None:
    record = new_customers(1)[0] | {"source_id": "9", "version": "theirs"} | said
    mode = "upsert" if said else "create"
    assert push("visma_net", records=[record], mode=mode)["counts"] == {"created": 1}


def test_record_with_a_version_is_never_created_nor_written_where_there_are_none(push: Push, sandbox: Sandbox) -> None:
    here = next(iter(sandbox.world.books["lemonsoft"].things.values())).number
    records = [{"number": here, "city": "Oulu", "version": "7"}, new_customers(1)[0] | {"version": "7"}]
    told = push("lemonsoft", records=records, on_rejected="warn")
    assert sorted(row["reason"] for row in lines(told["receipts"])) == [
        "no record has this number any more",
        "the system has no versions to hold it to; leave out its version, and say what is expected",
    ]
    assert (sandbox.tally("lemonsoft").created, sandbox.tally("lemonsoft").updated) == (0, 0)


@pytest.mark.parametrize("vendor", WRITABLE)
def test_record_that_is_expected_to_hold_something_is_never_created(push: Push, sandbox: Sandbox, vendor: str) -> None:
    records = [new_customers(1)[0] | {"expected": {"city": "Helsinki"}}]
    assert push(vendor, records=records, on_rejected="warn")["counts"] == {"refused": 1}
    assert sandbox.tally(vendor).created == 0
