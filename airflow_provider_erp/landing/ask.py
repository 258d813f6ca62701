"""What a task asks for, and what of it tells streams apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_erp.landing.source import Resource

AS_OF_TOLERANCE = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One fetch as a DAG author describes it, for the moment that its run stands for."""

    resource: str
    as_of: dt.datetime
    as_of_tolerance: dt.timedelta = AS_OF_TOLERANCE
    since: str | None = None
    filters: Mapping[str, Any] | None = None

    def cursor(self, described: Resource) -> str | None:
        """From where changes are read: ``since``, or the vendor's change filter if that was given by name.

        Raises:
            ValueError: ``since="last"``, which this version does not know.
        """
        if self.since == "last":
            raise ValueError(
                "since='last' is not known in this version; pass the cursor of an earlier batch, or nothing to read all"
            )
        named = (self.filters or {}).get(described.since) if described.since else None
        return self.since if named is None else str(named)

    def selection(self, described: Resource) -> dict[str, Any]:
        """The filters that select rows: not the change filter, page sizes, or what says no more than the default."""
        return {name: value for name, value in (self.filters or {}).items() if _selects(described, name, value)}


def _selects(described: Resource, name: str, value: Any) -> bool:
    if value is None or name == described.since:
        return False
    known = described.parameters.get(name)
    return known is None or (known.selects and value != known.default)
