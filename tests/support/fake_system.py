"""A system that keeps customers, loses answers after or before it wrote, refuses some, and tasks that are killed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from airflow_provider_erp.exceptions import ErpProtocolError, ErpRejected, ErpUnavailable, OutcomeUnknown, StillUnderWay
from airflow_provider_erp.pushing.target import Current, Match, OnJob, Value

FATES = (
    "done",
    "done, answer lost",
    "not done, answer lost",
    "still under way",
    "unavailable",
    "killed before",
    "killed after",
    "killed while it works",
    "killed, not done by the job",
    "job ended unknown",
)
JOBS = FATES[-3:]
"""The system does the write later."""


class Killed(BaseException):
    """The worker is gone."""


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.time = dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC)

    def now(self) -> dt.datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += dt.timedelta(seconds=seconds)


@dataclass
class FakeSystem:
    """Each write meets the next fate; when there are none left, it is done."""

    records: dict[str, dict[str, Value]] = field(default_factory=dict)
    fates: Iterator[str] = field(default_factory=lambda: iter(()))
    rejects: frozenset[Value] = frozenset()
    writes: Counter[str] = field(default_factory=Counter)
    timeout_seconds: float = 60.0
    jobs: dict[str, str | Exception] = field(default_factory=dict)
    most_in_flight: int | None = None

    def find(self, match: Match, *, anew: bool = False) -> Sequence[Current]:
        return [
            Current(id=each, fields=dict(fields))
            for each, fields in self.records.items()
            if match.value == (each if match.by == "source_id" else fields.get(match.by))
            and match.source_id in (None, each)
        ]

    def held(self, fields: Mapping[str, Value]) -> Mapping[str, Value]:
        return fields

    def unfit(self, fields: Mapping[str, Value], *, is_new: bool) -> str | None:
        return "there is no field for 'colour'" if "colour" in fields else None

    def create(self, record: Mapping[str, Value], on_job: OnJob) -> str:
        new = f"id{len(self.records)}"
        self._write(record, new, on_job)
        return new

    def update(self, current: Current, changes: Mapping[str, Value], on_job: OnJob) -> None:
        self._write({**self.records[current.id], **changes}, current.id, on_job)

    def outcome_of_job(self, job: str) -> str:
        """What ``jobs`` says; a job that is not there is not known."""
        end = self.jobs.get(job, OutcomeUnknown("server: no such job"))
        if isinstance(end, Exception):
            raise end
        return end

    def _write(self, record: Mapping[str, Value], place: str, on_job: OnJob) -> None:
        fate = next(self.fates, "done")
        if fate == "killed before":
            raise Killed
        if fate in JOBS:
            on_job(f"job {place}")
            self._begin_job(fate, place)
        if fate == "unavailable":
            raise ErpUnavailable("server: busy")
        if fate == "gone":
            raise ErpProtocolError("server: status 404", status=404)
        if fate == "still under way":
            raise StillUnderWay("server: accepted, and not finished in time")
        if fate == "not done, answer lost":
            raise OutcomeUnknown("server: time-out")
        if record.get("name") in self.rejects:
            raise ErpRejected("server: refused with status 400", status=400)
        self.records[place] = dict(record)
        self.writes[place] += 1
        if fate in ("killed after", "killed while it works"):
            raise Killed
        if fate in ("done, answer lost", "job ended unknown"):
            raise OutcomeUnknown("server: connection reset")

    def _begin_job(self, fate: str, place: str) -> None:
        """The job is done, is not finished, or is forgotten by whoever asks for it later."""
        if fate == "killed while it works":
            self.jobs[f"job {place}"] = place
        if fate == "killed, not done by the job":
            self.jobs[f"job {place}"] = StillUnderWay("server: not finished in time")
            raise Killed
