"""The four systems on one day, and how the next day's come from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from airflow_provider_erp.sandbox.world.books import Book
from airflow_provider_erp.sandbox.world.days import let_pass
from airflow_provider_erp.sandbox.world.planting import Entry, Planter
from airflow_provider_erp.sandbox.world.postings import Postings
from airflow_provider_erp.sandbox.world.truth import Member, Reconciliation, Records


@dataclass(frozen=True, slots=True)
class World:
    """The filled systems on one day, by vendor, and the truth about them."""

    seed: int
    customers: int
    day: int
    books: dict[str, Book[Entry]]
    reconciliations: list[Reconciliation]

    @property
    def entries(self) -> dict[str, list[Entry]]:
        """The customers of each system, in the order in which they are served."""
        return {vendor: list(book.things.values()) for vendor, book in self.books.items()}

    @property
    def postings(self) -> Postings:
        """The work on projects and its invoices."""
        return Postings(self.seed, self.customers, self.day)

    def truth(self) -> dict[str, Any]:
        """The planted breaks as plain JSON values."""
        day = {"seed": self.seed, "customers": self.customers, "day": self.day}
        plain = [each.plain() for each in self.reconciliations]
        return {**day, "reconciliations": plain, "postings": self.postings.plain()}


class Calendar:
    """The days of a world, from day 0 on; the same seed and number of customers give the same days.

    Raises:
        ValueError: a negative number of customers.
    """

    def __init__(self, seed: int, customers: int) -> None:
        if customers < 0:
            raise ValueError(f"sandbox: expected a number of customers of 0 or more, got {customers}")
        self._planter = Planter(seed, customers)
        books = {vendor: Book(dict(entries)) for vendor, entries in self._planter.entries.items()}
        self.today = World(seed, customers, 0, books, self._planter.truth())

    @property
    def members(self) -> list[Member]:
        """The planted customers as they are today."""
        return self._planter.members

    def records(self) -> Records:
        """What each system holds today, as planted."""
        return self._planter.records()

    def turn(self) -> World:
        """The world of the next day, which is today from now on."""
        before, day = self.today, self.today.day + 1
        let_pass(self._planter, day, before.customers)
        books = {vendor: book.turned(dict(self._planter.entries[vendor])) for vendor, book in before.books.items()}
        self.today = World(before.seed, before.customers, day, books, self._planter.truth())
        return self.today


def plant(seed: int, customers: int, day: int = 0) -> World:
    """The four systems, filled, on a day; the same arguments give the same world.

    Raises:
        ValueError: a negative number of customers, or a day before day 0.
    """
    if day < 0:
        raise ValueError(f"sandbox: expected a day of 0 or later, got {day}")
    calendar = Calendar(seed, customers)
    for _ in range(day):
        calendar.turn()
    return calendar.today
