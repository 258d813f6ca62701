"""What one list of a system holds on one day, and what has become of it since the day before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Changes:
    """What was added, changed and deleted since the day before, by source id; nothing on day 0."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()

    def plain(self) -> dict[str, list[str]]:
        """The same as plain JSON values."""
        return {"added": list(self.added), "changed": list(self.changed), "deleted": list(self.deleted)}


@dataclass(frozen=True, slots=True)
class Deletion:
    """What was deleted, and on which day."""

    source_id: str
    day: int


@dataclass(frozen=True, slots=True)
class Book(Generic[T]):
    """The things of one list by source id, in the order in which they are served."""

    things: Mapping[str, T]
    day: int = 0
    changes: Changes = Changes()
    deletions: tuple[Deletion, ...] = ()

    def turned(self, things: Mapping[str, T]) -> Book[T]:
        """The book of the next day, which holds ``things``."""
        deleted = tuple(key for key in self.things if key not in things)
        changes = Changes(
            added=tuple(key for key in things if key not in self.things),
            changed=tuple(key for key, thing in things.items() if self.things.get(key, thing) != thing),
            deleted=deleted,
        )
        day = self.day + 1
        return Book(things, day, changes, (*self.deletions, *(Deletion(key, day) for key in deleted)))
