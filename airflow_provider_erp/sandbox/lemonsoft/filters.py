"""The documented ``filter.*`` parameters of Lemonsoft's lists.

Source: lemonsoft-customers-invoices document. ASSUMED: texts match in part and
without letter case, before and after include the moment itself, updated and
modified are the same stamp, and a value of the wrong type is ignored in
silence, as an unknown filter is.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from airflow_provider_erp.sandbox.answers import whole_number
from airflow_provider_erp.sandbox.serving import Fields, Row, Test, page
from airflow_provider_erp.sandbox.world.stamps import read_naive

Filter = Callable[[list[str]], Test | None]


def text(*names: str) -> Filter:
    """A filter that finds its text in one of the fields."""
    return lambda values: _contains(lambda row: [str(row[name] or "") for name in names], values[0])


def text_in(value_of: Callable[[Row], list[str]]) -> Filter:
    """A filter that finds its text in one of the computed texts."""
    return lambda values: _contains(value_of, values[0])


def number(value_of: Callable[[Row], int]) -> Filter:
    """A filter for one whole number, booleans as 1 and 0."""
    return lambda values: _among(lambda row: {value_of(row)}, values[:1])


def numbers(value_of: Callable[[Row], set[int]]) -> Filter:
    """A filter for any of several whole numbers, its key repeated."""
    return lambda values: _among(value_of, values)


def moment(name: str, holds: Callable[[Any, Any], bool]) -> Filter:
    """A filter that compares a stamp."""
    return lambda values: _compared(name, values[0], holds)


def stamped(prefix: str, name: str) -> dict[str, Filter]:
    """The pair of filters before and after for a stamp."""
    return {f"{prefix}_before": moment(name, operator.le), f"{prefix}_after": moment(name, operator.ge)}


def tests(filters: Mapping[str, Filter], request: web.Request) -> Iterator[Test]:
    """One test of rows for each known filter of the query."""
    for name, build in filters.items():
        values = [value for value in request.query.getall(f"filter.{name}", []) if value]
        test = build(values) if values else None
        if test is not None:
            yield test


def _contains(texts_of: Callable[[Row], list[str]], wanted: str) -> Test:
    return lambda row: any(wanted.casefold() in text.casefold() for text in texts_of(row))


def _among(values_of: Callable[[Row], set[int]], wanted: list[str]) -> Test | None:
    read = {whole_number(value, 0) for value in wanted}
    return None if None in read else lambda row: not read.isdisjoint(values_of(row))


def _compared(name: str, wanted: str, holds: Callable[[Any, Any], bool]) -> Test | None:
    threshold = read_naive(wanted)
    return None if threshold is None else lambda row: holds(dt.datetime.fromisoformat(row[name]), threshold)


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page was asked for, of which size; a size above the greatest is cut in silence."""

    page: int
    size: int

    @classmethod
    def of(cls, request: web.Request, *, default_size: int, max_size: int) -> Paging:
        """The page that a query asks for; what is no whole number above 0 is the default."""
        number = whole_number(request.query.get("filter.page"), 1)
        size = whole_number(request.query.get("filter.page_size"), default_size)
        size = size if size and size > 0 else default_size
        return cls(number if number and number > 0 else 1, min(size, max_size))

    def envelope(self, rows: list[Row], fields: Fields) -> Row:
        """The page in the list's envelope."""
        start = (self.page - 1) * self.size
        results = page(rows[start : start + self.size], fields)
        return enveloped(results, more=len(rows) > start + self.size)


def enveloped(results: list[Row], *, more: bool) -> Row:
    """The envelope of all lists; ``result_count`` counts the rows in it."""
    return {
        "results": results,
        "result_count": len(results),
        "has_next_page": more,
        "has_errors": False,
        "errors": [],
    }
