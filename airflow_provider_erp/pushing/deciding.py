"""What a record that is looked at asks for: one write, or none and why; and what it tells of a write that was lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from airflow_provider_erp.normalise.fields import normalise
from airflow_provider_erp.pushing.journal import Entry, Intent, Outcome, Receipt, key_of
from airflow_provider_erp.pushing.keyless import Keyless
from airflow_provider_erp.pushing.target import Current, Match, Target, Value, Wish

_IDENTIFIERS = ("org_number", "vat_number")
_NO_KEY = (
    "it has no unique key to look it up by, so that each run would create it again; give its number, or say "
    "mode='create' and allow_keyless=True where it is surely new"
)
_NOT_ASKED = "it has none of the keys of match_on that the system can be asked for; give its number"
_OTHERS = (
    "a record with this {} is there with another {} than was to be written: it is somebody else's, or was changed "
    "since; nothing is written over it"
)

FOUND = "its answer was lost; the system holds what was to be written"
"""The reason of a write that was looked up: it was most likely this one, though another may have written the same."""
_NO_VERSION = "the system has no versions to hold it to; leave out its version, and say what is expected"
_CHANGED = "changed since the plan was made: "
_SAME = "it is the same record as "
_TAKEN = "a record with this {} exists already, under another {}; nothing was created"


@dataclass(frozen=True, slots=True)
class Deed:
    """A write: of a new record, or of changes to one that is there."""

    fields: Mapping[str, Value]
    current: Current | None = None


@dataclass(frozen=True, slots=True)
class Decider:
    """Looks at records of one system, and writes nothing."""

    target: Target
    now: Callable[[], dt.datetime]
    keyless: Keyless | None = None
    """Where records without a key may be created."""
    seen: dict[str, str] = field(default_factory=dict)
    """By a record's id in the system: the first of this push that turned out to be it."""

    def decide(self, wish: Wish) -> Receipt | Deed:
        """What is to be sent, or why nothing is; only reads."""
        if wish.objection:
            return self.receipt("refused", reason=wish.objection)
        try:
            found = self._find(wish.match)
            taken = None if found or wish.mode == "update" else self._taken(wish)
        except ValueError as exc:
            return self.receipt("refused", reason=str(exc))
        if len(found) > 1:
            return self.receipt("refused", reason=f"{len(found)} records have this {_key_of(wish)}; it must be unique")
        return self._of_one(wish, found[0]) if found else taken or self._of_none(wish)

    def _of_none(self, wish: Wish) -> Receipt | Deed:
        if wish.mode == "update":
            gone = f"no record has this {wish.match.by} any more" if wish.match else _NOT_ASKED
            return self.receipt("refused", reason=gone)
        if wish.match is None and (objection := self._objection(wish)):
            return self.receipt("refused", reason=objection)
        return self._fit(Deed(wish.to))

    def _taken(self, wish: Wish) -> Receipt | None:
        """A refusal of a new record where another one has a key of it."""
        for match in wish.besides:
            for current in self._find(match):
                if current.other_kind:
                    return self.receipt("refused", id=current.id, reason=_other_kind(match, current))
                if not any(_is_found_by(current, each) for each in wish.siblings if each != wish.match):
                    return self.receipt("refused", id=current.id, reason=_TAKEN.format(match.by, _key_of(wish)))
        return None

    def _of_one(self, wish: Wish, current: Current) -> Receipt | Deed:
        if current.other_kind:
            return self.receipt("refused", id=current.id, reason=_other_kind(wish.match, current))
        if (first := self.seen.setdefault(current.id, wish.key)) != wish.key:
            same = f"{_SAME}{first!r} of this push; leave out one of them"
            return self.receipt("refused", id=current.id, reason=same)
        changes = self._changes(wish, current)
        if not changes:
            return self.receipt("unchanged", id=current.id)
        if wish.mode == "create":
            return self.receipt("refused", id=current.id, reason=f"a record with this {_key_of(wish)} exists already")
        if wish.version and current.version is None:
            return self.receipt("refused", id=current.id, reason=_NO_VERSION)
        if stale := _stale(wish, current, changes):
            return self.changed(current, stale)
        return self._over(Deed(changes, current)) or self._fit(Deed(changes, current))

    def _find(self, match: Match | None, *, anew: bool = False) -> Sequence[Current]:
        """The records with this key; those of another kind only where there is none of this one."""
        found = self.target.find(match, anew=anew) if match else ()
        return [each for each in found if not each.other_kind] or found

    def _objection(self, wish: Wish) -> str | None:
        """Why a record without a key must not be created."""
        if wish.mode != "create" or self.keyless is None:
            return _NO_KEY
        return self.keyless.objection(wish.to, key_of(wish.key, wish.to))

    def _changes(self, wish: Wish, current: Current) -> dict[str, Value]:
        """The fields that the system does not show as they shall be; what it never shows is not asked about."""
        shown = self.target.held(wish.to)
        other = {name for name, value in shown.items() if _is_other(current, name, value)}
        hidden = {name for name in wish.to if wish.to[name] and shown.get(name) is None}
        return {name: value for name, value in wish.to.items() if name in other - hidden}

    def changed(self, current: Current, names: Iterable[str]) -> Receipt:
        """The refusal of a record of which somebody changed these fields."""
        return self.receipt("refused", id=current.id, reason=f"{_CHANGED}{', '.join(names)}")

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
        return self.receipt("refused", reason=f"it would write over {', '.join(lost)}; say what that shall be, too")

    def _fit(self, deed: Deed) -> Receipt | Deed:
        why = self.target.unfit(deed.fields, is_new=deed.current is None)
        return self.receipt("refused", reason=why) if why else deed

    def found(self, wish: Wish, intent: Intent) -> Receipt | None:
        """What the record itself tells of the write; None where it is as it was before.

        A record that is there may be somebody else's: it was created by us
        only if it holds all that was to be written.
        """
        try:
            found = self._find(wish.match, anew=True) or self._renumbered(wish)
        except ValueError as exc:
            return self.receipt("unknown", reason=str(exc))
        if len(found) > 1:
            return self.receipt("unknown", reason=f"{len(found)} records have this {_key_of(wish)}")
        if not found:
            gone = self.receipt("unknown", reason=f"no record has this {_key_of(wish)} any more")
            return None if intent.action == "create" else gone
        self.seen.setdefault(found[0].id, wish.key)
        if found[0].other_kind:
            return self.receipt("unknown", id=found[0].id, reason=_other_kind(wish.match, found[0]))
        other = self._changes(wish, found[0])
        if intent.action == "update":
            return None if other else self.receipt("updated", id=found[0].id, reason=FOUND)
        if other:
            return self.receipt("unknown", id=found[0].id, reason=_OTHERS.format(_key_of(wish), ", ".join(other)))
        return self.receipt("created", id=found[0].id, reason=FOUND)

    def _renumbered(self, wish: Wish) -> Sequence[Current]:
        """The record by its new key, where its id tells that it is the same."""
        match = wish.match
        if match is None or match.source_id is None or not (new := wish.to.get(match.by)):
            return ()
        return self._find(replace(match, value=new), anew=True)

    def receipt(
        self,
        outcome: Outcome,
        *,
        id: str | None = None,  # noqa: A002
        reason: str = "",
        said: str | None = None,
    ) -> Receipt:
        """What came of a record, as of now."""
        return Receipt(outcome=outcome, at=self.now(), id=id, reason=reason, said=said)


def stands(entry: Entry) -> bool:
    """Whether what came of a record is settled; otherwise it is decided anew.

    Surely nothing was written of what is ``unsent``, and of what was refused
    before its attempt was begun, whose cause may be gone: arguments, a mark, a
    record in the system. What was changed since the plan stays refused,
    whatever becomes of it, and so does a second record of one customer.
    """
    receipt = entry.receipt
    if receipt is None or receipt.outcome == "unsent":
        return False
    was_sent = entry.intended == entry.attempt
    return receipt.outcome != "refused" or was_sent or receipt.reason.startswith((_CHANGED, _SAME))


def is_same(before: Receipt, now: Receipt) -> bool:
    """Whether both tell the same, at whatever moment."""
    return msgspec.structs.replace(now, at=before.at) == before


def _is_other(current: Current, name: str, value: Value) -> bool:
    """What is empty and what is not there are the same to a push, and so are two spellings of an identifier.

    Blanks around a value are not read.
    """
    held, value = (current.fields.get(name) or "").strip(), (value or "").strip()
    if held and value and name in _IDENTIFIERS:
        country = normalise("country", current.fields.get("country")) or ""
        return normalise(name, held, country) != normalise(name, value, country)
    return held != value


def _stale(wish: Wish, current: Current, changes: Iterable[str]) -> list[str]:
    """What is no longer as it is expected, by name."""
    fields = [name for name in changes if name in wish.expected and _is_other(current, name, wish.expected[name])]
    return [*fields, "version"] if wish.version and wish.version != current.version else fields


def _is_found_by(current: Current, match: Match) -> bool:
    held, country = current.fields.get(match.by), normalise("country", current.fields.get("country")) or ""
    if match.by == "source_id":
        return held == match.value
    return normalise(match.by, held, country) == normalise(match.by, match.value, match.country or country)


def _other_kind(match: Match | None, current: Current) -> str:
    key = match.by if match else "key"
    return f"the record with this {key} is no customer there ({current.other_kind}); nothing was written"


def _key_of(wish: Wish) -> str:
    return wish.match.by if wish.match else "key"
