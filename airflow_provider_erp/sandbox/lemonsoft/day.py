"""What Lemonsoft holds on one day; the invoices of day 0 are made when they are first asked for."""

from __future__ import annotations

from functools import cached_property

from airflow_provider_erp.sandbox.lemonsoft.invoices import first_invoices, next_invoices
from airflow_provider_erp.sandbox.lemonsoft.rows import customer_row
from airflow_provider_erp.sandbox.serving import Row, Shelf
from airflow_provider_erp.sandbox.world.calendar import World


class Day:
    """The customers and invoices of one day."""

    def __init__(self, world: World) -> None:
        self.customers, self._postings = Shelf(world.books["lemonsoft"], customer_row), world.postings

    @cached_property
    def invoices(self) -> Shelf[Row]:
        """The invoices."""
        return Shelf(first_invoices(self.customers.book.things.values(), self._postings), dict)

    def next(self, world: World) -> Day:
        """The next day, which is the world's."""
        day = Day(world)
        customers = list(day.customers.book.things.values())
        day.invoices = Shelf(next_invoices(self.invoices.book, customers, world.postings), dict)
        return day
