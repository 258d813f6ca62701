"""One record of a push: looked at first, written once, and never again before it is known what came of it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from airflow_provider_erp.exceptions import (
    ErpAuthError,
    ErpProtocolError,
    ErpRejected,
    ErpUnavailable,
    OutcomeUnknown,
    StillUnderWay,
)
from airflow_provider_erp.normalise.fields import normalise
from airflow_provider_erp.pushing.journal import Entry, Intent, Journal, Outcome, Receipt, key_of
from airflow_provider_erp.pushing.target import Current, Target, Value, Wish

_CHANGED_MEANWHILE = 412
_MOST_SENDS = 2
"""A write whose answer is lost, and that was surely not done, is sent once more; then it is left to a person."""
_GONE = 404
_IDENTIFIERS = ("org_number", "vat_number")
_NO_KEY = "it has no unique key to look it up by; give its number, or say mode='create' where it is surely new"
_TAKEN = "the system took it and was not finished with it in time; look for it there before it is pushed again"


@dataclass(frozen=True, slots=True)
class Deed:
    """A write: of a new record, or of changes to one that is there."""

    fields: Mapping[str, Value]
    current: Current | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pusher:
    """Pushes the records of one plan, each by itself; several threads may push different records.

    ``by`` names the task instance in the journal. ``now`` and ``sleep`` are the
    clock, in UTC and seconds.
    """

    target: Target
    journal: Journal
    by: str
    now: Callable[[], dt.datetime]
    sleep: Callable[[float], object]

    def push(self, wish: Wish, entry: Entry | None = None) -> Receipt:
        """What came of the record; ``entry`` is what the journal knew of it before.

        Raises:
            ErpUnavailable, ErpAuthError, ErpProtocolError: the system could not be asked; the next try takes the
                record up again.
            FileExistsError: another task pushes this record.
        """
        if entry and entry.receipt and entry.receipt.outcome != "unsent":
            return self._told_before(wish, entry, entry.receipt)
        attempt = entry.attempt if entry else 0
        intent = entry.intent if entry and not entry.receipt else None
        for _ in range(_MOST_SENDS):
            receipt = self._after_loss(wish, intent) if intent else None
            if receipt is not None:
                return self._told(wish, attempt, receipt)
            decided = self.decide(wish)
            attempt += 1
            if isinstance(decided, Receipt):
                return self._told(wish, attempt, decided)
            intent = self._intend(wish, attempt, decided)
            try:
                return self._told(wish, attempt, self._send(decided))
            except StillUnderWay:
                return self._told(wish, attempt, self._found(wish, intent) or self._receipt("unknown", reason=_TAKEN))
            except OutcomeUnknown:
                continue
            except (ErpUnavailable, ErpAuthError):
                self._told(wish, attempt, self._receipt("unsent"))
                raise
        lost = self._receipt("unknown", reason=f"its answer was lost {_MOST_SENDS} times; look for it in the system")
        return self._told(wish, attempt, (self._after_loss(wish, intent) if intent else None) or lost)

    def _told_before(self, wish: Wish, entry: Entry, receipt: Receipt) -> Receipt:
        """What is unknown is looked for once more, and never sent again: a person has to look."""
        found = self._found(wish, entry.intent) if receipt.outcome == "unknown" and entry.intent else None
        return self._told(wish, entry.attempt + 1, found) if found and found.outcome != "unknown" else receipt

    def decide(self, wish: Wish) -> Receipt | Deed:
        """What is to be sent, or why nothing is; only reads."""
        try:
            found = self.target.find(wish.match) if wish.match else ()
        except ValueError as exc:
            return self._receipt("refused", reason=str(exc))
        if len(found) > 1:
            return self._receipt("refused", reason=f"{len(found)} records have this {_key_of(wish)}; it must be unique")
        if not found and wish.mode == "update":
            return self._receipt("refused", reason=f"no record has this {_key_of(wish)} any more")
        if not found and wish.match is None and wish.mode == "upsert":
            return self._receipt("refused", reason=_NO_KEY)
        if not found:
            return self._fit(Deed(wish.to))
        current = found[0]
        changes = self._changes(wish, current)
        if not changes:
            return self._receipt("unchanged", id=current.id)
        if wish.mode == "create":
            return self._receipt("refused", id=current.id, reason=f"a record with this {_key_of(wish)} exists already")
        stale = [name for name in changes if name in wish.expected and _is_other(current, name, wish.expected[name])]
        if stale:
            return self._receipt(
                "refused", id=current.id, reason=f"changed since the plan was made: {', '.join(stale)}"
            )
        return self._over(Deed(changes, current)) or self._fit(Deed(changes, current))

    def _changes(self, wish: Wish, current: Current) -> dict[str, Value]:
        """The fields that the system does not show as they shall be; what it never shows is not asked about."""
        shown = self.target.held(wish.to)
        other = {name for name, value in shown.items() if _is_other(current, name, value)}
        hidden = {name for name in wish.to if wish.to[name] and shown.get(name) is None}
        return {name: value for name, value in wish.to.items() if name in other - hidden}

    def _over(self, deed: Deed) -> Receipt | None:
        """A refusal of changes that would write over a field that they say nothing of."""
        current = deed.current
        shown = self.target.held(deed.fields)
        lost = [
            name
            for name, value in shown.items()
            if current and name not in deed.fields and current.fields.get(name) and _is_other(current, name, value)
        ]
        if not lost:
            return None
        return self._receipt("refused", reason=f"it would write over {', '.join(lost)}; say what that shall be, too")

    def _fit(self, deed: Deed) -> Receipt | Deed:
        why = self.target.unfit(deed.fields, is_new=deed.current is None)
        return self._receipt("refused", reason=why) if why else deed

    def _after_loss(self, wish: Wish, intent: Intent) -> Receipt | None:
        """What came of a write that nobody has an answer to; None when it was surely not done."""
        if wish.match is None:
            return self._receipt("unknown", reason="the answer was lost, and no unique key says whether it was done")
        receipt = self._found(wish, intent)
        waiting = self.target.timeout_seconds - (self.now() - intent.at).total_seconds()
        if receipt is None and waiting > 0:
            self.sleep(waiting)
            receipt = self._found(wish, intent)
        return receipt

    def _found(self, wish: Wish, intent: Intent) -> Receipt | None:
        """What the record itself tells of the write; None where it is as it was before."""
        found = self.target.find(wish.match, anew=True) if wish.match else ()
        if len(found) > 1:
            return self._receipt("unknown", reason=f"{len(found)} records have this {_key_of(wish)}")
        if intent.action == "create":
            return self._receipt("created", id=found[0].id) if found else None
        if not found:
            return self._receipt("unknown", reason=f"no record has this {_key_of(wish)} any more")
        return None if self._changes(wish, found[0]) else self._receipt("updated", id=found[0].id)

    def _intend(self, wish: Wish, attempt: int, deed: Deed) -> Intent:
        body = hashlib.sha256(msgspec.json.encode(deed.fields, order="deterministic")).hexdigest()[:32]
        intent = Intent(action="update" if deed.current else "create", at=self.now(), by=self.by, body=body)
        self.journal.intend(key_of(wish.key, wish.to), attempt, intent)
        return intent

    def _send(self, deed: Deed) -> Receipt:
        try:
            if deed.current is None:
                return self._receipt("created", id=self.target.create(deed.fields))
            self.target.update(deed.current, deed.fields)
            return self._receipt("updated", id=deed.current.id)
        except ErpRejected as exc:
            if exc.status == _CHANGED_MEANWHILE:
                return self._receipt("refused", reason="somebody changed the record at the same moment")
            return self._receipt("rejected", reason=str(exc), said=getattr(exc, "said", None))
        except ErpProtocolError as exc:
            if exc.status != _GONE or deed.current is None:
                raise
            return self._receipt("refused", id=deed.current.id, reason="the record is gone")

    def _receipt(
        self,
        outcome: Outcome,
        *,
        id: str | None = None,  # noqa: A002
        reason: str = "",
        said: str | None = None,
    ) -> Receipt:
        return Receipt(outcome=outcome, at=self.now(), id=id, reason=reason, said=said)

    def _told(self, wish: Wish, attempt: int, receipt: Receipt) -> Receipt:
        self.journal.settle(key_of(wish.key, wish.to), attempt, receipt)
        return receipt


def _is_other(current: Current, name: str, value: Value) -> bool:
    """What is empty and what is not there are the same to a push, and so are two spellings of an identifier."""
    held = current.fields.get(name)
    if held and value and name in _IDENTIFIERS:
        country = normalise("country", current.fields.get("country")) or ""
        return normalise(name, held, country) != normalise(name, value, country)
    return (held or "") != (value or "")


def _key_of(wish: Wish) -> str:
    return wish.match.by if wish.match else "key"
