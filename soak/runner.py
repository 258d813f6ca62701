"""Many schedules, one after another, within a time: what was done, and what did not hold."""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from airflow_provider_erp.sandbox import running_sandbox
from soak.invariants import violations
from soak.running import Counts, Course
from soak.schedule import Schedule, draw
from soak.settling import settle

_EVERY = 10
Say = Callable[[str], None]


@dataclass(slots=True)
class Outcome:
    """What a run of the soak did; ``failed`` has what did not hold by the seed of its schedule."""

    counts: Counts = field(default_factory=Counts)
    failed: dict[int, list[str]] = field(default_factory=dict)
    seconds: float = 0.0


def soak(seed: int, schedules: int, minutes: float, *, say: Say = print, keep: Path | None = None) -> Outcome:
    """Runs the schedules of ``seed`` and the numbers after it until all ran, or the time is over.

    An exception fails its schedule, and those after it run. ``keep`` is where the folders of those that fail are kept.
    """
    began, outcome = time.monotonic(), Outcome()
    for number in range(schedules):
        if time.monotonic() - began > 60 * minutes:
            break
        schedule = draw(seed + number)
        odd, counts = one(schedule, keep)
        outcome.counts.add(counts)
        if odd:
            outcome.failed[schedule.seed] = odd
            _tell_failed(schedule, odd, say)
        if (number + 1) % _EVERY == 0:
            say(f"{number + 1} of {schedules}: {_done(outcome.counts)}; {len(outcome.failed)} failed")
    outcome.seconds = time.monotonic() - began
    say(f"seed {seed}: {_done(outcome.counts)}, in {outcome.seconds:.0f} s; {len(outcome.failed)} schedules failed")
    return outcome


def one(schedule: Schedule, keep: Path | None = None) -> tuple[list[str], Counts]:
    """What does not hold after one schedule, or why it did not come to its end, and how much was done."""
    folder, counts, broken = Path(tempfile.mkdtemp(prefix=f"soak-{schedule.seed}-")), Counts(schedules=1), list[str]()
    (folder / "tmp").mkdir()
    try:
        odd = _lived(schedule, folder, counts, broken)
    except Exception as exc:
        logging.getLogger("soak").exception("the schedule of seed %d did not come to its end", schedule.seed)
        odd = [*broken, f"{type(exc).__name__}: {exc}"]
    if odd and keep is not None:
        shutil.move(folder, keep / folder.name)
    else:
        shutil.rmtree(folder)
    return odd, counts


def _lived(schedule: Schedule, folder: Path, counts: Counts, broken: list[str]) -> list[str]:
    world = running_sandbox(
        seed=schedule.seed, customers=schedule.customers, requests_per_session=40, visma_net_limit=1_000_000
    )
    with world as sandbox:
        course = Course(schedule, sandbox, folder, counts=counts, broken=broken)
        course.live()
        return violations(settle(course))


def _tell_failed(schedule: Schedule, odd: list[str], say: Say) -> None:
    for line in schedule.lines():
        say(f"  {line}")
    for told in odd:
        say(f"  FAILED {told}")
    say(f"  again: python -m soak --seed {schedule.seed} --schedules 1")


def _done(counts: Counts) -> str:
    return (
        f"{counts.schedules} schedules, {counts.steps} steps, {counts.faults} faults, {counts.kills} kills, "
        f"{counts.reruns} reruns, {counts.receipts} receipts"
    )
