"""The customers of a system that takes writes: what was planted, and over it what was written, which outlives the day.

A planted change goes over what was written, value by value, but for one of the
day that follows the write: there the written value stays, or a correction could
be undone before anyone had looked at it. A customer that is planted to leave
takes what was written over it along; created ones never leave.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any

from airflow_provider_erp.sandbox.patches import Patch
from airflow_provider_erp.sandbox.serving import Row
from airflow_provider_erp.sandbox.world.books import Book
from airflow_provider_erp.sandbox.world.planting import Entry
from airflow_provider_erp.sandbox.world.stamps import naive_milliseconds, now

_FIRST_ID, _FIRST_NUMBER = 5_000_001, 900_001


@dataclass(frozen=True, slots=True)
class Marks:
    """How a system marks a row as changed: ``stamp`` sets the ``growing`` fields, as of a moment."""

    stamp: Callable[[Row, str], None]
    growing: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """What was written, counted: a number or organisation number of two new customers counts two."""

    created: int = 0
    updated: int = 0
    created_by_number: Counter[str] = field(default_factory=Counter)
    created_by_org_number: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)

    def plain(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        return {
            "created": self.created,
            "updated": self.updated,
            "created_by_number": dict(self.created_by_number),
            "created_by_org_number": dict(self.created_by_org_number),
            "actions": dict(self.actions),
        }


class Customers:
    """The customers of one system as they stand; whoever writes holds ``lock``."""

    def __init__(self, book: Book[Entry], write: Callable[[Entry], Row], marks: Marks) -> None:
        self.lock, self.tally = Lock(), Tally()
        self._write, self._marks = write, marks
        self._created: dict[str, Row] = {}
        self._patches: dict[str, Patch] = {}
        self._ids, self._numbers = itertools.count(_FIRST_ID), itertools.count(_FIRST_NUMBER)
        self._open(book)

    @property
    def book(self) -> Book[Entry]:
        """The planted customers."""
        return self._shelf.book

    @property
    def rows(self) -> list[Row]:
        """The rows in the order in which they are served, the created ones last."""
        return self._shelf.rows

    @property
    def by_id(self) -> Mapping[str, Row]:
        """The same rows by the id of their customer."""
        return self._shelf.by_id

    @property
    def created(self) -> list[str]:
        """The ids of the customers that were created, in that order."""
        return list(self._created)

    @property
    def written(self) -> set[str]:
        """The ids of the customers that were created, or over which something was written."""
        return {*self._created, *self._patches}

    def id_of(self, number: str) -> str | None:
        """The id of the customer with a number."""
        return next((source_id for source_id, row in self.by_id.items() if str(row["number"]) == number), None)

    def new_id(self) -> str:
        """An id that no customer has."""
        return str(next(self._ids))

    def new_number(self) -> str:
        """A number that no customer has."""
        return next(number for number in map(str, self._numbers) if self.id_of(number) is None)

    def create(self, source_id: str, row: Row, org_number: str) -> Row:
        """The new row, stamped."""
        by_id, rows = self._shelf.by_id, self._shelf.rows
        self._marks.stamp(row, next(self._moments))
        self._created[source_id] = by_id[source_id] = row
        rows.append(row)
        self.tally.created += 1
        self.tally.created_by_number[str(row["number"])] += 1
        if org_number:
            self.tally.created_by_org_number[org_number] += 1
        return row

    def change(self, source_id: str, after: Row) -> Row:
        """The customer's row, which is as ``after`` from now on, and stamped."""
        row = self._shelf.by_id[source_id]
        self._marks.stamp(after, next(self._moments))
        if source_id not in self._created:
            self._patches.setdefault(source_id, Patch(self._marks.growing)).note(row, after)
        row.clear()
        row.update(after)
        return row

    def show(self, book: Book[Entry]) -> None:
        """Serves the planted customers of the next day from now on, with what was written over them."""
        with self.lock:
            for source_id, patch in list(self._patches.items()):
                self._turn(patch, self.book.things[source_id], book.things.get(source_id))
            self._open(book)

    def _open(self, book: Book[Entry]) -> None:
        self._moments = _moments(book.day)
        self._shelf = _Shelf(book, self._row, self._created)
        if self.written:
            _ = self._shelf.rows  # now, because a writer and who asks for the truth are two threads

    def _row(self, entry: Entry) -> Row:
        row, patch = self._write(entry), self._patches.get(entry.source_id)
        return row if patch is None else patch.over(row)

    def _turn(self, patch: Patch, before: Entry, after: Entry | None) -> None:
        """Takes a written customer into the next day; where a planted change comes to it, its stamps grow once more."""
        if after is None:
            del self._patches[before.source_id]
            return
        if after != before:
            if not patch.is_fresh:
                patch.yield_to(self._write(before), self._write(after))
            row = self._row(after)
            self._marks.stamp(row, "")
            patch.values |= {(name,): row[name] for name in self._marks.growing}
        patch.is_fresh = False


class _Shelf:
    """The rows of one day; they are written when they are first asked for."""

    def __init__(self, book: Book[Entry], write: Callable[[Entry], Row], created: Mapping[str, Row]) -> None:
        self.book, self._write, self._created = book, write, created

    @cached_property
    def by_id(self) -> dict[str, Row]:
        """The planted customers, then the created ones."""
        return {source_id: self._write(entry) for source_id, entry in self.book.things.items()} | dict(self._created)

    @cached_property
    def rows(self) -> list[Row]:
        """The same as a list, whose order may be disturbed."""
        return list(self.by_id.values())


def _moments(day: int) -> Iterator[str]:
    """When the writes of a day happen: a millisecond after each other, later than all that is planted until then."""
    return (naive_milliseconds(now(day) + dt.timedelta(milliseconds=count)) for count in itertools.count(1))
