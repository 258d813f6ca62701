"""A record that has no key is created only where its author said so, and then once, whatever plan says it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from fake_system import Clock, FakeSystem, Killed
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import ErpInconsistentRead, ErpUnavailable
from airflow_provider_erp.pushing.journal import Journal, Receipt, key_of
from airflow_provider_erp.pushing.keyless import Keyless
from airflow_provider_erp.pushing.one import Pusher
from airflow_provider_erp.pushing.target import Value, Wish

MERI: dict[str, Value] = {"name": "Meri Oy", "city": "Oslo", "country": "NO", "phone": "22 11 22 11"}


def push(system: FakeSystem, folder: Path, plan: str, fields: dict[str, Value] = MERI, key: str = "row 1") -> Receipt:
    clock, wish = Clock(), Wish(key=key, to=fields, mode="create")
    pusher = Pusher(
        target=system,
        journal=Journal(f"file://{folder}/{plan}"),
        by="task",
        now=clock.now,
        sleep=clock.sleep,
        keyless=Keyless(f"file://{folder}/keyless", plan),
    )
    return pusher.push(wish, pusher.journal.entries().get(key_of(wish.key, wish.to)))


@pytest.mark.parametrize("mode", ["create", "upsert"])
def test_record_without_a_key_is_refused_unless_its_author_allows_it(tmp_path: Path, mode: str) -> None:
    system, clock = FakeSystem(), Clock()
    pusher = Pusher(target=system, journal=Journal(f"file://{tmp_path}"), by="t", now=clock.now, sleep=clock.sleep)
    receipt = pusher.push(Wish(key="row 1", to=MERI, mode="create" if mode == "create" else "upsert"))
    assert receipt.outcome == "refused"
    assert receipt.reason == (
        "it has no unique key to look it up by, so that each run would create it again; give its number, or say "
        "mode='create' and allow_keyless=True where it is surely new"
    )
    assert not system.writes


@pytest.mark.parametrize("fate", ["done", "done, answer lost"])
def test_record_that_another_plan_created_is_refused_and_its_mark_named(tmp_path: Path, fate: str) -> None:
    system = FakeSystem(fates=iter([fate]))
    push(system, tmp_path, "monday")
    receipt = push(system, tmp_path, "tuesday")
    [mark] = (tmp_path / "keyless").iterdir()
    assert receipt.outcome == "refused"
    assert receipt.reason.startswith(
        "it has no unique key, and plan monday began to create a record that says the same"
    )
    assert f"remove file://{mark} when the system does not have that record" in receipt.reason
    assert len(system.records) == 1
    mark.unlink()  # by the person who looked
    assert push(system, tmp_path, "tuesday").outcome == "created"
    assert push(system, tmp_path, "wednesday").outcome == "refused"


@pytest.mark.parametrize("fate", ["killed before", "killed after"])
def test_create_of_a_task_that_was_killed_keeps_other_plans_from_it(tmp_path: Path, fate: str) -> None:
    system = FakeSystem(fates=iter([fate]))
    with pytest.raises(Killed):
        push(system, tmp_path, "monday")
    assert push(system, tmp_path, "tuesday").outcome == "refused"
    assert push(system, tmp_path, "monday").outcome == "unknown"
    assert len(system.records) <= 1


def test_same_plan_tells_its_receipt_again(tmp_path: Path) -> None:
    system = FakeSystem()
    assert push(system, tmp_path, "monday") == push(system, tmp_path, "monday")
    assert len(system.records) == 1


def test_two_spellings_of_a_record_are_the_same_and_another_value_is_another_record(tmp_path: Path) -> None:
    system = FakeSystem()
    push(system, tmp_path, "monday")
    spelt = {"city": " OSLO ", "name": "meri oy", "country": "Norge", "phone": "+47 22112211", "email": ""}
    assert push(system, tmp_path, "tuesday", {**spelt}).outcome == "refused"
    assert push(system, tmp_path, "tuesday", {**MERI, "city": "Bergen"}).outcome == "created"


def test_record_that_was_surely_not_created_may_be_by_another_plan(tmp_path: Path) -> None:
    system = FakeSystem(fates=iter(["unavailable"]))
    with pytest.raises(ErpUnavailable):
        push(system, tmp_path, "monday")
    system.rejects = frozenset({"Meri Oy"})
    assert push(system, tmp_path, "tuesday").outcome == "rejected"
    system.rejects = frozenset()
    assert push(system, tmp_path, "wednesday").outcome == "created"
    assert push(system, tmp_path, "monday").outcome == "refused"
    assert len(system.records) == 1


def test_another_record_of_the_same_plan_that_says_the_same_is_refused(tmp_path: Path) -> None:
    system = FakeSystem()
    assert push(system, tmp_path, "monday").outcome == "created"
    receipt = push(system, tmp_path, "monday", {**MERI, "name": "MERI  OY"}, key="row 2")
    assert receipt.outcome == "refused"
    assert receipt.reason.startswith("it has no unique key, and another record of this plan began to create a record")
    assert len(system.records) == 1


@pytest.mark.parametrize("taken_by", ["monday", "tuesday"])
def test_record_that_was_rejected_gives_no_mark_of_another_back(tmp_path: Path, taken_by: str) -> None:
    system, clock = FakeSystem(), Clock()
    push(system, tmp_path, taken_by)
    ours = Keyless(f"file://{tmp_path}/keyless", "monday")
    ours.give_back(MERI, "row 2")
    assert ours.begin(MERI, "row 2", at=clock.now(), by="task") is not None
    assert push(system, tmp_path, "wednesday").outcome == "refused"
    assert len(system.records) == 1


def test_mark_that_was_made_when_marks_named_no_record_keeps_all_from_it(tmp_path: Path) -> None:
    system = FakeSystem()
    push(system, tmp_path, "monday")
    [mark] = (tmp_path / "keyless").iterdir()
    mark.write_bytes(msgspec.json.encode({"plan": "monday", "at": Clock().now(), "by": "task"}))
    assert push(system, tmp_path, "monday", key="row 2").outcome == "refused"


def test_record_that_was_not_sent_and_then_refused_is_created_when_the_mark_is_removed(tmp_path: Path) -> None:
    system = FakeSystem(fates=iter(["unavailable"]))
    with pytest.raises(ErpUnavailable):
        push(system, tmp_path, "monday")
    push(system, tmp_path, "tuesday")
    assert push(system, tmp_path, "monday").outcome == "refused"
    [mark] = (tmp_path / "keyless").iterdir()
    mark.unlink()
    system.records.clear()
    assert push(system, tmp_path, "monday").outcome == "created"
    assert len(system.records) == 1


def test_mark_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    system = FakeSystem()
    push(system, tmp_path, "monday")
    [mark] = (tmp_path / "keyless").iterdir()
    mark.write_text("{", encoding="utf-8")
    with pytest.raises(ErpInconsistentRead, match=rf"{mark.name}: expected the mark of a create"):
        push(system, tmp_path, "tuesday")


def test_mark_that_is_given_back_at_the_same_moment_is_taken(tmp_path: Path) -> None:
    address, clock = f"file://{tmp_path}", Clock()
    first = Keyless(address, "monday")
    first.begin(MERI, "row 1", at=clock.now(), by="task")

    def create(name: str, content: bytes) -> None:
        try:
            first.create(name, content)
        except FileExistsError:
            first.give_back(MERI, "row 1")
            raise

    assert Keyless(address, "tuesday", create).begin(MERI, "row 1", at=clock.now(), by="task") is None
    assert first.objection(MERI, "row 1") is not None


@settings(max_examples=20, deadline=None)
@given(plans=st.lists(st.sampled_from("abcdef"), min_size=2, max_size=6, unique=True))
def test_of_several_plans_at_once_one_creates_the_record(
    tmp_path_factory: pytest.TempPathFactory, plans: list[str]
) -> None:
    system, folder = FakeSystem(), tmp_path_factory.mktemp("keyless")
    with ThreadPoolExecutor(len(plans)) as threads:
        outcomes = sorted(receipt.outcome for receipt in threads.map(lambda plan: push(system, folder, plan), plans))
    assert outcomes == ["created"] + ["refused"] * (len(plans) - 1)
    assert sum(system.writes.values()) == 1
