"""The soak where its own tasks and schedules go wrong: what hangs, dies or raises is told, and the soak goes on."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_erp.sandbox import Sandbox, running_sandbox
from soak import process
from soak.process import run_in_a_process
from soak.runner import one, soak
from soak.running import Course
from soak.schedule import Day, Kill, Schedule, Step, draw
from soak.steps import Call

SEED = 85
NEVER = Kill(requests=1_000_000, seconds=0.0)


@dataclass(frozen=True)
class Ends:
    """What ends a process that is given it."""

    how: Callable[[int], None]
    number: int

    def __reduce__(self) -> tuple[Callable[[int], None], tuple[int]]:
        return self.how, (self.number,)


@pytest.fixture(autouse=True)
def _own_search_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The soak adds to it for its processes, and is never done."""
    monkeypatch.setenv("PYTHONPATH", os.environ.get("PYTHONPATH", ""))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(customers=5) as running:
        yield running


def impatient(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(process, "_PATIENCE_SECONDS", seconds)


@pytest.mark.parametrize("kill", [None, NEVER])
def test_a_task_that_hangs_is_given_up_also_where_it_was_to_be_killed_after_its_requests(
    kill: Kill | None, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = Call(task="source", day=0, try_number=1, base=tmp_path / "erp", arguments={})
    os.mkfifo(call.log)  # whoever opens it waits for a reader
    impatient(monkeypatch, 0.2)
    with pytest.raises(TimeoutError, match=r"^source of day 0: still there after 0\.2 s$"):
        run_in_a_process(call, {}, sandbox, kill)


def test_schedules_that_hang_are_told_with_what_repeats_them_and_the_next_ones_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said: list[str] = []
    impatient(monkeypatch, 0.0)
    outcome = soak(SEED, 2, minutes=5, say=said.append, keep=tmp_path / "kept")
    assert [odd[-1].partition(": ")[0] for odd in outcome.failed.values()] == ["TimeoutError", "TimeoutError"]
    for seed in (SEED, SEED + 1):
        assert f"  again: python -m soak --seed {seed} --schedules 1" in said
        assert any((tmp_path / "kept").glob(f"soak-{seed}-*"))
    assert (outcome.counts.schedules, outcome.counts.steps) == (2, 2)


def test_time_is_over_for_the_next_schedule_also_when_one_hung(monkeypatch: pytest.MonkeyPatch) -> None:
    impatient(monkeypatch, 0.2)
    outcome = soak(SEED, 50, minutes=0.1 / 60, say=lambda _: None)
    assert list(outcome.failed) == [SEED]


@pytest.mark.parametrize(("last_act", "code"), [((os._exit, 3), 3), ((signal.raise_signal, signal.SIGSEGV), -11)])
def test_a_task_that_was_to_be_killed_and_ended_by_itself_without_a_word_is_noted(
    last_act: tuple[Callable[[int], None], int], code: int, sandbox: Sandbox, tmp_path: Path
) -> None:
    course = Course(draw(SEED), sandbox, tmp_path)
    assert course.call("source", 0, {"since": Ends(*last_act)}, NEVER)["ended"] == "killed"
    assert course.broken == [f"source of day 0: its process ended without a word, with exit code {code}"]
    assert course.counts.kills == 0


def test_a_task_that_was_killed_as_it_was_drawn_is_counted_and_not_noted(sandbox: Sandbox, tmp_path: Path) -> None:
    course = Course(draw(SEED), sandbox, tmp_path)
    os.mkfifo(tmp_path / "log.txt")
    assert course.call("source", 0, {}, Kill(requests=0, seconds=0.0))["ended"] == "killed"
    assert (course.broken, course.counts.kills) == ([], 1)


def test_what_was_broken_before_an_exception_is_told_with_it() -> None:
    dies: Any = Ends(os._exit, 3)
    nobody: Any = [None]
    day = Day(0, (Step("source", 0, since=dies), Step("target", 0, faults=nobody)))
    odd, counts = one(Schedule(SEED, 5, "lemonsoft", "target", "visma_net", (day,)))
    assert [each.partition(",")[0] for each in odd[:-1]] == 2 * [
        "source of day 0: its process ended without a word",
    ]
    assert odd[-1].startswith("TypeError: ")
    assert counts.steps == 2
