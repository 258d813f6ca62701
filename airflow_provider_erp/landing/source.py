"""What a fetch needs of a hook; every ``ErpHook`` has it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from airflow_provider_erp.protocol.completeness import Completeness
from airflow_provider_erp.protocol.messages import Page
from airflow_provider_erp.protocol.rows import Scan
from airflow_provider_erp.records import Record


class Traits(Protocol):
    """What a fetch must know of a list."""

    @property
    def record(self) -> type[Record]:
        """The canonical type of its records."""

    @property
    def read(self) -> Callable[[msgspec.Raw], Record]:
        """Translates one row, or raises ``UnreadableRecord``."""

    @property
    def scan(self) -> Callable[[Sequence[msgspec.Raw]], Scan]:
        """The keys of rows."""

    @property
    def has_changes(self) -> bool:
        """Whether it can be asked for changes."""

    @property
    def stamped(self) -> bool:
        """Whether its rows carry the stamp that the change filter goes by."""

    @property
    def cursor_life(self) -> dt.timedelta | None:
        """How long after reading began the stamps of rows may still move the cursor; None: for ever."""


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

    conn_id: str

    @property
    def vendor(self) -> Vendor:
        """The system."""

    @property
    def company(self) -> str:
        """The company's name in folders and reports."""

    @property
    def retries(self) -> int:
        """How often it has asked for something once more by now."""

    def traits(self, resource: str) -> Traits:
        """What a fetch must know of a list; ValueError where there is no such list."""

    def pages(
        self,
        resource: str,
        *,
        since: str | None = None,
        filters: Mapping[str, Any] | None = None,
        adopted: Completeness | None = None,
    ) -> Iterator[Page]:
        """The pages of a list after those that were adopted; ValueError at once for a filter that there is not."""

    def cursor(self, resource: str, *, since: str | None, filters: Mapping[str, Any] | None) -> str | None:
        """From where such a fetch reads changes; None when it reads all."""

    def selection(
        self, resource: str, *, since: str | None, filters: Mapping[str, Any] | None
    ) -> Mapping[str, Sequence[str]]:
        """What such a fetch sends to select rows."""

    def question(
        self, resource: str, *, since: str | None, filters: Mapping[str, Any] | None
    ) -> Mapping[str, Sequence[str]]:
        """All that such a fetch sends, page size included."""

    def deleted(self, resource: str, since: str) -> list[str] | None:
        """The ids that the vendor says were deleted since a cursor; None where it does not say."""
