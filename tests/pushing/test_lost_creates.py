"""A create of which nobody has an answer is told as done only where the record holds what was to be written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fake_system import Clock, FakeSystem, Killed

from airflow_provider_erp.pushing.journal import Journal, Receipt, key_of
from airflow_provider_erp.pushing.one import Pusher
from airflow_provider_erp.pushing.target import Match, Mode, Wish

OURS = {"number": "7", "name": "Meri Oy", "city": "Oslo"}
THEIRS = {"number": "7", "name": "Hav AS", "city": "Bergen"}


def a_wish(mode: Mode) -> Wish:
    return Wish(key="7", match=Match(by="number", value="7"), to=OURS, mode=mode)


def push(system: FakeSystem, folder: Path, mode: Mode) -> Receipt:
    clock, wish = Clock(), a_wish(mode)
    pusher = Pusher(target=system, journal=Journal(f"file://{folder}"), by="task", now=clock.now, sleep=clock.sleep)
    return pusher.push(wish, pusher.journal.entries().get(key_of(wish.key, wish.to)))


def killed(folder: Path, fate: str, mode: Mode) -> FakeSystem:
    system = FakeSystem(fates=iter([fate]))
    with pytest.raises(Killed):
        push(system, folder, mode)
    return system


@pytest.mark.parametrize("mode", ["upsert", "create"])
@pytest.mark.parametrize("fate", ["killed before", "killed after"])
def test_record_with_other_values_is_not_told_as_created_and_not_written_over(
    tmp_path: Path, fate: str, mode: Mode
) -> None:
    system = killed(tmp_path, fate, mode)
    system.records = {"a": {**THEIRS}}
    for _ in range(2):
        receipt = push(system, tmp_path, mode)
        assert (receipt.outcome, receipt.id) == ("unknown", "a")
        assert receipt.reason == (
            "a record with this number is there with another name, city than was to be written: it is somebody else's, "
            "or was changed since; nothing is written over it"
        )
    assert system.records == {"a": THEIRS}


@pytest.mark.parametrize("mode", ["upsert", "create"])
@pytest.mark.parametrize("extra", [{}, {"email": "somebody@example.com"}], ids=["the same", "and more"])
def test_record_that_holds_all_that_was_to_be_written_is_told_as_created(
    tmp_path: Path, mode: Mode, extra: dict[str, Any]
) -> None:
    system = killed(tmp_path, "killed before", mode)
    system.records = {"a": {**OURS, **extra}}
    receipt = push(system, tmp_path, mode)
    assert (receipt.outcome, receipt.id) == ("created", "a")
    assert not system.writes


def test_record_that_a_person_put_right_is_told_as_created_when_the_task_is_cleared(tmp_path: Path) -> None:
    system = killed(tmp_path, "killed after", "create")
    system.records["id0"]["city"] = "Bergen"
    assert push(system, tmp_path, "create").outcome == "unknown"
    system.records["id0"]["city"] = "Oslo"
    assert push(system, tmp_path, "create").outcome == "created"
    assert list(system.writes.values()) == [1]


def test_blanks_around_a_value_are_no_other_value(tmp_path: Path) -> None:
    system = killed(tmp_path, "killed before", "create")
    system.records = {"a": {**OURS, "city": " Oslo "}}
    assert push(system, tmp_path, "create").outcome == "created"
