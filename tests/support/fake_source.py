"""A small ERP in memory, in the shape of a hook: pages of customers, and a fault at a page if asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from airflow_provider_erp.exceptions import UnreadableRecord
from airflow_provider_erp.protocol.messages import Page
from airflow_provider_erp.records import Customer, Record


@dataclass(frozen=True)
class FakeVendor:
    conn_type: str
    title: str = "Visma PX"


@dataclass
class FakeSource:
    """Hands on ``pages`` and raises ``fault`` instead of page ``fault_at``; remembers what it was asked."""

    pages: Sequence[Page] = ()
    fault: Exception | None = None
    fault_at: int = 1
    company: str = "Nordic Oy"
    conn_type: str = "visma_px"
    asked: list[tuple[str, str | None, Mapping[str, Any] | None]] = field(default_factory=list)

    @property
    def vendor(self) -> FakeVendor:
        return FakeVendor(self.conn_type)

    def fetch(
        self, resource: str, *, since: str | None = None, filters: Mapping[str, Any] | None = None
    ) -> Iterator[Page]:
        if resource != "customer":
            raise ValueError(f"{self.conn_type} has no resource {resource!r}; it has customer")
        return self._pages(resource, since, filters)

    def _pages(self, resource: str, since: str | None, filters: Mapping[str, Any] | None) -> Iterator[Page]:
        self.asked.append((resource, since, filters))
        for page in self.pages:
            if self.fault is not None and page.number == self.fault_at:
                raise self.fault
            yield page

    def cursor(self, resource: str, *, since: str | None, filters: Mapping[str, Any] | None) -> str | None:
        return since or (filters or {}).get("changed_since")

    def selection(
        self, resource: str, *, since: str | None, filters: Mapping[str, Any] | None
    ) -> Mapping[str, Sequence[str]]:
        given = {name: value for name, value in (filters or {}).items() if name not in ("changed_since", "page_size")}
        return {name: [str(value)] for name, value in given.items()}

    def record_type(self, resource: str) -> type[Record]:
        return Customer

    def reader(self, resource: str) -> Callable[[msgspec.Raw], Record]:
        return read_customer


def read_customer(row: msgspec.Raw) -> Customer:
    """A row such as ``{"id": 7, "name": "Salo Oy"}``; without an id it is unreadable."""
    try:
        fields = msgspec.json.decode(row)
    except msgspec.DecodeError:
        raise UnreadableRecord("no valid JSON text") from None
    if "id" not in fields:
        raise UnreadableRecord("'id' is absent")
    return Customer(source_id=str(fields["id"]), name=fields.get("name"), email=fields.get("email"))


def page(number: int, *rows: bytes, total: int | None = None, cursor: str | None = None) -> Page:
    """A page of rows as a server might write them."""
    return Page(number, [msgspec.Raw(row) for row in rows], total, cursor)


def customers(*ids: int) -> list[bytes]:
    """One row for each id."""
    return [b'{"id": %d, "name": "Customer %d"}' % (number, number) for number in ids]
