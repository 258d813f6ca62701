"""A small ERP in memory, in the shape of a hook: pages of customers, and a fault at a page if asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from airflow_provider_erp.exceptions import UnreadableRecord
from airflow_provider_erp.protocol.completeness import Completeness
from airflow_provider_erp.protocol.messages import Page
from airflow_provider_erp.protocol.rows import Scan
from airflow_provider_erp.records import Customer, Record


@dataclass(frozen=True)
class FakeVendor:
    conn_type: str
    title: str = "Visma PX"


@dataclass(frozen=True)
class FakeTraits:
    record: type[Record]
    read: Callable[[msgspec.Raw], Record]
    scan: Callable[[Sequence[msgspec.Raw]], Scan]
    has_changes: bool = True
    stamped: bool = True
    cursor_life: dt.timedelta | None = None


@dataclass
class FakeSource:
    """Hands on ``pages`` and raises ``fault`` instead of page ``fault_at``; remembers what it was asked."""

    page_list: Sequence[Page] = ()
    fault: Exception | None = None
    fault_at: int = 1
    company: str = "Nordic Oy"
    conn_type: str = "visma_px"
    conn_id: str = "px_of_tests"
    has_changes: bool = True
    stamped: bool = True
    retries: int = 0
    deleted_ids: list[str] | None = None
    asked: list[tuple[str, str | None, Mapping[str, Any] | None]] = field(default_factory=list)
    adopted: Completeness | None = None

    @property
    def vendor(self) -> FakeVendor:
        return FakeVendor(self.conn_type)

    def traits(self, resource: str) -> FakeTraits:
        if resource != "customer":
            raise ValueError(f"{self.conn_type} has no resource {resource!r}; it has customer")
        return FakeTraits(Customer, read_customer, scan, self.has_changes, self.stamped)

    def pages(
        self,
        resource: str,
        *,
        since: str | None = None,
        filters: Mapping[str, Any] | None = None,
        adopted: Completeness | None = None,
    ) -> Iterator[Page]:
        self.asked.append((resource, since, filters))
        self.adopted = adopted
        for page in self.page_list:
            if self.fault is not None and page.number == self.fault_at:
                raise self.fault
            if adopted is None or page.number > adopted.pages:
                yield page

    def cursor(self, resource: str, *, since: str | None, filters: Mapping[str, Any] | None) -> str | None:
        return since or (filters or {}).get("changed_since")

    def selection(
        self, resource: str, *, since: str | None, filters: Mapping[str, Any] | None
    ) -> Mapping[str, Sequence[str]]:
        given = {name: value for name, value in (filters or {}).items() if name not in ("changed_since", "page_size")}
        return {name: [str(value)] for name, value in given.items()}

    def question(
        self, resource: str, *, since: str | None, filters: Mapping[str, Any] | None
    ) -> Mapping[str, Sequence[str]]:
        return {name: [str(value)] for name, value in (filters or {}).items()}

    def deleted(self, resource: str, since: str) -> list[str] | None:
        return self.deleted_ids


def scan(rows: Sequence[msgspec.Raw]) -> Scan:
    """Keys as the vendors' modules make them."""
    return Scan([_key(row) for row in rows])


def _key(row: msgspec.Raw) -> bytes:
    try:
        found = msgspec.json.decode(row)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return bytes(row)
    return msgspec.json.encode(found["id"]) if "id" in found else bytes(row)


def read_customer(row: msgspec.Raw) -> Customer:
    """A row such as ``{"id": 7, "name": "Salo Oy"}``; without an id it is unreadable."""
    try:
        fields = msgspec.json.decode(row)
    except msgspec.DecodeError:
        raise UnreadableRecord("no valid JSON text") from None
    if "id" not in fields:
        raise UnreadableRecord("'id' is absent")
    return Customer(source_id=str(fields["id"]), name=fields.get("name"), email=fields.get("email"))


def page(number: int, *rows: bytes, total: int | None = None, cursor: str | None = None, look: int = 1) -> Page:
    """A page of rows as a server might write them."""
    raw = [msgspec.Raw(row) for row in rows]
    return Page(number, raw, total, cursor, scan(raw).keys, look=look)


def customers(*ids: int) -> list[bytes]:
    """One row for each id."""
    return [b'{"id": %d, "name": "Customer %d"}' % (number, number) for number in ids]
