"""What a push asks of a system, and what it wants of a record; canonical fields and texts, no vendor's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Value = str | None
Mode = Literal["upsert", "create", "update"]
OnJob = Callable[[str], object]
"""Is told the id of a job, as soon as the system says that it does a write later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The unique key by which a record is looked up, such as ``number``; with ``source_id`` it must be that record.

    ``country`` (alpha-2) is the one that an identifier is read by, where the record says it.
    """

    by: str
    value: str = field(repr=False)
    source_id: str | None = None
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """A record as the system holds it now; ``id`` is what its writes are addressed by.

    ``other_kind`` is what it is that is none of the records that are pushed,
    in words, such as a supplier among customers: it is never written.
    """

    id: str
    fields: Mapping[str, Value] = field(repr=False)
    version: str | None = None
    other_kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What shall become of one record.

    Attributes:
        key: names the record within its plan, the same at every try.
        to: the fields as they shall be.
        expected: what each of them must be before; a field that is not here may have any value.
        version: that of which the record must still be, where the author names one.
        match: how the record is found; without one a create whose answer is lost stays unknown.
        besides: its other unique keys; who has one of them is no new record.
        siblings: how the records of this push are found that share such a key and are others all the same.
        record_id: the record's own id, where it is known.
        objection: why nothing may be written, where that is known without a look.
        mode: ``create`` refuses a record that exists, ``update`` one that does not, ``upsert`` neither.
    """

    key: str
    to: Mapping[str, Value] = field(repr=False)
    expected: Mapping[str, Value] = field(default_factory=dict, repr=False)
    match: Match | None = None
    besides: Sequence[Match] = ()
    siblings: Sequence[Match] = ()
    record_id: str | None = None
    version: str | None = None
    mode: Mode = "upsert"
    objection: str | None = None


class Target(Protocol):
    """One system. Reads may be repeated by it, a write is sent once.

    Raises (all methods):
        ErpUnavailable: not to be had within the retry budget; a write was not done.
        ErpAuthError, ErpProtocolError: as everywhere.
    """

    timeout_seconds: float
    """So long after its answer was lost a request is not under way any more."""

    most_in_flight: int | None
    """How many records the system takes at once at most; None where any number may be."""

    def find(self, match: Match, *, anew: bool = False) -> Sequence[Current]:
        """Every record with this key; ``anew`` forgets what is known from before.

        Raises:
            ValueError: the system cannot be asked for such a key, or its answer cannot be read.
        """
        ...

    def held(self, fields: Mapping[str, Value]) -> Mapping[str, Value]:
        """What the system shows of these fields once they are written; None is what it does not show.

        There may be more of them: fields that are written over by these.
        """
        ...

    def unfit(self, fields: Mapping[str, Value], *, is_new: bool) -> str | None:
        """Why the system cannot take these fields, without their values; None where it can."""
        ...

    def create(self, record: Mapping[str, Value], on_job: OnJob) -> str | None:
        """Sends one create; the new record's id, where the system names it.

        Raises:
            ErpRejected: the system refused it.
            OutcomeUnknown: it may have been done.
            StillUnderWay: it may yet be done at any later moment.
        """
        ...

    def update(self, current: Current, changes: Mapping[str, Value], on_job: OnJob) -> None:
        """Sends one update of these fields; one that needs the record as it was read is refused when it is not.

        Raises:
            ErpRejected: the system refused it; with status 412 because somebody else changed the record.
            OutcomeUnknown: it may have been done.
            StillUnderWay: it may yet be done at any later moment.
        """
        ...

    def outcome_of_job(self, job: str) -> str | None:
        """Waits for a write that the system does later; the record's id, where it names it.

        Raises:
            ErpRejected: as ``create`` and ``update``.
            OutcomeUnknown: the system does not know the job, or not what came of it.
            StillUnderWay: it may yet be done at any later moment.
        """
        ...
