"""What a fetch asks of a hook; every ``ErpHook`` has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import msgspec

from airflow_provider_erp.protocol.messages import Page
from airflow_provider_erp.records import Record


class Filter(Protocol):
    """One documented filter."""

    @property
    def default(self) -> Any:
        """What is sent when the caller does not say."""

    @property
    def selects(self) -> bool:
        """Whether it decides which rows come; page sizes do not."""


class Resource(Protocol):
    """One list of a vendor."""

    @property
    def parameters(self) -> Mapping[str, Filter]:
        """The filters by name."""

    @property
    def since(self) -> str | None:
        """The name of the change filter, where there is one."""


class Vendor(Protocol):
    """The system behind a connection."""

    @property
    def conn_type(self) -> str:
        """Airflow's connection type."""

    @property
    def title(self) -> str:
        """What people call it."""

    def resource(self, name: str) -> Resource:
        """The list of that name; ValueError where there is none."""


class Source(Protocol):
    """A connection to one company's system."""

    @property
    def vendor(self) -> Vendor:
        """The system."""

    @property
    def company(self) -> str:
        """The company's name in folders and reports."""

    def fetch(
        self, resource: str, *, since: str | None = None, filters: Mapping[str, Any] | None = None
    ) -> Iterator[Page]:
        """The pages of a list; ValueError at once for a filter that there is not."""

    def record_type(self, resource: str) -> type[Record]:
        """The canonical type of a list's records."""

    def reader(self, resource: str) -> Callable[[msgspec.Raw], Record]:
        """Translates one row, or raises ``UnreadableRecord``."""
