"""What a fetch needs of a hook; every ``ErpHook`` has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from airflow_provider_erp.protocol.messages import Page
from airflow_provider_erp.records import Record


class Vendor(Protocol):
    """The system behind a connection."""

    @property
    def conn_type(self) -> str:
        """Airflow's connection type."""

    @property
    def title(self) -> str:
        """What people call it."""


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

    def cursor(self, resource: str, *, since: str | None, filters: Mapping[str, Any] | None) -> str | None:
        """From where such a fetch reads changes; None when it reads all."""

    def selection(
        self, resource: str, *, since: str | None, filters: Mapping[str, Any] | None
    ) -> Mapping[str, Sequence[str]]:
        """What such a fetch sends to select rows."""

    def record_type(self, resource: str) -> type[Record]:
        """The canonical type of a list's records."""

    def reader(self, resource: str) -> Callable[[msgspec.Raw], Record]:
        """Translates one row, or raises ``UnreadableRecord``."""
