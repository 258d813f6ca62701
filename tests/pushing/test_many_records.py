"""All records of a plan: several in flight, each once, and what came of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from threading import Lock
from typing import Any

import pytest
from fake_system import Clock, FakeSystem, Killed
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import ErpUnavailable
from airflow_provider_erp.pushing.deciding import Deed
from airflow_provider_erp.pushing.journal import Journal, Receipt
from airflow_provider_erp.pushing.many import preview, push_all
from airflow_provider_erp.pushing.one import Pusher
from airflow_provider_erp.pushing.target import Match, Wish


def wishes(number: int) -> list[Wish]:
    return [
        Wish(key=str(place), match=Match(by="number", value=str(place)), to={"number": str(place), "name": f"n{place}"})
        for place in range(number)
    ]


def pusher(system: FakeSystem, folder: Path) -> Pusher:
    clock = Clock()
    return Pusher(target=system, journal=Journal(f"file://{folder}"), by="task", now=clock.now, sleep=clock.sleep)


class Busy(FakeSystem):
    """Counts how many are inside at once."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._lock, self.inside, self.most = Lock(), 0, 0

    def find(self, match: Match, *, anew: bool = False) -> Any:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        try:
            return super().find(match)
        finally:
            with self._lock:
                self.inside -= 1

    def create(self, record: Any, on_job: Any) -> str:
        with self._lock:
            return super().create(record, on_job)


def test_every_record_is_pushed_once_and_told(tmp_path: Path) -> None:
    system = Busy(rejects=frozenset({"n3", "n7"}))
    told = list(push_all(pusher(system, tmp_path), wishes(30), {}, in_flight=4))
    assert sorted(wish.key for wish, _ in told) == sorted(str(place) for place in range(30))
    assert Counter(receipt.outcome for _, receipt in told) == {"created": 28, "rejected": 2}
    assert len(system.records) == 28
    assert system.most <= 4


def test_no_more_are_in_flight_than_the_system_takes_at_once(tmp_path: Path) -> None:
    system = Busy(most_in_flight=2)
    told = list(push_all(pusher(system, tmp_path), wishes(20), {}, in_flight=8))
    assert len(told) == len(system.records) == 20
    assert system.most <= 2


def test_second_try_sends_nothing_and_tells_the_same(tmp_path: Path) -> None:
    system = Busy()
    first = {wish.key: receipt for wish, receipt in push_all(pusher(system, tmp_path), wishes(9), {})}
    again = pusher(system, tmp_path)
    second = {wish.key: receipt for wish, receipt in push_all(again, wishes(9), again.journal.entries())}
    assert second == first
    assert sum(system.writes.values()) == 9


def test_system_that_is_gone_ends_the_push_after_what_is_under_way_is_told(tmp_path: Path) -> None:
    system = Busy(fates=iter(["done"] * 3 + ["unavailable"] * 99))
    told: list[tuple[Wish, Receipt]] = []
    with pytest.raises(ErpUnavailable) as ended:
        told.extend(push_all(pusher(system, tmp_path), wishes(50), {}, in_flight=2))
    assert len(told) == len(system.records) == 3
    [note] = ended.value.__notes__
    done = {wish.key for wish, _ in told}
    assert note in {f"the push ended at record {wish.key!r}" for wish in wishes(50) if wish.key not in done}


def test_two_wishes_of_one_record_are_refused_before_anything_is_sent(tmp_path: Path) -> None:
    system = Busy()
    with pytest.raises(ValueError, match="3 records with 2 keys"):
        next(push_all(pusher(system, tmp_path), [*wishes(2), *wishes(1)], {}))
    assert not system.records


def outcomes(system: FakeSystem, folder: Path, wishes: list[Wish], in_flight: int = 1) -> dict[str, str]:
    """As a task does: with what the journal knows."""
    pushing = pusher(system, folder)
    told = push_all(pushing, wishes, pushing.journal.entries(), in_flight=in_flight)
    return {wish.key: receipt.outcome for wish, receipt in told}


@pytest.mark.parametrize("in_flight", [1, 4])
@pytest.mark.parametrize("fate", ["killed before", "killed after", "unavailable"])
def test_second_record_of_one_customer_does_not_write_over_the_first_after_a_kill(
    tmp_path: Path, fate: str, in_flight: int
) -> None:
    by_id = Wish(key="id a", match=Match(by="source_id", value="a"), to={"name": "first"})
    by_number = Wish(key="7", match=Match(by="number", value="7"), to={"name": "second"})
    system = FakeSystem(records={"a": {"number": "7", "name": "old"}}, fates=iter([fate]))
    with pytest.raises((Killed, ErpUnavailable)):
        outcomes(system, tmp_path, [by_id, by_number])
    for wishes in ([by_id, by_number], [by_number, by_id]):
        assert outcomes(system, tmp_path, wishes, in_flight) == {"id a": "updated", "7": "refused"}
    assert system.records["a"]["name"] == "first"


def test_second_record_of_a_customer_whose_create_was_lost_is_refused(tmp_path: Path) -> None:
    new = {"number": "7", "name": "first", "org_number": "2012566-0"}
    wishes = [
        Wish(key="7", match=Match(by="number", value="7"), to=new),
        Wish(key="org", match=Match(by="org_number", value="2012566-0"), to={"name": "second"}),
    ]
    system = FakeSystem(fates=iter(["killed after"]))
    with pytest.raises(Killed):
        outcomes(system, tmp_path, wishes)
    for _ in range(2):
        assert outcomes(system, tmp_path, wishes) == {"7": "created", "org": "refused"}
    assert system.records["id0"]["name"] == "first"


def test_preview_tells_what_would_be_sent_and_writes_nothing(tmp_path: Path) -> None:
    system = Busy(records={"a": {"number": "0", "name": "other"}, "b": {"number": "1", "name": "n1"}})
    told = {wish.key: decided for wish, decided in preview(pusher(system, tmp_path), wishes(3))}
    assert isinstance(told["0"], Deed)
    assert told["0"].fields == {"name": "n0"}
    assert isinstance(told["1"], Receipt)
    assert told["1"].outcome == "unchanged"
    assert isinstance(told["2"], Deed)
    assert told["2"].current is None
    assert not system.writes
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=40, deadline=None)
@given(number=st.integers(0, 12), in_flight=st.integers(1, 6))
def test_any_number_in_flight_gives_the_same(
    tmp_path_factory: pytest.TempPathFactory, number: int, in_flight: int
) -> None:
    system = Busy()
    told = list(push_all(pusher(system, tmp_path_factory.mktemp("push")), wishes(number), {}, in_flight=in_flight))
    assert {receipt.outcome for _, receipt in told} <= {"created"}
    assert sorted(str(each["number"]) for each in system.records.values()) == sorted(wish.key for wish, _ in told)
