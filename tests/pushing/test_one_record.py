"""What becomes of one record that is pushed: looked at, written once, told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fake_system import FATES, Clock, FakeSystem, Killed
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import ErpProtocolError, ErpUnavailable
from airflow_provider_erp.landing import storage
from airflow_provider_erp.pushing.deciding import FOUND
from airflow_provider_erp.pushing.journal import Journal, Receipt, key_of
from airflow_provider_erp.pushing.keyless import Keyless
from airflow_provider_erp.pushing.one import Pusher
from airflow_provider_erp.pushing.target import Current, Match, Value, Wish

Push = Callable[..., Receipt]
HERE = {"number": "7", "name": "Meri Oy", "city": "Oslo"}
BY_NUMBER = Match(by="number", value="7")
MOVED = Wish(key="7", match=BY_NUMBER, to={"city": "Turku"}, expected={"city": "Oslo"}, mode="update")
NEW = Wish(key="7", match=BY_NUMBER, to=HERE)


def pusher(system: FakeSystem, folder: Path, clock: Clock | None = None) -> Pusher:
    clock = clock or Clock()
    return Pusher(
        target=system,
        journal=Journal(f"file://{folder}/steps"),
        by="task",
        now=clock.now,
        sleep=clock.sleep,
        keyless=Keyless(f"file://{folder}/keyless", "plan"),
    )


def push(system: FakeSystem, folder: Path, wish: Wish, clock: Clock | None = None) -> Receipt:
    """As a task does: with what the journal knows."""
    pushing = pusher(system, folder, clock)
    return pushing.push(wish, pushing.journal.entries().get(key_of(wish.key, wish.to)))


def a_system(fields: Mapping[str, Value] = HERE, **given: Any) -> FakeSystem:
    return FakeSystem(records={"a": dict(fields)}, **given)


def outcome(receipt: Receipt) -> tuple[str, str | None, str]:
    return receipt.outcome, receipt.id, receipt.reason


def test_record_is_changed_where_it_is_still_as_the_plan_says(tmp_path: Path) -> None:
    system = a_system()
    assert outcome(push(system, tmp_path, MOVED)) == ("updated", "a", "")
    assert system.records["a"] == HERE | {"city": "Turku"}


def test_record_that_somebody_changed_is_refused(tmp_path: Path) -> None:
    system = a_system(HERE | {"city": "Bergen"})
    assert outcome(push(system, tmp_path, MOVED)) == ("refused", "a", "changed since the plan was made: city")
    assert not system.writes


def test_record_that_is_as_it_shall_be_is_not_written(tmp_path: Path) -> None:
    system = a_system(HERE | {"city": "Turku"})
    assert outcome(push(system, tmp_path, MOVED)) == ("unchanged", "a", "")
    assert not system.writes


def test_record_that_is_gone_is_refused(tmp_path: Path) -> None:
    assert outcome(push(FakeSystem(), tmp_path, MOVED)) == ("refused", None, "no record has this number any more")


def test_key_that_several_records_have_is_refused(tmp_path: Path) -> None:
    system = FakeSystem(records={"a": dict(HERE), "b": dict(HERE)})
    expected = ("refused", None, "2 records have this number; it must be unique")
    assert outcome(push(system, tmp_path, MOVED)) == expected


def test_record_that_is_not_there_is_created_with_its_id_told(tmp_path: Path) -> None:
    system = FakeSystem()
    assert outcome(push(system, tmp_path, NEW)) == ("created", "id0", "")
    assert system.records == {"id0": HERE}


def test_record_that_exists_is_refused_where_it_shall_be_new(tmp_path: Path) -> None:
    wish = Wish(key="7", match=BY_NUMBER, to={**HERE, "city": "Turku"}, mode="create")
    assert outcome(push(a_system(), tmp_path, wish)) == ("refused", "a", "a record with this number exists already")


def test_upsert_changes_only_what_differs(tmp_path: Path) -> None:
    system = a_system()
    assert push(system, tmp_path, Wish(key="7", match=BY_NUMBER, to=HERE | {"city": "Turku"})).outcome == "updated"
    assert system.records["a"] == HERE | {"city": "Turku"}


def test_field_that_the_system_does_not_have_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    system = a_system()
    wish = Wish(key="7", match=BY_NUMBER, to={"colour": "red"})
    assert outcome(push(system, tmp_path, wish)) == ("refused", None, "there is no field for 'colour'")
    assert not system.writes


def test_empty_and_absent_values_are_the_same(tmp_path: Path) -> None:
    assert push(a_system(), tmp_path, Wish(key="7", match=BY_NUMBER, to={"email": ""})).outcome == "unchanged"


def test_refusal_of_the_system_is_a_rejection_and_is_not_sent_again(tmp_path: Path) -> None:
    system = FakeSystem(rejects=frozenset({"Meri Oy"}))
    rejected = ("rejected", None, "server: refused with status 400")
    assert outcome(push(system, tmp_path, NEW)) == rejected
    system.rejects = frozenset()
    assert outcome(push(system, tmp_path, NEW)) == rejected


@pytest.mark.parametrize("wish", [NEW, MOVED])
def test_write_whose_answer_was_lost_is_looked_up_and_not_repeated(tmp_path: Path, wish: Wish) -> None:
    system = FakeSystem() if wish is NEW else a_system()
    system.fates = iter(["done, answer lost"])
    receipt = push(system, tmp_path, wish)
    assert receipt.outcome == ("created" if wish is NEW else "updated")
    assert receipt.reason == FOUND
    assert list(system.writes.values()) == [1]


def test_receipt_of_a_write_that_another_push_did_meanwhile_says_that_no_answer_told_it(tmp_path: Path) -> None:
    system = a_system(fates=iter(["killed before"]))
    with pytest.raises(Killed):
        push(system, tmp_path / "monday", MOVED)
    assert outcome(push(system, tmp_path / "tuesday", MOVED)) == ("updated", "a", "")
    receipt = push(system, tmp_path / "monday", MOVED)
    assert outcome(receipt) == ("updated", "a", FOUND)
    assert list(system.writes.values()) == [1]


@pytest.mark.parametrize("wish", [NEW, MOVED])
def test_write_that_was_not_done_is_sent_again_when_it_cannot_be_under_way(tmp_path: Path, wish: Wish) -> None:
    system, clock = FakeSystem() if wish is NEW else a_system(), Clock()
    system.fates = iter(["not done, answer lost"])
    begun = clock.now()
    assert push(system, tmp_path, wish, clock).outcome == ("created" if wish is NEW else "updated")
    assert (clock.now() - begun).total_seconds() == system.timeout_seconds
    assert [name.split("-", 1)[1] for name in storage.names(f"file://{tmp_path}/steps")] == [
        "0001-intent.json",
        "0002-intent.json",
        "0002-receipt.json",
    ]


def test_create_without_a_unique_key_whose_answer_was_lost_stays_unknown(tmp_path: Path) -> None:
    system, wish = FakeSystem(fates=iter(["done, answer lost"])), Wish(key="row 1", to=HERE, mode="create")
    for _ in range(4):
        assert push(system, tmp_path, wish).outcome == "unknown"
    assert len(system.records) == 1


@pytest.mark.parametrize("wish", [NEW, MOVED])
def test_write_that_the_system_took_and_has_not_finished_is_not_sent_again(tmp_path: Path, wish: Wish) -> None:
    system, clock = FakeSystem() if wish is NEW else a_system(), Clock()
    system.fates = iter(["still under way"])
    receipt = push(system, tmp_path, wish, clock)
    assert receipt.outcome == "unknown"
    assert receipt.reason.startswith("the system took it and was not finished with it in time")
    assert not system.writes


def test_what_is_lost_again_and_again_is_left_to_a_person(tmp_path: Path) -> None:
    system = FakeSystem(fates=iter(["not done, answer lost"] * 9))
    assert outcome(push(system, tmp_path, NEW)) == (
        "unknown",
        None,
        "its answer was lost 2 times; look for it in the system",
    )
    system.records["a"] = dict(HERE)  # by hand, or the last one was done after all
    assert outcome(push(system, tmp_path, NEW)) == ("created", "a", FOUND)


def test_system_that_is_not_to_be_had_leaves_the_record_to_the_next_try(tmp_path: Path) -> None:
    system = FakeSystem(fates=iter(["unavailable"]))
    with pytest.raises(ErpUnavailable):
        push(system, tmp_path, NEW)
    assert push(system, tmp_path, NEW).outcome == "created"
    assert len(system.records) == 1


def test_create_without_a_unique_key_that_was_surely_not_sent_is_sent_by_the_next_try(tmp_path: Path) -> None:
    system, wish = FakeSystem(fates=iter(["unavailable"])), Wish(key="row 1", to=HERE, mode="create")
    with pytest.raises(ErpUnavailable):
        push(system, tmp_path, wish)
    assert push(system, tmp_path, wish).outcome == "created"
    assert len(system.records) == 1


def test_refusal_whose_cause_is_gone_is_decided_anew(tmp_path: Path) -> None:
    system = FakeSystem(records={"a": dict(HERE), "b": dict(HERE)})
    refused = push(system, tmp_path, MOVED)
    assert refused.outcome == "refused"
    steps = storage.names(f"file://{tmp_path}/steps")
    assert push(system, tmp_path, MOVED) == refused
    assert storage.names(f"file://{tmp_path}/steps") == steps
    del system.records["b"]  # by a person
    assert push(system, tmp_path, MOVED).outcome == "updated"
    assert system.records == {"a": HERE | {"city": "Turku"}}


def test_record_that_was_changed_since_the_plan_stays_refused_whatever_becomes_of_it(tmp_path: Path) -> None:
    system = a_system(HERE | {"city": "Bergen"})
    refused = push(system, tmp_path, MOVED)
    system.records["a"]["city"] = "Oslo"
    assert push(system, tmp_path, MOVED) == refused
    assert not system.writes


def test_record_that_was_refused_after_it_was_sent_stays_refused(tmp_path: Path) -> None:
    system = a_system(fates=iter(["gone"]))
    refused = push(system, tmp_path, MOVED)
    assert push(system, tmp_path, MOVED) == refused
    assert not system.writes


@pytest.mark.parametrize("fate", ["done, answer lost", "killed after", "not done, answer lost", "killed before"])
def test_lost_change_of_the_number_itself_is_looked_up_by_the_new_one(tmp_path: Path, fate: str) -> None:
    by_number = Match(by="number", value="7", source_id="a")
    wish = Wish(key="a", match=by_number, to={"number": "9"}, expected={"number": "7"}, record_id="a", mode="update")
    system = a_system(fates=iter([fate]))
    try:
        receipt = push(system, tmp_path, wish)
    except Killed:
        receipt = push(system, tmp_path, wish)
    assert outcome(receipt) == ("updated", "a", FOUND if fate in ("done, answer lost", "killed after") else "")
    assert (system.records["a"]["number"], system.writes["a"]) == ("9", 1)


def test_lost_change_of_a_number_that_another_record_has_stays_unknown(tmp_path: Path) -> None:
    by_number = Match(by="number", value="7", source_id="a")
    wish = Wish(key="a", match=by_number, to={"number": "9"}, expected={"number": "7"}, record_id="a", mode="update")
    system = a_system(fates=iter(["killed before"]))
    with pytest.raises(Killed):
        push(system, tmp_path, wish)
    system.records = {"b": {"number": "9", "name": "another"}}
    assert push(system, tmp_path, wish).outcome == "unknown"


@pytest.mark.parametrize("fate", ["not done, answer lost", "killed after", "killed before"])
def test_what_somebody_changed_after_a_write_was_lost_is_not_written_over(tmp_path: Path, fate: str) -> None:
    wish = Wish(key="7", match=BY_NUMBER, to={"city": "Turku"})
    system = a_system(fates=iter([fate]))

    class Meanwhile(Clock):
        def sleep(self, seconds: float) -> None:
            system.records["a"]["city"] = "Bergen"

    for _ in range(3):
        try:
            receipt = push(system, tmp_path, wish, Meanwhile())
        except Killed:
            system.records["a"]["city"] = "Bergen"
    assert system.records["a"]["city"] == "Bergen"
    assert outcome(receipt) == ("refused", "a", "changed since the plan was made: city")


def test_lost_write_that_cannot_be_looked_up_is_unknown_until_it_can(tmp_path: Path) -> None:
    class Forbidding(FakeSystem):
        forbids = False

        def find(self, match: Match, *, anew: bool = False) -> Sequence[Current]:
            if self.forbids and anew:
                raise ValueError("such a key cannot be asked for")
            return super().find(match, anew=anew)

    system = Forbidding(fates=iter(["done, answer lost"]))
    system.forbids = True
    assert outcome(push(system, tmp_path, NEW)) == ("unknown", None, "such a key cannot be asked for")
    system.forbids = False
    assert push(system, tmp_path, NEW).outcome == "created"
    assert system.writes["id0"] == 1


def test_record_without_a_key_that_the_system_can_be_asked_for_is_not_said_to_be_gone(tmp_path: Path) -> None:
    wish = Wish(key="7", to={"city": "Turku"}, record_id="a", mode="update")
    receipt = push(a_system(), tmp_path, wish)
    assert outcome(receipt) == (
        "refused",
        None,
        "it has none of the keys of match_on that the system can be asked for; give its number",
    )


def test_record_that_is_gone_when_it_is_written_is_refused(tmp_path: Path) -> None:
    assert outcome(push(a_system(fates=iter(["gone"])), tmp_path, MOVED)) == ("refused", "a", "the record is gone")
    with pytest.raises(ErpProtocolError):
        push(FakeSystem(fates=iter(["gone"])), tmp_path, NEW)


def test_tries_that_sent_nothing_are_not_counted(tmp_path: Path) -> None:
    system = FakeSystem(fates=iter(["unavailable"] * 12))
    for _ in range(12):
        with pytest.raises(ErpUnavailable):
            push(system, tmp_path, NEW)
    assert push(system, tmp_path, NEW).outcome == "created"


@pytest.mark.parametrize("wish", [NEW, MOVED])
def test_what_is_unknown_is_never_sent_again_but_looked_for(tmp_path: Path, wish: Wish) -> None:
    system, clock = FakeSystem() if wish is NEW else a_system(), Clock()
    system.fates = iter(["still under way"])
    assert push(system, tmp_path, wish, clock).outcome == "unknown"
    clock.sleep(86_400)
    assert push(system, tmp_path, wish, clock).outcome == "unknown"
    assert not system.writes
    system.records["a"] = {**HERE, **wish.to}  # the system was done with it in the end
    assert push(system, tmp_path, wish, clock).outcome == ("created" if wish is NEW else "updated")
    assert not system.writes


WISHES = [
    NEW,
    MOVED,
    Wish(key="row 1", to=HERE, mode="create"),
    Wish(key="8", match=Match(by="number", value="8"), to={"number": "8", "name": "Salo Oy"}, mode="create"),
]


@settings(max_examples=300, deadline=None)
@given(fates=st.lists(st.sampled_from(FATES), max_size=12), wish=st.sampled_from(WISHES))
def test_whatever_is_lost_or_killed_each_record_is_written_once_and_has_one_receipt(
    fates: list[str], wish: Wish
) -> None:
    system, clock = FakeSystem() if wish.mode != "update" else a_system(), Clock()
    system.fates = iter(fates)
    with TemporaryDirectory() as name:
        folder, receipt = Path(name), None
        for _ in range(len(fates) + 3):
            try:
                receipt = push(system, folder, wish, clock)
            except (Killed, ErpUnavailable):
                continue
            if receipt.outcome != "unknown":
                break
        assert receipt is not None
        written = [fields for fields in system.records.values() if wish.to.items() <= fields.items()]
        if receipt.outcome == "unknown":
            assert len(written) <= 1
        else:
            assert (len(written), sum(system.writes.values())) == (1, 1)
            assert push(system, folder, wish, clock) == receipt
