"""Rows of what was rejected or refused that are pushed again: they write over nobody else's customer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from pushed_records import WRITABLE, Push, a_company, a_plan, lines, new_customers

from airflow_provider_erp.corrections.files import read_plan
from airflow_provider_erp.corrections.selections import write_selection
from airflow_provider_erp.sandbox import Sandbox

EXPECTS = "it says what the system holds, and is to be created; leave out one of the two"


def again(push: Push, vendor: str, told: dict[str, Any]) -> dict[str, Any]:
    """As the page says."""
    records = [row["record"] for row in lines(told["rejected"])]
    return push(vendor, records=records, run_id="again", on_rejected="warn")


@pytest.mark.parametrize("vendor", WRITABLE)
def test_rejected_create_with_the_id_of_another_system_writes_over_no_customer_of_that_id(
    push: Push, sandbox: Sandbox, vendor: str
) -> None:
    theirs = next(iter(sandbox.world.books[vendor].things.values())).source_id
    sandbox.arm(vendor, "write_rejected")
    told = push(vendor, records=[new_customers(1)[0] | {"source_id": theirs}], mode="create", on_rejected="warn")
    [row] = lines(told["rejected"])
    assert row["record"] == new_customers(1)[0] | {"action": "create"}
    assert again(push, vendor, told)["counts"] == {"created": 1}
    assert (sandbox.tally(vendor).created, sandbox.tally(vendor).updated) == (1, 0)


@pytest.mark.parametrize("vendor", WRITABLE)
def test_rejected_create_of_a_plan_leaves_alone_who_got_its_number_meanwhile(
    push: Push, sandbox: Sandbox, vendor: str, tmp_path: Path
) -> None:
    sandbox.arm(vendor, "write_rejected")
    told = push(vendor, plan=a_plan(vendor, tmp_path / "plan", *new_customers(1)), on_rejected="warn")
    assert told["counts"] == {"rejected": 1}
    push(vendor, records=[new_customers(1)[0] | {"name": "Muiden Oy"}], run_id="meanwhile")
    pushed = again(push, vendor, told)
    assert pushed["counts"] == {"refused": 1}
    assert lines(pushed["refused"])[0]["reason"] == "a record with this number exists already"
    assert (sandbox.tally(vendor).created, sandbox.tally(vendor).updated) == (1, 0)


def test_refused_create_is_not_known_by_the_id_of_another_system(push: Push, sandbox: Sandbox) -> None:
    push("lemonsoft", records=new_customers(1), run_id="before")
    theirs = next(iter(sandbox.world.books["lemonsoft"].things.values())).source_id
    records = [new_customers(1)[0] | {"source_id": theirs, "name": "Muiden Oy"}]
    told = push("lemonsoft", records=records, mode="create", on_rejected="warn")
    assert lines(told["refused"])[0]["known"] == {"number": "70000"}


@pytest.mark.parametrize("vendor", WRITABLE)
@pytest.mark.parametrize("said", [{"mode": "create"}, {"action": "create"}])
def test_record_that_is_expected_to_hold_something_is_not_created_by_any_mode(
    push: Push, sandbox: Sandbox, vendor: str, said: dict[str, str]
) -> None:
    mode, action = said.get("mode", "upsert"), {"action": said["action"]} if "action" in said else {}
    for number, known in enumerate(({}, {"source_id": "12345"})):
        record = {**new_customers(1)[0], **known, **action, "expected": {"city": "Oulu"}}
        told = push(vendor, records=[record], mode=mode, on_rejected="warn", run_id=str(number))
        assert told["counts"] == {"refused": 1}
        assert lines(told["refused"])[0]["reason"] == EXPECTS
    assert sandbox.tally(vendor).created == 0


def test_refused_customer_is_pushed_when_its_author_put_the_arguments_right_and_cleared_the_task(
    push: Push, sandbox: Sandbox
) -> None:
    records = new_customers(1)
    told = push("visma_net", records=records, defaults=None, on_rejected="warn")
    assert told["counts"] == {"refused": 1}
    told = push("visma_net", records=records, try_number=2)
    assert (told["counts"], told["refused"]) == ({"created": 1}, None)
    assert push("visma_net", records=records, try_number=3)["counts"] == {"created": 1}
    assert sandbox.tally("visma_net").created == 1


@pytest.mark.parametrize("vendor", WRITABLE)
def test_customer_without_a_key_is_created_when_its_author_allowed_it_and_cleared_the_task(
    push: Push, sandbox: Sandbox, vendor: str
) -> None:
    records = [{name: value for name, value in new_customers(1)[0].items() if name != "number"}]
    assert push(vendor, records=records, mode="create", on_rejected="warn")["counts"] == {"refused": 1}
    for try_number in (2, 3):
        told = push(vendor, records=records, mode="create", allow_keyless=True, try_number=try_number)
        assert told["counts"] == {"created": 1}
    assert sandbox.tally(vendor).created == 1


@pytest.mark.parametrize("vendor", WRITABLE)
def test_customer_whose_like_was_left_out_of_the_selection_is_pushed(
    push: Push, sandbox: Sandbox, vendor: str, tmp_path: Path
) -> None:
    new = a_company("2012566-0", number="70000")
    path = a_plan(vendor, tmp_path / "plan", new, a_company("20125660", name="Toinen Oy"))
    assert push(vendor, plan=path, on_rejected="warn")["counts"] == {"refused": 2}
    plan = read_plan(Path(path))
    first = plan.select(each.change_id for each in plan.changes if each.subject == "source:0")
    names = {"plan": path, "digest": plan.digest, "selection_digest": first.digest}
    selected = names | {"selection": str(write_selection(first, tmp_path))}
    assert push(vendor, plan=selected, try_number=2)["counts"] == {"created": 1}


@pytest.mark.parametrize("action", ["update", "", 1])
def test_action_of_a_record_that_is_unknown_is_named(push: Push, action: object) -> None:
    with pytest.raises(AirflowFailException, match="record 1: expected 'create' or nothing in 'action'"):
        push("lemonsoft", records=[new_customers(1)[0] | {"action": action}])


@pytest.mark.parametrize("vendor", WRITABLE)
def test_rejected_change_of_a_customer_that_had_to_be_there_creates_nobody(
    push: Push, sandbox: Sandbox, vendor: str
) -> None:
    push(vendor, records=new_customers(1))
    change = {"number": new_customers(1)[0]["number"], "city": "Oulu"}
    sandbox.arm(vendor, "write_rejected")
    told = push(vendor, records=[change], mode="update", run_id="change", on_rejected="warn")
    [row] = lines(told["rejected"])
    mistyped = new_customers(1)[0] | row["record"] | {"number": "70999"}
    told = push(vendor, records=[mistyped], run_id="mistyped", on_rejected="warn")
    assert told["counts"] == {"refused": 1}
    assert push(vendor, records=[row["record"]], run_id="mended")["counts"] == {"updated": 1}
    assert sandbox.tally(vendor).created == 1
