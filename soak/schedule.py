"""One schedule, drawn from a seed: which days, which tasks in which order, and what goes wrong on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal

from airflow_provider_erp.sandbox.faults.board import KINDS, Fault

Task = Literal["source", "target", "reconcile", "plan", "push", "give"]
Side = Literal["source", "target"]
TARGET = "visma_net"
SOURCES = ("lemonsoft", "lemonsoft", "visma_px", "fynn")
_CORRECTING: list[Task] = ["reconcile", "plan", "push"]
DECEIVING = {"removed_row", "latin1", "lost_field"}
"""What no client can see: the state may be wrong until the list is read whole."""
_READING = [name for name, kind in KINDS.items() if not kind.only_writes and name != "429_long"]
_WRITING = [name for name, kind in KINDS.items() if kind.only_writes]
_WAITED_FOR = {"write_unsent", "write_500_undone"}
"""Such a write is sent again only when it cannot be under way any more, after seconds: drawn seldom."""


@dataclass(frozen=True, slots=True)
class Kill:
    """Ends a task so many seconds after the systems saw so many of its requests."""

    requests: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Step:
    """One task is started, at first or once more, with what it will meet."""

    task: Task
    day: int
    faults: tuple[Fault, ...] = ()
    kill: Kill | None = None
    since: str | None = None
    in_flight: int = 4


@dataclass(frozen=True, slots=True)
class Day:
    """The steps of a day, in order."""

    number: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """All that is drawn; the same seed gives the same schedule, though a kill may meet another moment."""

    seed: int
    customers: int
    source: str
    corrected: Side
    given_to: str
    days: tuple[Day, ...]

    @property
    def deceived(self) -> set[str]:
        """The systems that may have deceived a reader."""
        return {fault.vendor for step in self.steps() for fault in step.faults if fault.kind in DECEIVING}

    def steps(self) -> Iterator[Step]:
        """All steps in order."""
        for day in self.days:
            yield from day.steps

    def lines(self) -> Iterator[str]:
        """The schedule for people, a line a step."""
        yield f"seed {self.seed}: {self.customers} customers, {self.source} and {TARGET}"
        yield f"the {self.corrected} is put right, {self.given_to} is given new customers"
        for step in self.steps():
            faults = ", ".join(f"{each.vendor}:{each.kind}:{each.count}:{each.after}" for each in step.faults)
            kill = f"killed {step.kill.seconds:.2f} s after request {step.kill.requests}" if step.kill else ""
            since = f"since {step.since}" if step.since else ""
            yield "  ".join(filter(None, (f"day {step.day}", step.task, since, faults, kill)))


def draw(seed: int) -> Schedule:
    """The schedule of a seed."""
    rng = Random(seed)
    source = rng.choice(SOURCES)
    corrected: Side = rng.choice(("source", "target")) if source == "lemonsoft" else "target"
    given_to = rng.choice((TARGET, "lemonsoft"))
    vendors = {
        "source": source,
        "target": TARGET,
        "push": source if corrected == "source" else TARGET,
        "give": given_to,
    }
    days = tuple(_day(rng, number, vendors) for number in range(rng.choice((1, 1, 1, 2, 2, 3))))
    return Schedule(seed, rng.randint(60, 120), source, corrected, given_to, days)


def _day(rng: Random, number: int, vendors: Mapping[str, str]) -> Day:
    """The tasks in an order that their dependencies allow, with reruns of earlier ones in between."""
    fetches: list[Task] = ["source", "target"]
    rng.shuffle(fetches)
    tasks = fetches + (_CORRECTING if number == 0 or rng.random() < 0.5 else [])
    if rng.random() < 0.6:
        tasks.insert(rng.randint(0, len(tasks)), "give")
    order: list[tuple[int, Task]] = []
    for task in tasks:
        order.append((number, task))
        while rng.random() < 0.15:
            order.append((number if rng.random() < 0.8 else rng.randint(0, number), rng.choice(tasks)))
    return Day(number, tuple(_step(rng, task, day, vendors.get(task)) for day, task in order))


def _step(rng: Random, task: Task, day: int, vendor: str | None) -> Step:
    return Step(
        task,
        day,
        faults=tuple(_faults(rng, vendor, writes=task in ("push", "give"))) if vendor else (),
        kill=_kill(rng, talks=vendor is not None) if rng.random() < 0.4 else None,
        since=rng.choice((None, "last", "last")) if task in ("source", "target") else None,
        in_flight=rng.randint(1, 4),
    )


def _kill(rng: Random, *, talks: bool) -> Kill:
    return Kill(rng.randint(1, 8), rng.uniform(0.0, 0.06)) if talks else Kill(0, rng.uniform(0.05, 0.6))


def _faults(rng: Random, vendor: str, *, writes: bool) -> Iterator[Fault]:
    while rng.random() < 0.55:
        kinds = _WRITING if writes and rng.random() < 0.7 else _READING
        kind = rng.choice([name for name in kinds if vendor in KINDS[name].vendors])
        if kind in _WAITED_FOR and rng.random() < 0.7:
            continue
        yield Fault(vendor, kind, count=rng.choice((1, 1, 1, 2)), after=rng.randint(0, 5))
