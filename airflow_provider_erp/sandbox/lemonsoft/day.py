"""What Lemonsoft holds on one day; the invoices of day 0 are made when they are first asked for."""

from __future__ import annotations

from functools import cached_property

from airflow_provider_erp.sandbox.lemonsoft.invoices import first_invoices, next_invoices
from airflow_provider_erp.sandbox.lemonsoft.rows import customer_row
from airflow_provider_erp.sandbox.serving import Row, Shelf
from airflow_provider_erp.sandbox.world.books import Book
from airflow_provider_erp.sandbox.world.planting import Entry


class Day:
    """The customers and invoices of one day."""

    def __init__(self, book: Book[Entry]) -> None:
        self.customers = Shelf(book, customer_row)

    @cached_property
    def invoices(self) -> Shelf[Row]:
        """The invoices."""
        return Shelf(first_invoices(self.customers.book.things.values()), dict)

    def next(self, book: Book[Entry]) -> Day:
        """The next day, which has these customers."""
        day = Day(book)
        day.invoices = Shelf(next_invoices(self.invoices.book, list(book.things.values())), dict)
        return day
