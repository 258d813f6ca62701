"""What a push was about to do and what came of it, so that a task that was killed goes on without a second effect.

One folder a plan, one small file a step, each created exclusively: an intent
before a record is written, a job where the system does it later, a receipt
after the answer. Nothing is changed or
removed, so that the folder also tells an auditor what happened.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal, TypeVar

import msgspec

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.paths import join

Step = TypeVar("Step", "Intent", "Job", "Receipt")
Action = Literal["create", "update"]
Create = Callable[[str, bytes], None]
Outcome = Literal["created", "updated", "unchanged", "rejected", "refused", "unknown", "unsent"]
"""After ``unsent``, which is surely not done, and mostly after ``refused`` a record is taken up again
(``deciding.stands``); after any other it is not written again under the same plan, and what is ``unknown`` is looked
for."""
_READERS = 16
_NAME = re.compile(r"(?P<record>[0-9a-f]{32})-(?P<attempt>\d{4,})-(?P<step>intent|job|receipt)\.json")


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """A write is about to be sent, at ``at``, by a task instance; ``body`` is the digest of what it says.

    ``id`` is the record's, where it is updated, and ``before`` the digest of
    what the fields that are written held. ``confirmed`` says that a person's
    word for the loss of some earlier write stood when it was begun.
    """

    action: Action
    at: dt.datetime
    by: str
    body: str
    id: str | None = None
    before: str | None = None
    confirmed: bool = False


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """The system took the write and does it later, as a job of its own with this id."""

    id: str
    at: dt.datetime


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a record: ``id`` in the system, where there is one, and why, in words without personal data.

    What was ``created`` or ``updated`` has a ``reason`` only where its answer was lost and the record told it.
    ``said`` are the system's own words, which may hold what stands in the record.
    """

    outcome: Outcome
    at: dt.datetime
    id: str | None = None
    reason: str = ""
    said: str | None = None


_INTENT = msgspec.json.Decoder(Intent).decode
_JOB = msgspec.json.Decoder(Job).decode
_RECEIPT = msgspec.json.Decoder(Receipt).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The last attempt at a record, counted from 1, with its receipt, and the last intent there was with its job.

    ``intended`` is the attempt of that intent, 0 where there is none.
    Without a receipt nobody knows what came of the intent; a job may be asked.
    """

    attempt: int
    intended: int = 0
    intent: Intent | None = None
    job: Job | None = None
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal of one plan, in a folder of its own; safe for several threads that write different records.

    Raises (all methods):
        FileExistsError: that step was written before, by whoever it was.
        ErpInconsistentRead: a file is none of this journal.
    """

    folder: str
    create: Create = storage.create
    """How a file is made that must not be there: ``storage.create``, or what stands for it."""

    def entries(self) -> Mapping[str, Entry]:
        """The last attempt at each record that was begun, by the key that :func:`key_of` gives."""
        steps: dict[str, dict[tuple[int, str], str]] = {}
        for name in storage.names(self.folder):
            if parts := _NAME.fullmatch(name):
                steps.setdefault(parts["record"], {})[int(parts["attempt"]), parts["step"]] = name
        last = {record: max(attempt for attempt, _ in found) for record, found in steps.items()}
        with ThreadPoolExecutor(_READERS) as readers:
            entries = readers.map(lambda record: self._entry(last[record], steps[record]), last)
            return dict(zip(last, entries, strict=True))

    def intend(self, record: str, attempt: int, intent: Intent) -> None:
        """Tells what is about to be sent; only then may it be."""
        self._write(record, attempt, "intent", intent)

    def take(self, record: str, attempt: int, job: Job) -> None:
        """Tells that the system took it and does it later."""
        self._write(record, attempt, "job", job)

    def settle(self, record: str, attempt: int, receipt: Receipt) -> None:
        """Tells what came of the attempt."""
        self._write(record, attempt, "receipt", receipt)

    def _write(self, record: str, attempt: int, step: str, content: Intent | Job | Receipt) -> None:
        address = join(self.folder, f"{record}-{attempt:04}-{step}.json")
        try:
            self.create(address, msgspec.json.encode(content))
        except FileExistsError:
            raise FileExistsError(
                f"{address} is there: another try of this task pushes the same record at the same moment; the next try "
                "goes on with what it did, see that only one runs"
            ) from None

    def _entry(self, attempt: int, steps: Mapping[tuple[int, str], str]) -> Entry:
        intended = max((each for each, step in steps if step == "intent"), default=0)
        return Entry(
            attempt=attempt,
            intended=intended,
            intent=self._read(steps.get((intended, "intent")), _INTENT),
            job=self._read(steps.get((intended, "job")), _JOB),
            receipt=self._read(steps.get((attempt, "receipt")), _RECEIPT),
        )

    def _read(self, name: str | None, decode: Callable[[bytes], Step]) -> Step | None:
        if name is None:
            return None
        try:
            return decode(storage.read(join(self.folder, name)))
        except msgspec.DecodeError as exc:
            raise ErpInconsistentRead(f"{join(self.folder, name)}: expected a step of a push, {exc}") from None


def key_of(record: str, fields: Iterable[str] = ()) -> str:
    """What is to be done with a record, named for a journal: of any length, and without personal data.

    The same record with other ``fields`` has another name: of a plan a person
    may approve a part now and a part later.
    """
    return hashlib.sha256("\0".join((record, *sorted(fields))).encode("utf-8", "surrogatepass")).hexdigest()[:32]
