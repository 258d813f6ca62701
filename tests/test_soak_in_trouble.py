"""The soak where its own tasks and schedules go wrong: what hangs, dies or raises is told, and the soak goes on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_provider_erp.sandbox import Sandbox, running_sandbox
from soak import process, runner
from soak.process import run_in_a_process
from soak.runner import soak
from soak.schedule import Kill
from soak.steps import Call

SEED = 85
NEVER = Kill(requests=1_000_000, seconds=0.0)


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


def test_what_was_broken_before_is_told_too_when_the_evidence_cannot_be_gathered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def settle_badly(course: runner.Course) -> None:
        course.broken.append("push of day 0: KeyError: 'x'")
        raise LookupError("no batch")

    monkeypatch.setattr(runner.Course, "live", lambda course: None)
    monkeypatch.setattr(runner, "settle", settle_badly)
    said: list[str] = []
    assert soak(SEED, 1, minutes=5, say=said.append).failed
    assert [line for line in said if "FAILED" in line] == [
        "  FAILED push of day 0: KeyError: 'x'",
        "  FAILED LookupError: no batch",
    ]
