"""The shape of raw records: which fields came, of which JSON types, and what is otherwise than before."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from airflow_provider_erp.protocol.messages import UNREADABLE

FIRST_ROWS, THEN_EVERY = 1000, 100
"""All of the first rows are looked at, and then one of so many."""

ABSENT = "absent"
"""Stands among a field's types when some of the objects that might have it do not."""

RARE = "rare"
"""Stands there when fewer than one in fifty of them have it."""

_MOST_PATHS = 500
_ENOUGH_ROWS = 20
_ONE_IN = 50
_ROOT = ""
_XML = "xml"
_ELEMENT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_TYPES = {type(None): "null", str: "text", int: "number", float: "number", bool: "truth", dict: "object", list: "array"}

Schema = Mapping[str, Sequence[str]]


class SchemaRecorder:
    """Collects the fields of records, nested ones as dotted paths, items of lists as ``[]``.

    A dot within a name is written ``%2E``. Of a record in XML these are the
    names of its elements. A few hundred paths are kept.
    """

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
        return {path: sorted(self._types[path] | self._marks(path)) for path in sorted(self._types)}

    def _marks(self, path: str) -> set[str]:
        seen, holders = self._seen[path], self._holders[path.rpartition(".")[0]]
        if path.endswith("[]") or seen >= holders:
            return set()
        return {ABSENT, RARE} if seen * _ONE_IN < holders else {ABSENT}

    def _look_at(self, row: msgspec.Raw) -> None:
        try:
            self._note(_ROOT, _elements(msgspec.json.decode(row)))
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
                part = name.replace(".", "%2E")
                self._note(f"{path}.{part}" if path else part, inner)
        elif isinstance(value, list):
            for inner in value:
                self._note(f"{path}[]", inner)


def drift(before: Schema, after: Schema, *, rows: int, rows_before: int = FIRST_ROWS) -> Iterator[str]:
    """What is otherwise after than before, a line each; ``rows`` are how many came.

    Nothing is told that chance may explain: a null beside a type is no other
    type; a few rows do not prove that a field is not there, and it takes many
    where only some rows have it, or few have what it lies in; rare fields
    come and go. Of a schema that reached the most paths only types are told.
    """
    if not before or not after:
        return
    if max(len(before), len(after)) < _MOST_PATHS:
        for path in sorted(after.keys() - before.keys()):
            if _is_proof(path, after[path], before, rows_before):
                yield f"field {path} appeared ({_told(after[path])})"
        for path in sorted(before.keys() - after.keys()):
            if _is_proof(path, before[path], after, rows):
                yield f"field {path} vanished ({_told(before[path])})"
    for path in sorted(before.keys() & after.keys()):
        was, now = _plain(before[path]), _plain(after[path])
        if was and now - was:
            yield f"field {path} changed its type ({_told(was)} before, now {_told(now)})"


def _is_proof(path: str, types: Sequence[str], lacking: Schema, rows: int) -> bool:
    """Whether so many rows without a field say that there is none, if it has these types where it is found."""
    holder = path.rpartition(".")[0]
    if path.endswith("[]") or RARE in types or (holder and "object" not in lacking.get(holder, ())):
        return False
    return rows >= (FIRST_ROWS if ABSENT in types or not _in_each_row(holder, lacking) else _ENOUGH_ROWS)


def _in_each_row(path: str, schema: Schema) -> bool:
    """Whether each row has one object there; the row itself is the empty path."""
    while path:
        if "[]" in path or list(schema[path]) != ["object"]:
            return False
        path = path.rpartition(".")[0]
    return True


def _elements(record: Any) -> Any:
    """The record, or the names of its elements where it is XML."""
    if isinstance(record, dict) and record.keys() == {_XML} and isinstance(record[_XML], str):
        return {_XML: dict.fromkeys(_ELEMENT.findall(record[_XML]), "")}
    return record


def _plain(types: Sequence[str]) -> set[str]:
    return set(types) - {"null", ABSENT, RARE}


def _told(types: Sequence[str] | set[str]) -> str:
    return " or ".join(sorted(set(types) - {ABSENT, RARE}))
