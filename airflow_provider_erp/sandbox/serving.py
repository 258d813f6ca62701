"""How a system serves the rows of a list, and where a fault of the day may disturb them.

A system that serves through ``select``, ``page`` and ``announced`` knows no
faults: whoever arms one lets the request be handled within ``disturbed``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic

from airflow_provider_erp.sandbox.world.books import Book, T

Row = dict[str, Any]
Test = Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class Fields:
    """Fields of one list that faults work on; ``number`` is the path to a value inside the row.

    ``text`` is a text and ``retyped`` a number of every row, ``optional`` a
    field that a row may lack by the document.
    """

    text: str
    number: tuple[str, ...]
    optional: str
    retyped: str


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What becomes of the rows of one answer; what is not given leaves all as it is.

    ``order`` is given the list and those of its rows that are selected, and
    changes the list for good; ``page`` gives the rows that are sent, and
    ``total`` the total that is announced.
    """

    order: Callable[[list[Row], list[Row]], None] | None = None
    page: Callable[[list[Row], Fields], list[Row]] | None = None
    total: Callable[[int], int] | None = None


class Shelf(Generic[T]):
    """One list on one day; its rows are written when they are first asked for, and their order may be disturbed."""

    def __init__(self, book: Book[T], write: Callable[[T], Row]) -> None:
        self.book, self._write = book, write

    @cached_property
    def rows(self) -> list[Row]:
        """The rows in the order in which they are served."""
        return [self._write(thing) for thing in self.book.things.values()]


_present: ContextVar[Disturbance] = ContextVar("disturbance", default=Disturbance())  # noqa: B039 - it is frozen


@contextmanager
def disturbed(disturbance: Disturbance) -> Iterator[None]:
    """Lets the rows that are served within the block be disturbed."""
    token = _present.set(disturbance)
    try:
        yield
    finally:
        _present.reset(token)


def select(rows: list[Row], tests: Iterable[Test]) -> list[Row]:
    """Those of a list's rows that pass all tests."""
    tests, order = list(tests), _present.get().order
    kept = [row for row in rows if all(test(row) for test in tests)]
    if order is None or not kept:
        return kept
    order(rows, kept)
    return [row for row in rows if all(test(row) for test in tests)]


def page(rows: list[Row], fields: Fields) -> list[Row]:
    """The rows of one answer, as they are sent."""
    change = _present.get().page
    return rows if change is None or not rows else change(rows, fields)


def announced(total: int) -> int:
    """The total that an answer announces."""
    change = _present.get().total
    return total if change is None else change(total)
