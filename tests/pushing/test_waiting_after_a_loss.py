"""How long a lost write is waited for before it is sent again: counted from its loss, however old its intent is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from fake_system import Clock, FakeSystem, Killed
from hypothesis import example, given, settings
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import OutcomeUnknown
from airflow_provider_erp.pushing.journal import Journal, Receipt, key_of
from airflow_provider_erp.pushing.one import Pusher
from airflow_provider_erp.pushing.target import Current, Match, OnJob, Value, Wish

NEW = Wish(key="7", match=Match(by="number", value="7"), to={"number": "7", "name": "Meri Oy"})
SECONDS = st.integers(0, 4_000)


@dataclass
class SlowSystem(FakeSystem):
    """Does its first create ``late`` seconds after it was lost, which was ``before`` seconds after its intent."""

    clock: Clock = field(default_factory=Clock)
    before: float = 0.0
    late: float | None = None
    lost: BaseException = field(default_factory=lambda: OutcomeUnknown("server: connection reset"))
    sent: int = 0

    def find(self, match: Match, *, anew: bool = False) -> Sequence[Current]:
        if self.late is not None and self.sent and (self.clock.now() - self.moment).total_seconds() >= self.late:
            self.late = None
            super().create(NEW.to, lambda _: None)
        return super().find(match, anew=anew)

    def create(self, record: Mapping[str, Value], on_job: OnJob) -> str:
        self.sent += 1
        if self.sent > 1:
            return super().create(record, on_job)
        self.clock.sleep(self.before)
        self.moment = self.clock.now()
        raise self.lost


def push(system: SlowSystem, folder: str) -> Receipt:
    pusher = Pusher(
        target=system, journal=Journal(f"file://{folder}"), by="t", now=system.clock.now, sleep=system.clock.sleep
    )
    return pusher.push(NEW, pusher.journal.entries().get(key_of(NEW.key, NEW.to)))


@settings(deadline=None)
@given(before=SECONDS, late=st.integers(0, 60))
@example(before=9, late=2)
def test_create_that_was_sent_long_after_its_intent_is_waited_for_and_not_repeated(before: int, late: int) -> None:
    system = SlowSystem(before=before, late=late)
    with TemporaryDirectory() as folder:
        assert push(system, folder).outcome == "created"
    assert (system.sent, len(system.records)) == (1, 1)


@settings(deadline=None)
@given(before=SECONDS, between=SECONDS, late=st.integers(0, 60))
@example(before=9, between=0, late=2)
def test_create_of_a_task_that_was_killed_is_waited_for_from_the_next_tries_first_look(
    before: int, between: int, late: int
) -> None:
    system = SlowSystem(before=before, late=between + late, lost=Killed())
    with TemporaryDirectory() as folder:
        try:
            push(system, folder)
        except Killed:
            system.clock.sleep(between)
        assert push(system, folder).outcome == "created"
    assert (system.sent, len(system.records)) == (1, 1)


def test_create_that_was_surely_not_done_is_sent_once_more_after_the_whole_time(tmp_path: Path) -> None:
    system = SlowSystem(before=3_600, late=None)
    assert push(system, str(tmp_path)).outcome == "created"
    assert (system.sent, len(system.records)) == (2, 1)
    assert (system.clock.now() - system.moment).total_seconds() == system.timeout_seconds
