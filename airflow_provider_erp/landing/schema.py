"""The shape of raw records: which fields came, of which JSON types, and what is otherwise than before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from airflow_provider_erp.protocol.messages import UNREADABLE

FIRST_ROWS, THEN_EVERY = 1000, 100
"""All of the first rows are looked at, and then one of so many."""

ABSENT = "absent"
"""Stands among a field's types when some of the objects that might have it do not."""

_MOST_PATHS = 500
_ENOUGH_ROWS = 20
_ROOT = ""
_TYPES = {type(None): "null", str: "text", int: "number", float: "number", bool: "truth", dict: "object", list: "array"}

Schema = Mapping[str, Sequence[str]]


class SchemaRecorder:
    """Collects the fields of records, nested ones as dotted paths, items of lists as ``[]``."""

    def __init__(self) -> None:
        self._rows = 0
        self._types: dict[str, set[str]] = {}
        self._holders: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()

    def add(self, rows: Sequence[msgspec.Raw]) -> None:
        """Takes note of those of the rows whose turn it is."""
        for row in rows[: max(0, FIRST_ROWS - self._rows)]:
            self._look_at(row)
        start = max(FIRST_ROWS - self._rows, -self._rows % THEN_EVERY)
        for row in rows[start::THEN_EVERY]:
            self._look_at(row)
        self._rows += len(rows)

    def result(self) -> dict[str, list[str]]:
        """The types of each path, sorted."""
        found = {}
        for path in sorted(self._types):
            holder = path.rpartition(".")[0]
            sometimes = not path.endswith("[]") and self._seen[path] < self._holders[holder]
            found[path] = sorted(self._types[path] | ({ABSENT} if sometimes else set()))
        return found

    def _look_at(self, row: msgspec.Raw) -> None:
        try:
            self._note(_ROOT, msgspec.json.decode(row))
        except UNREADABLE:
            return

    def _note(self, path: str, value: Any) -> None:
        if path != _ROOT:
            if path not in self._types and len(self._types) >= _MOST_PATHS:
                return
            self._types.setdefault(path, set()).add(_TYPES[type(value)])
            self._seen[path] += 1
        if isinstance(value, dict):
            self._holders[path] += 1
            for name, inner in value.items():
                self._note(f"{path}.{name}" if path else name, inner)
        elif isinstance(value, list):
            for inner in value:
                self._note(f"{path}[]", inner)


def drift(before: Schema, after: Schema, *, rows: int) -> Iterator[str]:
    """What is otherwise after than before, a line each; ``rows`` is how many came after.

    A null beside a type is no other type, and few rows do not prove that a
    field vanished.
    """
    if not before or not after:
        return
    for path in sorted(after.keys() - before.keys()):
        if _holder(path) in before or not _holder(path):
            yield f"field {path} appeared ({_told(after[path])})"
    for path in sorted(before.keys() - after.keys()):
        if rows >= _ENOUGH_ROWS and ABSENT not in before[path] and (_holder(path) in after or not _holder(path)):
            yield f"field {path} vanished ({_told(before[path])})"
    for path in sorted(before.keys() & after.keys()):
        was, now = _plain(before[path]), _plain(after[path])
        if was and now - was:
            yield f"field {path} changed its type ({_told(was)} before, now {_told(now)})"


def _holder(path: str) -> str:
    return path[:-2] if path.endswith("[]") else path.rpartition(".")[0]


def _plain(types: Sequence[str]) -> set[str]:
    return set(types) - {"null", ABSENT}


def _told(types: Sequence[str] | set[str]) -> str:
    return " or ".join(sorted(types))
