"""What was written over one planted row, value by value."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_erp.sandbox.serving import Row

Path = tuple[str, ...]


@dataclass(slots=True)
class Patch:
    """The written values by their path; a list is one value.

    ``growing`` are the stamps of a row: as texts they only grow, whoever
    writes them. ``is_fresh``: something was written since the day began.
    """

    growing: tuple[str, ...]
    values: dict[Path, Any] = field(default_factory=dict)
    is_fresh: bool = True

    def note(self, before: Row, after: Row) -> None:
        """Adds what a write changes."""
        self.values |= {path: value for path, value in leaves(after) if leaf(before, path) != value}
        self.is_fresh = True

    def over(self, planted: Row) -> Row:
        """The planted row with the written values."""
        row = deepcopy(planted)
        for path, value in self.values.items():
            name, *_ = path
            put(row, path, max(row[name], value) if name in self.growing else value)
        return row

    def yield_to(self, was: Row, becomes: Row) -> None:
        """Gives up the values whose planted value changed."""
        changed = [path for path in self.values if leaf(was, path) != leaf(becomes, path)]
        for path in changed:
            if path[0] not in self.growing:
                del self.values[path]


def leaves(row: Row, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The values of a row by their path."""
    for name, value in row.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, name))
        else:
            yield (*path, name), value


def leaf(row: Row, path: Path) -> Any:
    """The value at a path; what is not there is ``None``."""
    held: Any = row
    for name in path:
        held = held.get(name) if isinstance(held, dict) else None
    return held


def put(row: Row, path: Path, value: Any) -> None:
    """Sets the value at a path."""
    *parents, name = path
    for parent in parents:
        row = row.setdefault(parent, {})
    row[name] = value
