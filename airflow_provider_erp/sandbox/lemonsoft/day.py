"""The invoices that Lemonsoft holds on one day; those of day 0 are made when they are first asked for."""

from __future__ import annotations

from functools import cached_property

from airflow_provider_erp.sandbox.lemonsoft.invoices import first_invoices, next_invoices
from airflow_provider_erp.sandbox.serving import Row, Shelf
from airflow_provider_erp.sandbox.world.calendar import World


class Day:
    """The invoices of the planted customers of one day."""

    def __init__(self, world: World) -> None:
        self._customers, self._postings = world.books["lemonsoft"].things, world.postings

    @cached_property
    def invoices(self) -> Shelf[Row]:
        """The invoices."""
        return Shelf(first_invoices(self._customers.values(), self._postings), dict)

    def next(self, world: World) -> Day:
        """The next day, which is the world's."""
        day, customers = Day(world), list(world.books["lemonsoft"].things.values())
        day.invoices = Shelf(next_invoices(self.invoices.book, customers, world.postings), dict)
        return day
