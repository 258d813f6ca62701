"""One record of a push: looked at first, written once, and never again before it is known what came of it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import msgspec

from airflow_provider_erp.exceptions import (
    ErpAuthError,
    ErpProtocolError,
    ErpRejected,
    ErpUnavailable,
    OutcomeUnknown,
    StillUnderWay,
)
from airflow_provider_erp.pushing.deciding import Decider, Deed, is_same, stands
from airflow_provider_erp.pushing.journal import Action, Create, Entry, Intent, Job, Journal, Outcome, Receipt, key_of
from airflow_provider_erp.pushing.keyless import Keyless
from airflow_provider_erp.pushing.target import OnJob, Target, Value, Wish

_CHANGED_MEANWHILE = 412
_MOST_SENDS = 2
"""A write whose answer is lost, and that was surely not done, is sent once more; then it is left to a person."""
_GONE = 404
_NOT_DONE = ("rejected", "unsent")
_TAKEN = "the system took it and was not finished with it in time; look for it there before it is pushed again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pusher:
    """Pushes the records of one plan, each by itself; several threads may push different records.

    ``by`` names the task instance in the journal. ``now`` and ``sleep`` are the
    clock, in UTC and seconds. ``keyless`` is there where records without a key
    may be created.
    """

    target: Target
    journal: Journal
    by: str
    now: Callable[[], dt.datetime]
    sleep: Callable[[float], object]
    keyless: Keyless | None = None
    seen: dict[str, str] = field(default_factory=dict)
    """By a record's id in the system: the first of this push that turned out to be it."""

    def creating(self, create: Create) -> Pusher:
        """The same, with another way to make files that must not be there."""
        keyless = replace(self.keyless, create=create) if self.keyless else None
        return replace(self, journal=replace(self.journal, create=create), keyless=keyless)

    @property
    def decider(self) -> Decider:
        """Looks at records, and writes nothing."""
        return Decider(self.target, self.now, self.keyless, self.seen)

    def push(self, wish: Wish, entry: Entry | None = None) -> Receipt:
        """What came of the record; ``entry`` is what the journal knew of it before.

        Raises:
            ErpUnavailable, ErpAuthError, ErpProtocolError: the system could not be asked; the next try takes the
                record up again.
            FileExistsError: another task pushes this record.
        """
        if entry and entry.receipt and stands(entry):
            return self._told_before(wish, entry, entry.receipt)
        attempt = entry.attempt if entry else 0
        intent, job = (entry.intent, entry.job) if entry and not entry.receipt else (None, None)
        for _ in range(_MOST_SENDS):
            receipt = self._after_loss(wish, intent, job) if intent else None
            if receipt is not None:
                return self._told(wish, attempt, receipt)
            decided = self._decide(wish, intent)
            attempt += 1
            if isinstance(decided, Receipt):
                before = entry.receipt if entry else None
                return before if before and is_same(before, decided) else self._told(wish, attempt, decided)
            intent, job = self._intend(wish, attempt, decided), None
            try:
                return self._told(wish, attempt, self._send(intent, decided, self._on_job(wish, attempt)))
            except StillUnderWay:
                return self._told(wish, attempt, self._still_under_way(wish, intent))
            except OutcomeUnknown:
                continue
            except (ErpUnavailable, ErpAuthError):
                self._told(wish, attempt, self.decider.receipt("unsent"))
                raise
        lost = self.decider.receipt(
            "unknown", reason=f"its answer was lost {_MOST_SENDS} times; look for it in the system"
        )
        return self._told(wish, attempt, (self._after_loss(wish, intent) if intent else None) or lost)

    def _decide(self, wish: Wish, lost: Intent | None) -> Receipt | Deed:
        """What is to be sent; nothing over what somebody changed since a write that was lost was begun."""
        decided = self.decider.decide(wish)
        if isinstance(decided, Receipt):
            return decided
        if decided.current and lost and lost.before not in (None, _before(decided)):
            return self.decider.changed(decided.current, decided.fields)
        objection = self._begin_keyless(wish)
        return self.decider.receipt("refused", reason=objection) if objection else decided

    def _told_before(self, wish: Wish, entry: Entry, receipt: Receipt) -> Receipt:
        """What is unknown is asked for and looked for once more, and never sent again: a person has to look."""
        if receipt.outcome != "unknown" or entry.intent is None:
            return receipt
        found = self._of_job(wish, entry.intent, entry.job) or self.decider.found(wish, entry.intent)
        return self._told(wish, entry.attempt + 1, found) if found and found.outcome != "unknown" else receipt

    def _after_loss(self, wish: Wish, intent: Intent, job: Job | None = None) -> Receipt | None:
        """What came of a write that nobody has an answer to; None when it was surely not done.

        The whole time is waited for from here on, when the loss came or a next
        try first looks: an intent is older than its request by every pause
        before that was sent.
        """
        receipt = self._of_job(wish, intent, job)
        if receipt is not None:
            return receipt
        if wish.match is None:
            return self.decider.receipt(
                "unknown", reason="the answer was lost, and no unique key says whether it was done"
            )
        receipt = self.decider.found(wish, intent)
        if receipt is None:
            self.sleep(self.target.timeout_seconds)
            receipt = self.decider.found(wish, intent)
        return receipt

    def _of_job(self, wish: Wish, intent: Intent, job: Job | None) -> Receipt | None:
        """What the system says of a write that it does later; None where there is no such job, or it does not know."""
        if job is None:
            return None
        try:
            return self._answered(intent, lambda: self.target.outcome_of_job(job.id))
        except StillUnderWay:
            return self._still_under_way(wish, intent)
        except OutcomeUnknown:
            return None

    def _still_under_way(self, wish: Wish, intent: Intent) -> Receipt:
        return self.decider.found(wish, intent) or self.decider.receipt("unknown", reason=_TAKEN)

    def _begin_keyless(self, wish: Wish) -> str | None:
        """Why another create keeps this one from being sent; None where it may be."""
        if wish.match is not None or self.keyless is None:
            return None
        return self.keyless.begin(wish.to, key_of(wish.key, wish.to), at=self.now(), by=self.by)

    def _intend(self, wish: Wish, attempt: int, deed: Deed) -> Intent:
        current = deed.current
        action: Action = "update" if current else "create"
        intent = Intent(
            action=action,
            at=self.now(),
            by=self.by,
            body=_digest(deed.fields),
            id=current.id if current else None,
            before=_before(deed),
        )
        self.journal.intend(key_of(wish.key, wish.to), attempt, intent)
        return intent

    def _on_job(self, wish: Wish, attempt: int) -> OnJob:
        def note(job: str) -> None:
            self.journal.take(key_of(wish.key, wish.to), attempt, Job(id=job, at=self.now()))

        return note

    def _send(self, intent: Intent, deed: Deed, on_job: OnJob) -> Receipt:
        current = deed.current

        def send() -> str | None:
            if current is None:
                return self.target.create(deed.fields, on_job)
            self.target.update(current, deed.fields, on_job)
            return current.id

        return self._answered(intent, send)

    def _answered(self, intent: Intent, ask: Callable[[], str | None]) -> Receipt:
        """What the system answers to a write, or says of it later."""
        try:
            answer = ask()
            done: Outcome = "created" if intent.action == "create" else "updated"
            return self.decider.receipt(done, id=answer if intent.action == "create" else intent.id)
        except ErpRejected as exc:
            if exc.status == _CHANGED_MEANWHILE:
                return self.decider.receipt("refused", reason="somebody changed the record at the same moment")
            return self.decider.receipt("rejected", reason=str(exc), said=getattr(exc, "said", None))
        except ErpProtocolError as exc:
            if exc.status != _GONE or intent.action == "create":
                raise
            return self.decider.receipt("refused", id=intent.id, reason="the record is gone")

    def _told(self, wish: Wish, attempt: int, receipt: Receipt) -> Receipt:
        self.journal.settle(key_of(wish.key, wish.to), attempt, receipt)
        if wish.match is None and self.keyless is not None and receipt.outcome in _NOT_DONE:
            self.keyless.give_back(wish.to, key_of(wish.key, wish.to))
        return receipt


def _before(deed: Deed) -> str | None:
    """The digest of what the fields of an update hold; None of a create."""
    return _digest({name: deed.current.fields.get(name) for name in deed.fields}) if deed.current else None


def _digest(fields: Mapping[str, Value]) -> str:
    return hashlib.sha256(msgspec.json.encode(fields, order="deterministic")).hexdigest()[:32]
