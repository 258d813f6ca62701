"""After a schedule's last day nothing goes wrong any more: what undisturbed tasks then find is the evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from airflow_provider_erp.sandbox.customers import Tally
from soak.evidence import Evidence, Pushed, Side, cursor_read, facts, held_by, state_of
from soak.running import Course, forget_limits
from soak.schedule import Step, Task

TELL_DELETIONS = {"lemonsoft", "fynn"}
SIDES: tuple[Task, ...] = ("source", "target")
_WAIT_FOR_A_PERSON = "what came of"


def settle(course: Course) -> Evidence:
    """Clears what was begun, reads what there is, compares, and collects what the invariants ask."""
    course.sandbox.board.clear()
    forget_limits(course.folder)
    first = list(_cleared(course))
    course.counts.receipts += sum(len(each.receipts) for each in first)
    written = _tallies(course)
    again = list(_cleared(course))
    day = len(course.schedule.days)
    changes = [_calm(course, Step(side, day, since="last")) for side in SIDES]
    whole = [_calm(course, Step(side, day + 1)) for side in SIDES]
    report = _calm(course, Step("reconcile", day + 1))
    return Evidence(
        sides=[_side(course, *each) for each in zip(SIDES, changes, whole, strict=True)]
        if all(changes + whole)
        else [],
        planted=facts(_planted(course)),
        found=facts(_breaks(report)) if report else [],
        pushed=[
            replace(each, again=later) for each, later in zip(first, (each.receipts for each in again), strict=True)
        ],
        written=written,
        written_again=_tallies(course),
        read=[cursor_read(*each) for each in course.read],
        broken=tuple(course.broken),
        secrets=frozenset(course.secrets),
        names=frozenset(course.names),
        log=(course.folder / "log.txt").read_text(encoding="utf-8", errors="replace"),
    )


def _cleared(course: Course) -> Iterator[Pushed]:
    """Every push that was begun, cleared, with its receipts."""
    for task, day, arguments in list(course.pushes.values()):
        conn_type = arguments["conn_id"].removesuffix("_default")
        told = course.call(task, day, arguments)
        if told["ended"] != "success" and _WAIT_FOR_A_PERSON not in told.get("why", ""):
            course.broken.append(f"undisturbed {task} of day {day} {told['ended']}: {told.get('why')}")
        records = len(arguments["records"]) if "records" in arguments else arguments["plan"]["records"]
        plan = arguments["plan"]["digest"] if "plan" in arguments else _plan_of(course.folder, task, day)
        yield Pushed(vendor=conn_type, records=records, receipts=_receipts(course.folder, plan), again=())


def _plan_of(folder: Path, task: str, day: int) -> str:
    """The digest of the plan that a push made of given records: the one that it claimed."""
    claims = {file.parent.name: json.loads(file.read_bytes()) for file in folder.glob("erp/*/*/pushes/*/claim.json")}
    ours = (digest for digest, each in claims.items() if (each["task_id"], each["run_id"]) == (task, f"day-{day}"))
    return next(ours, "none")


def _receipts(folder: Path, plan: str) -> list[Any]:
    return [
        json.loads(line)
        for file in folder.glob(f"erp/*/*/pushes/{plan}/receipts.jsonl")
        for line in file.read_text(encoding="utf-8").splitlines()
    ]


def _calm(course: Course, step: Step) -> Any:
    """What an undisturbed task returns; one that returns nothing is noted."""
    arguments = course.arguments(step)
    if arguments is None:
        return None
    told = course.attempt(step)
    if told["ended"] != "success":
        course.broken.append(f"undisturbed {step.task} {told['ended']}: {told.get('why')}")
    return course.done.get((step.task, step.day))


def _side(course: Course, side: str, changes: Any, whole: Any) -> Side:
    vendor = course.vendor(side)
    return Side(
        vendor=vendor,
        held=held_by(course.sandbox, vendor),
        after_changes=state_of(changes["manifest"], course.folder / f"{side}-changes"),
        after_all=state_of(whole["manifest"], course.folder / f"{side}-all"),
        tells_deletions=vendor in TELL_DELETIONS,
        may_have_deceived=vendor in course.schedule.deceived,
    )


def _planted(course: Course) -> Any:
    told = course.sandbox.truth()["reconciliations"]
    return next(each["breaks"] for each in told if each["source"] == course.schedule.source)


def _breaks(report: Any) -> Any:
    path = Path(report["report"].removeprefix("file://")).with_name("breaks.json")
    return json.loads(path.read_bytes())["breaks"]


def _tallies(course: Course) -> dict[str, Tally]:
    return {vendor: course.sandbox.tally(vendor) for vendor in ("visma_net", "lemonsoft")}
