"""Canonical fields in the words of a system that takes them: what all systems share."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Value = str | None
Write = Callable[[Value], Mapping[str, Any]]
Question = str | Mapping[str, Any]
"""Where one record is read (a path), or the filters of the list that hold it."""


def _no_other_kind(_row: bytes, _defaults: Mapping[str, Any]) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushes:
    """How a system's customers are found, addressed, and told what they shall be.

    Attributes:
        words: canonical fields in the system's words; refuses what it has no field for.
        address: the canonical field by which writes are addressed.
        lookups: by canonical field: the questions whose answers hold the records with that value as it is written,
            and maybe others.
        check: refuses words that no change may have; ``check_new`` those that no new customer may have.
        held: what the system shows of fields, once they are written: in its own words, and of two that share one
            place one is not supplied.
        other_kind: what a row of the list is that is no customer, in words; None of one that is, and of what the
            defaults of new ones say is pushed.
    """

    words: Callable[[Mapping[str, Value]], dict[str, Any]]
    address: str
    lookups: Mapping[str, Callable[[str], Sequence[Question]]]
    check: Callable[[Mapping[str, Any]], object]
    check_new: Callable[[Mapping[str, Any]], object]
    held: Callable[[Mapping[str, Value]], Mapping[str, Value]] = dict
    other_kind: Callable[[bytes, Mapping[str, Any]], str | None] = _no_other_kind

    def new(self, fields: Mapping[str, Value], defaults: Mapping[str, Any]) -> dict[str, Any]:
        """A new customer's words; ``defaults`` count where the fields say nothing.

        Raises:
            ValueError: as ``words``.
        """
        words = copy.deepcopy(dict(defaults))
        _merge(words, self.words(fields))
        return words


_WHOLE = re.compile(r"0|[1-9][0-9]{0,17}")


class NoField(ValueError):
    """A system has no field for what is to be written."""


def spellings(identifier: str) -> list[str]:
    """An identifier as it is written, and without what stands between its letters and digits."""
    bare = "".join(sign for sign in identifier if sign.isalnum())
    return list(dict.fromkeys((identifier, bare)))


def in_words(system: str, fields: Mapping[str, Value], words: Mapping[str, Write]) -> dict[str, Any]:
    """The fields in a system's words.

    Raises:
        ValueError: a field that the system does not have, or a value that it cannot take; the message names the field.
    """
    written: dict[str, Any] = {}
    for name, value in fields.items():
        if name not in words:
            raise NoField(f"{system} has no field for {name!r}; it takes {', '.join(words)}")
        try:
            _merge(written, words[name](value))
        except ValueError as exc:
            raise ValueError(f"{system} cannot take this {name!r}: {exc}") from None
    return written


def _merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Adds more words; parts of one address come from several fields."""
    for name, value in more.items():
        into[name] = into.get(name, {}) | value if isinstance(value, Mapping) else value


def under(name: str, part: str = "") -> Write:
    """One field by another name, or a part of one."""
    return lambda value: {part: {name: value}} if part else {name: value}


def whole(first: str, *others: str, part: str = "", empty: Value = None) -> Write:
    """Several fields that are read as one: all goes into the first."""

    def write(value: Value) -> Mapping[str, Any]:
        fields = {first: value, **dict.fromkeys(others, empty)}
        return {part: fields} if part else fields

    return write


def number(name: str) -> Write:
    """A field that takes a whole number."""

    def write(value: Value) -> Mapping[str, Any]:
        if value is not None and not _WHOLE.fullmatch(value):
            raise ValueError("expected at most 18 digits, without zeros before them: the system would hold another")
        return {name: None if value is None else int(value)}

    return write


def word_of(words: Mapping[str, Mapping[str, Any]]) -> Write:
    """A field with words of its own."""

    def write(value: Value) -> Mapping[str, Any]:
        if value is None or value not in words:
            raise ValueError(f"expected one of {', '.join(words)}")
        return words[value]

    return write
