"""From a plan's changes to what shall become of each record, and by what it is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from airflow_provider_erp.corrections.plan import Change, by_subject
from airflow_provider_erp.normalise.fields import normalise
from airflow_provider_erp.normalise.fold import tidy
from airflow_provider_erp.normalise.identifiers import is_placeholder
from airflow_provider_erp.normalise.nothing import is_nothing
from airflow_provider_erp.pushing.sameness import Sameness
from airflow_provider_erp.pushing.target import Match, Mode, Value, Wish

_EXPECTS = "it says what the system holds, and is to be created; leave out one of the two"
_NO_NUMBER = "its number stands for none; leave it out"

Held = Callable[[Mapping[str, Value]], Mapping[str, Value]]


def wishes_of(
    changes: Iterable[Change], *, mode: Mode = "upsert", match_on: Sequence[str], keys: Sequence[str], held: Held = dict
) -> list[Wish]:
    """One wish a record, looked up by the first of ``match_on`` that it has and the system knows (``keys``).

    A change that says itself whether it updates or creates keeps to that;
    ``mode`` is for those that leave it to the push. Whose id is known, or of
    which something is known that it holds, is never created: one that is to be
    created and says what is held is refused. A value that stands for none
    (``-``, ``0000000-0``) is no key, and no number to be written, nor is one a
    key that the system would not show again (``held``). A number is tidied: digits of any width are the same,
    blanks around it are none of it. Of two records of one customer neither is
    to be written (``Sameness``). Before a record is created it is looked for
    by its other keys, too (``Wish.besides``).

    Raises:
        ValueError: the system knows none of ``match_on``, or two records have the same key.
    """
    known = [key for key in match_on if key in keys]
    if not known:
        raise ValueError(f"match_on: the system looks records up by {', '.join(keys)}; got {', '.join(match_on)}")
    wishes = [_wish(subject, group, mode, known, held) for subject, group in by_subject(changes).items()]
    objections, siblings = Sameness(wishes).objections(), Sameness(wishes).siblings()
    return [
        replace(wish, objection=wish.objection or objections.get(wish.key), siblings=siblings.get(wish.key, ()))
        for wish in wishes
    ]


def _wish(subject: str, group: Sequence[Change], mode: Mode, keys: Iterable[str], held: Held) -> Wish:
    first = group[0]
    is_update = first.action == "update"
    to: dict[str, Value] = {
        change.field: tidy(change.new) if change.field == "number" else change.new for change in group
    }
    expected = {change.field: change.old for change in group if is_update or change.old is not None}
    if first.action == "create":
        mode = "create"
    version = first.version if first.action == "upsert" and mode != "create" else None  # else another system's
    if is_update or ((first.record_id or expected or version) and mode != "create"):
        mode = "update"
    match = next(_matches(first, to, mode, keys, held), None)
    by_any = _matches(first, to, mode, keys, dict) if match and mode != "update" else ()
    return Wish(
        key=subject,
        to=to,
        expected=expected if mode != "create" else {},
        match=match,
        besides=tuple(each for each in by_any if match and each.by != match.by),
        record_id=first.record_id,
        version=version,
        mode=mode,
        objection=_objection(to, is_new=mode == "create", expects=bool(expected)),
    )


def _objection(to: Mapping[str, Value], *, is_new: bool, expects: bool) -> str | None:
    if is_new and expects:
        return _EXPECTS
    return _NO_NUMBER if _is_none(to.get("number")) else None


def _is_none(number: Value) -> bool:
    """Whether it says that there is none; what is empty says nothing."""
    return bool(number) and is_nothing(number or "")


def _matches(first: Change, to: Mapping[str, Value], mode: Mode, keys: Iterable[str], held: Held) -> Iterator[Match]:
    """By each key that has a value; a record whose id is known must be that one."""
    is_update = first.action == "update"
    shown = to if is_update else held(to)
    known: dict[str, Value] = {"source_id": first.record_id, "number": tidy(first.number or "")}
    country = normalise("country", to.get("country")) or ""
    for key in keys:
        if mode == "create" and key == "source_id":
            continue  # another system's: a new record gets its own
        value = known.get(key) or (None if is_update or shown.get(key) is None else to.get(key))
        if value and not _stands_for_none(key, value, to.get("country")):
            source_id = None if mode == "create" else first.record_id
            yield Match(by=key, value=value, source_id=source_id, country=country)


def _stands_for_none(key: str, value: str, country: Value) -> bool:
    if key == "source_id":
        return not value.strip()
    code = normalise("country", country) or ""
    return is_nothing(value) or (key != "number" and is_placeholder(value, code)) or not normalise(key, value, code)
