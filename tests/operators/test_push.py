"""The push operator against the sandbox: what is created and changed, once each, and what people are told."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException, AirflowSkipException
from airflow.sdk import DAG, task
from lax_storage import a_lax_storage
from pushed_records import DEFAULTS, NOW, WRITABLE, Push, a_company, lines, new_customers

from airflow_provider_erp.corrections.files import write_plan
from airflow_provider_erp.corrections.plan import Change, Plan
from airflow_provider_erp.exceptions import ErpInconsistentRead, ErpUnavailable
from airflow_provider_erp.hooks.lemonsoft import LemonsoftHook
from airflow_provider_erp.landing.purge import purge
from airflow_provider_erp.operators.push import ErpPushOperator
from airflow_provider_erp.sandbox import Sandbox
from airflow_provider_erp.sandbox.connections import COMPANY


def writes(sandbox: Sandbox) -> list[tuple[str, str]]:
    return [(method, path) for method, path in sandbox.requests if method != "GET" and "token" not in path]


@pytest.mark.parametrize("vendor", WRITABLE)
def test_given_records_are_created_once_and_a_cleared_task_sends_nothing(
    push: Push, sandbox: Sandbox, vendor: str
) -> None:
    told = push(vendor, records=new_customers(3))
    assert told["counts"] == {"created": 3}
    assert [row["outcome"] for row in lines(told["receipts"])] == ["created"] * 3
    assert sandbox.tally(vendor).created == 3
    again = push(vendor, records=new_customers(3), try_number=2)
    assert (again["counts"], sandbox.tally(vendor).created) == ({"created": 3}, 3)


@pytest.mark.parametrize("vendor", WRITABLE)
def test_same_records_of_another_run_are_found_and_left_alone(push: Push, sandbox: Sandbox, vendor: str) -> None:
    push(vendor, records=new_customers(2))
    assert push(vendor, records=new_customers(2), run_id="later")["counts"] == {"unchanged": 2}
    assert sandbox.tally(vendor).created == 2


@pytest.mark.parametrize("vendor", WRITABLE)
def test_dry_run_tells_each_difference_and_sends_nothing_that_writes(
    push: Push, sandbox: Sandbox, vendor: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    push(vendor, records=new_customers(1), run_id="before")
    before = len(sandbox.requests)
    changed = [{"number": "70000", "city": "Turku"}, *new_customers(2)[1:]]
    with caplog.at_level(logging.INFO):
        told = push(vendor, records=changed, dry_run=True)
    assert told["counts"] == {"updated": 1, "created": 1}
    assert "70000: would be updated" in caplog.messages
    assert "  city: 'Helsinki' -> 'Turku'" in caplog.messages
    asked = [(method, path) for method, path in sandbox.requests[before:] if "token" not in path]
    assert {method for method, path in asked if "auth" not in path} == {"GET"}


def test_customer_whom_an_answer_without_its_rows_conceals_is_not_created_again(push: Push, sandbox: Sandbox) -> None:
    push("lemonsoft", records=new_customers(1))
    sandbox.arm("lemonsoft", "empty_page")
    assert push("lemonsoft", records=new_customers(1), run_id="later")["counts"] == {"unchanged": 1}
    assert sandbox.tally("lemonsoft").created == 1


@pytest.mark.parametrize("vendor", WRITABLE)
@pytest.mark.parametrize("fault", ["write_lost", "write_500"])
def test_customer_whose_answer_is_lost_is_looked_up_and_not_sent_again(
    push: Push, sandbox: Sandbox, vendor: str, fault: str
) -> None:
    sandbox.arm(vendor, fault, count=2)
    told = push(vendor, records=new_customers(6))
    assert told["counts"] == {"created": 6}
    assert set(sandbox.tally(vendor).created_by_number.values()) == {1}
    assert sandbox.tally(vendor).created == 6


@pytest.mark.parametrize("vendor", WRITABLE)
def test_rejected_customer_fails_the_task_and_can_be_pushed_again(push: Push, sandbox: Sandbox, vendor: str) -> None:
    sandbox.arm(vendor, "write_rejected")
    with pytest.raises(AirflowFailException, match=r"of 2 records 1 were rejected or refused"):
        push(vendor, records=new_customers(2), in_flight=1)
    told = push(vendor, records=new_customers(2), try_number=2, on_rejected="warn")
    assert told["counts"] == {"created": 1, "rejected": 1}
    [rejected] = lines(told["rejected"])
    assert rejected["said"] == "The record breaks a rule of the sandbox."
    assert push(vendor, records=[rejected["record"]], run_id="mended")["counts"] == {"created": 1}


def test_new_customer_of_lemonsoft_is_marked_as_one_unless_the_author_says_otherwise(push: Push) -> None:
    push("lemonsoft", records=new_customers(1))
    push("lemonsoft", records=new_customers(2)[1:], run_id="supplier", defaults={"is_customer": False})
    hook = LemonsoftHook()
    assert [
        [row["is_customer"] for row in hook.get_customers(customer_number=[70_000 + place])] for place in (0, 1)
    ] == [
        [True],
        [False],
    ]


def changes(sandbox: Sandbox, vendor: str, old: str, new: str) -> tuple[str, Plan]:
    """A plan for one customer of the sandbox, whose city is said to be ``old``."""
    entry = next(iter(sandbox.world.books[vendor].things.values()))
    change = Change(
        action="update",
        system="here",
        subject=entry.source_id,
        record_id=entry.source_id,
        number=entry.number,
        field="city",
        old=old,
        new=new,
        rule="authority: source",
    )
    system: dict[str, Any] = {"conn_type": vendor, "company": COMPANY}
    plan = Plan(spec="customers", origin="0a1b", as_of=NOW, side="target", changes=(change,), **system)
    return entry.customer.city, plan


@pytest.mark.parametrize("vendor", WRITABLE)
def test_plan_changes_what_is_as_it_says_and_refuses_what_is_not(
    push: Push, sandbox: Sandbox, vendor: str, tmp_path: Path
) -> None:
    held, stale = changes(sandbox, vendor, "Somewhere Else", "Ankkalinna")
    refused = push(vendor, plan=str(write_plan(stale, tmp_path / "stale")[0]), on_rejected="warn")
    assert refused["counts"] == {"refused": 1}
    [row] = lines(refused["receipts"])
    assert row["reason"] == "changed since the plan was made: city"

    _, plan = changes(sandbox, vendor, held, "Ankkalinna")
    path, _ = write_plan(plan, tmp_path / "plan")
    try:
        told = push(vendor, plan={"plan": f"file://{path}"})
    except AirflowFailException:  # Lemonsoft writes some cities in capitals
        _, plan = changes(sandbox, vendor, held.upper(), "Ankkalinna")
        told = push(vendor, plan=str(write_plan(plan, tmp_path / "capitals")[1]))
    assert told["counts"] == {"updated": 1}
    assert sandbox.tally(vendor).updated == 1


def test_plan_of_another_company_or_system_is_refused(
    push: Push, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, plan = changes(sandbox, "visma_net", "x", "y")
    path = str(write_plan(plan, tmp_path / "plan")[0])
    connection = json.loads(os.environ["AIRFLOW_CONN_VISMA_NET_DEFAULT"])
    connection["extra"]["company"] = "Another Ltd"
    monkeypatch.setenv("AIRFLOW_CONN_OTHER", json.dumps(connection))
    message = f"is for 'visma_net', company '{COMPANY}'; connection 'other' is 'visma_net', company 'Another Ltd'"
    with pytest.raises(AirflowFailException, match=message):
        push("visma_net", plan=path, conn_id="other")
    with pytest.raises(AirflowFailException, match="connection 'lemonsoft_default' is 'lemonsoft', company"):
        push("lemonsoft", plan=path, dry_run=True)
    assert not writes(sandbox)


def test_plan_that_no_digest_binds_is_written_only_when_its_author_answers_for_it(
    push: Push, sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _, plan = changes(sandbox, "visma_net", "x", "y")
    path = str(write_plan(plan, tmp_path / "plan")[0])
    for named in (path, {"plan": path}, {"plan": path, "approved": True}):
        with pytest.raises(AirflowFailException, match=r"named without a digest, .* set approved_by_author=True"):
            push("visma_net", plan=named, approved_by_author=False)
        assert push("visma_net", plan=named, approved_by_author=False, dry_run=True)["dry_run"]
    warning = f"No person approved plan {plan.digest}; approved_by_author=True says that none needs to"
    names: dict[str, Any] = {"plan": path, "digest": plan.digest}
    for approved, warned in ((True, False), (None, True)):
        caplog.clear()
        told = push("visma_net", plan=names | {"approved": approved}, approved_by_author=False, on_rejected="warn")
        assert told["counts"] == {"refused": 1}
        assert (warning in caplog.messages) is warned


@pytest.mark.parametrize("dry_run", [True, False])
def test_plan_that_a_person_rejected_skips_the_push(push: Push, sandbox: Sandbox, dry_run: bool) -> None:
    with pytest.raises(AirflowSkipException, match="the plan was rejected; nothing is sent"):
        push("visma_net", plan={"plan": "x", "digest": "y", "approved": False}, dry_run=dry_run)
    assert not sandbox.requests


def test_plan_belongs_to_one_task(push: Push, sandbox: Sandbox, tmp_path: Path) -> None:
    _, plan = changes(sandbox, "visma_net", "x", "y")
    path = str(write_plan(plan, tmp_path / "plan")[0])
    push("visma_net", plan=path, on_rejected="warn")
    with pytest.raises(AirflowFailException, match="the plan is pushed by task 'push' of DAG 'dag', run 'manual'"):
        push("visma_net", plan=path, run_id="other")


def test_purge_leaves_what_tells_that_a_plan_was_pushed(push: Push, sandbox: Sandbox, tmp_path: Path) -> None:
    push("visma_net", records=new_customers(2))
    kept = sorted(tmp_path.rglob("*"))
    purge(f"file://{tmp_path}/erp", older_than=dt.date(2100, 1, 1), now=dt.datetime(2100, 1, 1, tzinfo=dt.UTC))
    assert sorted(tmp_path.rglob("*")) == kept
    assert push("visma_net", records=new_customers(2), try_number=2)["counts"] == {"created": 2}


def test_more_records_than_allowed_are_not_sent(push: Push, sandbox: Sandbox) -> None:
    with pytest.raises(AirflowFailException, match=r"about 3 records, max_changes is 2; nothing was sent"):
        push("visma_net", records=new_customers(3), max_changes=2)
    assert sandbox.requests == []


@pytest.mark.parametrize("vendor", ["visma_px", "fynn"])
def test_system_that_is_only_read_refuses(push: Push, vendor: str) -> None:
    with pytest.raises(AirflowFailException, match="only read here"):
        push(vendor, records=new_customers(1))


def test_records_of_an_earlier_task_are_pushed_after_it_and_are_no_template(
    sandbox: Sandbox, run_dag: Any, tmp_path: Path
) -> None:
    with DAG("records_of_a_task", schedule=None) as dag:
        given = task(task_id="make")(lambda: [*new_customers(1), {"number": "70001", "name": "{{ 7 * 7 }} Oy"}])()
        push = ErpPushOperator(
            task_id="push",
            conn_id="lemonsoft_default",
            records=given,
            dry_run=False,
            base_path=f"file://{tmp_path}/erp",
        )
    assert push.upstream_task_ids == {"make"}
    assert run_dag(dag, logical_date=NOW).state == "success"
    [row] = LemonsoftHook().get_customers(customer_number=[70_001])
    assert row["name"] == "{{ 7 * 7 }} Oy"
    assert sandbox.tally("lemonsoft").created == 2


def test_claim_that_cannot_be_read_is_named(push: Push, sandbox: Sandbox) -> None:
    told = push("lemonsoft", records=new_customers(1))
    claim = Path(told["receipts"].removeprefix("file://")).with_name("claim.json")
    claim.write_text("{", encoding="utf-8")
    with pytest.raises(AirflowFailException, match=r"claim\.json: expected the claim of a push"):
        push("lemonsoft", records=new_customers(1))


def test_storage_that_cannot_keep_two_pushes_apart_needs_a_pool(push: Push, sandbox: Sandbox) -> None:
    base = a_lax_storage()
    with pytest.raises(AirflowFailException, match="make a pool with one slot and name it in the task's pool="):
        push("visma_net", records=new_customers(1), base_path=base)
    assert not writes(sandbox)
    told = push("visma_net", records=new_customers(1), base_path=base, pool="visma_net_writes")
    again = push("visma_net", records=new_customers(1), base_path=base, pool="visma_net_writes", try_number=2)
    assert told["counts"] == again["counts"] == {"created": 1}
    assert sandbox.tally("visma_net").created == 1


@pytest.mark.parametrize("vendor", WRITABLE)
def test_customer_is_found_by_its_organisation_number_however_that_is_written(
    push: Push, sandbox: Sandbox, vendor: str
) -> None:
    for run, spelling in enumerate(("2012566-0", "20125660", "FI20125660", "FI 2012566-0")):
        told = push(vendor, records=[a_company(spelling)], run_id=str(run))
        assert told["counts"] == ({"created": 1} if run == 0 else {"unchanged": 1})
    assert sandbox.tally(vendor).created == 1


@pytest.mark.parametrize("vendor", WRITABLE)
def test_two_records_of_one_organisation_number_are_not_sent(push: Push, sandbox: Sandbox, vendor: str) -> None:
    with pytest.raises(AirflowFailException, match="two records have the same org_number; nothing was sent"):
        push(vendor, records=[a_company("2012566-0"), a_company("20125660", name="Toinen Oy")])
    assert not writes(sandbox)


@pytest.mark.parametrize("vendor", WRITABLE)
@pytest.mark.parametrize("nothing", ["-", "0000000-0", "n/a", " "])
def test_number_that_stands_for_none_finds_nobody_and_creates_nobody(
    push: Push, sandbox: Sandbox, vendor: str, nothing: str
) -> None:
    told = push(vendor, records=[a_company(nothing)], match_on=("org_number",), on_rejected="warn")
    assert told["counts"] == {"refused": 1}
    [row] = lines(told["receipts"])
    assert row["reason"].startswith("it has no unique key to look it up by")
    assert not writes(sandbox)


@pytest.mark.parametrize("vendor", WRITABLE)
def test_record_whose_id_is_given_is_never_created(push: Push, sandbox: Sandbox, vendor: str) -> None:
    lost = a_company("2012566-0") | {"source_id": "987654"}
    told = push(vendor, records=[lost, new_customers(1)[0] | {"source_id": "987655"}], on_rejected="warn")
    assert told["counts"] == {"refused": 2}
    assert sandbox.tally(vendor).created == 0


@pytest.mark.parametrize("vendor", WRITABLE)
def test_rejected_change_is_pushed_again_as_a_change(push: Push, sandbox: Sandbox, vendor: str, tmp_path: Path) -> None:
    held, _ = changes(sandbox, vendor, "", "")
    _, plan = changes(sandbox, vendor, held.upper() if vendor == "lemonsoft" else held, "Ankkalinna")
    sandbox.arm(vendor, "write_rejected")
    told = push(vendor, plan=str(write_plan(plan, tmp_path / "plan")[0]), on_rejected="warn")
    if told["counts"] == {"refused": 1}:
        _, plan = changes(sandbox, vendor, held, "Ankkalinna")
        told = push(vendor, plan=str(write_plan(plan, tmp_path / "other")[0]), on_rejected="warn")
    [rejected] = lines(told["rejected"])
    assert push(vendor, records=[rejected["record"]], run_id="mended")["counts"] == {"updated": 1}
    assert sandbox.tally(vendor).created == 0


@pytest.mark.parametrize(
    ("vendor", "bad", "why"),
    [
        ("visma_net", {"number": "71001", "name": "Puuttuva Oy"}, "a new one needs"),
        ("lemonsoft", {"number": "9" * 30, "name": "Iso Oy"}, "at most 18 digits"),
        ("lemonsoft", {"number": "0911", "name": "Nolla Oy"}, "without zeros before them"),
    ],
)
def test_record_that_cannot_be_written_is_refused_and_the_others_are_pushed(
    push: Push, sandbox: Sandbox, vendor: str, bad: dict[str, str], why: str
) -> None:
    told = push(vendor, records=[*new_customers(2), bad], on_rejected="warn")
    assert told["counts"] == {"created": 2, "refused": 1}
    [row] = [row for row in lines(told["receipts"]) if row["outcome"] == "refused"]
    assert why in row["reason"]
    preview = push(vendor, records=[bad], dry_run=True, run_id="preview")
    assert preview["counts"] == {"refused": 1}


def test_default_that_is_no_field_is_told_before_anything_is_sent(push: Push, sandbox: Sandbox) -> None:
    with pytest.raises(AirflowFailException, match="customerClasId"):
        push("visma_net", records=new_customers(1), defaults={"customerClasId": "1"})
    assert not writes(sandbox)


def test_defaults_fill_what_a_record_does_not_say_of_an_address(push: Push, sandbox: Sandbox) -> None:
    record = {name: value for name, value in new_customers(1)[0].items() if name != "country"}
    defaults = DEFAULTS["visma_net"] | {"mainAddress": {"countryId": "NO"}}
    assert push("visma_net", records=[record], defaults=defaults)["counts"] == {"created": 1}


@pytest.mark.parametrize("fault", [None, "write_lost"])
def test_both_numbers_of_a_customer_go_into_lemonsofts_one_field_once(
    push: Push, sandbox: Sandbox, fault: str | None
) -> None:
    both = {
        "number": "70001",
        "name": "Eesti OU",
        "org_number": "12345678",
        "vat_number": "EE123456789",
        "country": "EE",
    }
    push("lemonsoft", records=[both | {"vat_number": "EE987654321"}], run_id="before")
    if fault:
        sandbox.arm("lemonsoft", fault)
    assert push("lemonsoft", records=[both])["counts"] == {"updated": 1}
    assert push("lemonsoft", records=[both], run_id="again")["counts"] == {"unchanged": 1}
    assert sandbox.tally("lemonsoft").updated == 1


def test_organisation_number_does_not_write_over_a_vat_number_unsaid(push: Push, sandbox: Sandbox) -> None:
    known = {"number": "70001", "name": "Eesti OU", "vat_number": "EE123456789", "country": "EE"}
    push("lemonsoft", records=[known], run_id="before")
    told = push("lemonsoft", records=[{"number": "70001", "org_number": "12345678"}], on_rejected="warn")
    [row] = lines(told["receipts"])
    assert row["reason"] == "it would write over vat_number; say what that shall be, too"


def test_receipts_of_a_push_that_ended_early_tell_what_was_done(push: Push, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.arm("lemonsoft", "500", count=1_000, after=12)
    with pytest.raises((AirflowFailException, ErpUnavailable)):
        push("lemonsoft", records=new_customers(20), in_flight=1)
    [file] = tmp_path.rglob("receipts.jsonl")
    told = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert 0 < len(told) == sandbox.tally("lemonsoft").created < 20
    sandbox.board.clear()
    assert push("lemonsoft", records=new_customers(20), try_number=2)["counts"] == {"created": 20}
    assert sandbox.tally("lemonsoft").created == 20


@pytest.mark.parametrize("vendor", WRITABLE)
@pytest.mark.parametrize(
    ("country", "spellings"),
    [
        ("FI", ("201256-6", "0201256-6", "2012566")),
        ("SE", ("556074-7569", "556074756901", "SE556074756901", "165560747569")),
        ("NO", ("995525828", "995525828MVA", "NO 995 525 828")),
    ],
)
@pytest.mark.parametrize("fault", [None, "write_lost"])
def test_identifier_is_read_by_the_records_country(
    push: Push, sandbox: Sandbox, vendor: str, country: str, spellings: tuple[str, ...], fault: str | None
) -> None:
    for run, spelling in enumerate(spellings):
        if fault:
            sandbox.arm(vendor, fault)
        told = push(vendor, records=[a_company(spelling, country=country)], run_id=str(run))
        assert told["counts"] == ({"created": 1} if run == 0 else {"unchanged": 1})
    assert sandbox.tally(vendor).created == 1


@pytest.mark.parametrize("fault", [None, "write_lost"])
def test_id_of_another_system_is_no_key_of_a_new_customer(push: Push, sandbox: Sandbox, fault: str | None) -> None:
    record = a_company("2012566-0") | {"source_id": "12345"}
    for run, outcome in enumerate(("created", "unchanged")):
        if fault:
            sandbox.arm("lemonsoft", fault)
        told = push("lemonsoft", records=[record], mode="create", run_id=str(run))
        assert told["counts"] == {outcome: 1}
    assert sandbox.tally("lemonsoft").created == 1


@pytest.mark.parametrize("number", ["ABC", "1,2", "7" * 9_000])
def test_number_that_cannot_be_asked_for_is_refused_and_the_others_are_pushed(
    push: Push, sandbox: Sandbox, number: str
) -> None:
    told = push("lemonsoft", records=[*new_customers(2), {"number": number, "name": "Outo Oy"}], on_rejected="warn")
    assert told["counts"] == {"created": 2, "refused": 1}


def test_refused_record_keeps_its_id_where_it_has_no_key(push: Push, sandbox: Sandbox) -> None:
    told = push("visma_net", records=[a_company("-") | {"source_id": "986"}], on_rejected="warn")
    [row] = lines(told["refused"])
    assert row["known"] == {"source_id": "986"}


def test_try_that_cannot_ask_the_system_leaves_the_receipts_of_the_one_before(
    push: Push, sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.arm("lemonsoft", "write_rejected")
    before = push("lemonsoft", records=new_customers(3), in_flight=1, on_rejected="warn")
    [step] = list(tmp_path.rglob("steps/*-receipt.json"))[:1]
    content = step.read_bytes()
    step.write_bytes(b"cut")
    with (
        caplog.at_level(logging.WARNING),
        pytest.raises((AirflowFailException, ErpInconsistentRead), match="expected a step of a push"),
    ):
        push("lemonsoft", records=new_customers(3), try_number=2)
    assert "could not be written: ErpInconsistentRead" in caplog.text
    step.write_bytes(content)
    assert len(lines(before["receipts"])) == 3
    assert len(lines(before["rejected"])) == 1
