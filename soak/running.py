"""One schedule from its first day to what it left behind, in a folder and a sandbox of its own."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from signal import SIGKILL
from typing import Any

from airflow_provider_erp.sandbox import Sandbox
from soak.evidence import names_in, secrets_of
from soak.process import run_in_a_process
from soak.schedule import TARGET, Kill, Schedule, Step
from soak.steps import DEFAULTS, Call, spec_of
from soak.strangers import strangers

PAGE_SIZES = {"visma_net": "pageSize", "lemonsoft": "page_size", "fynn": "limit"}
QUICK = {"timeout_seconds": 2, "retry_seconds": 3, "background_seconds": 0}
_TRIES = 2
Done = Mapping[str, Any]


@dataclass(slots=True)
class Counts:
    """How much was done."""

    schedules: int = 0
    steps: int = 0
    faults: int = 0
    kills: int = 0
    reruns: int = 0
    receipts: int = 0

    def add(self, other: Counts) -> None:
        """Takes another's counts into these."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True, eq=False)
class Course:
    """A schedule as it runs: what its tasks returned last, and all that is to be looked at afterwards."""

    schedule: Schedule
    sandbox: Sandbox
    folder: Path
    counts: Counts = field(default_factory=lambda: Counts(schedules=1))
    done: dict[tuple[str, int], Done] = field(default_factory=dict)
    pushes: dict[str, tuple[str, int, Mapping[str, Any]]] = field(default_factory=dict)
    read: list[tuple[str, int]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    tries: Counter[tuple[str, int]] = field(default_factory=Counter)

    @property
    def connections(self) -> dict[str, dict[str, Any]]:
        """The sandbox's, made impatient."""
        given = self.sandbox.connections()
        return {name: each | {"extra": each["extra"] | QUICK} for name, each in given.items()}

    @property
    def secrets(self) -> set[str]:
        """What the log must not hold: what opens a system, and every token and session id that one issued."""
        return secrets_of(self.sandbox.connections()) | set(self.sandbox.issued)

    def vendor(self, side: str) -> str:
        """The system of a side."""
        return self.schedule.source if side == "source" else TARGET

    def live(self) -> None:
        """All days of the schedule."""
        for day in self.schedule.days:
            self.names |= names_in(self.sandbox)
            for step in day.steps:
                self._take(step)
            self.sandbox.advance()
        self.names |= names_in(self.sandbox)

    def _take(self, step: Step) -> None:
        """Starts a task as often as Airflow would; what waits for a task that failed is not started."""
        if self.arguments(step) is None:
            return
        for fault in step.faults:
            self.sandbox.board.arm(replace(fault))  # it is counted down there
        self.counts.faults += len(step.faults)
        for place in range(_TRIES):
            if self.attempt(step, step.kill if place == 0 else None)["ended"] in ("success", "skipped"):
                return

    def attempt(self, step: Step, kill: Kill | None = None) -> Done:
        """How one try of a step ended; what it returned is kept."""
        told = self.call(step.task, step.day, self.arguments(step) or {}, kill)
        if told["ended"] == "success":
            self.done[step.task, step.day] = told["result"]
            if step.task in ("source", "target"):
                self.read.append((told["result"]["manifest"], self.sandbox.world.day))
        if told["ended"] == "skipped":
            self.done.pop((step.task, step.day), None)
        return told

    def call(self, task: str, day: int, arguments: Mapping[str, Any], kill: Kill | None = None) -> Done:
        """How one try of a task ended, and what it returned or why not."""
        self.tries[task, day] += 1
        self.counts.steps += 1
        self.counts.reruns += self.tries[task, day] > 1
        call = Call(task=task, day=day, try_number=self.tries[task, day], base=self.folder / "erp", arguments=arguments)
        code = run_in_a_process(call, self.connections, self.sandbox, kill)
        if not call.answer.exists():
            self._note_silence(f"{task} of day {day}", code, was_to_be_killed=kill is not None)
            return {"ended": "killed"}
        told: Done = json.loads(call.answer.read_text(encoding="utf-8"))
        if told["ended"] == "broken":
            self.broken.append(f"{task} of day {day}: {told['why']}")
        return told

    def _note_silence(self, task: str, code: int | None, *, was_to_be_killed: bool) -> None:
        if was_to_be_killed and code == -SIGKILL:
            self.counts.kills += 1
        else:
            self.broken.append(f"{task}: its process ended without a word, with exit code {code}")

    def arguments(self, step: Step) -> dict[str, Any] | None:
        """What the task is given; None where a task before it has brought nothing."""
        day = step.day
        sides = {side: self.done.get((side, day)) for side in ("source", "target")}
        spec = spec_of(self.schedule.source, self.schedule.corrected)
        match step.task:
            case "source" | "target":
                return self._fetch(step)
            case "reconcile":
                return {"spec": spec, **sides} if all(sides.values()) else None
            case "plan":
                report = self.done.get(("reconcile", day))
                return {"spec": spec, "side": self.schedule.corrected, "report": report, **sides} if report else None
            case "push":
                plan = self.done.get(("plan", day))
                return self._push(step, plan["digest"], plan=plan) if plan else None
            case _:
                given = strangers(self.schedule.seed, day)
                self.names |= {each["name"] for each in given}
                return self._push(step, f"given-{day}", records=given)

    def _fetch(self, step: Step) -> dict[str, Any]:
        vendor = self.vendor(step.task)
        filters = {PAGE_SIZES[vendor]: 25} if vendor in PAGE_SIZES else None
        return {"conn_id": f"{vendor}_default", "since": step.since, "filters": filters}

    def _push(self, step: Step, name: str, **what: Any) -> dict[str, Any]:
        vendor = self.vendor(self.schedule.corrected) if step.task == "push" else self.schedule.given_to
        arguments = {"conn_id": f"{vendor}_default", "defaults": DEFAULTS[vendor], "in_flight": step.in_flight, **what}
        self.pushes[name] = step.task, step.day, arguments
        return arguments


def forget_limits(folder: Path) -> None:
    """An hour passes: no server wants to be left alone any more."""
    shutil.rmtree(folder / "tmp")
    (folder / "tmp").mkdir()
