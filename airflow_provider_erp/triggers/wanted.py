"""What is waited for, in the words of a DAG author, and what a look says of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_erp.landing.paths import default_base_path

if TYPE_CHECKING:
    from airflow_provider_erp.hooks.erp import ErpHook
    from airflow_provider_erp.hooks.line import Line
    from airflow_provider_erp.hooks.looking import Look
    from airflow_provider_erp.landing.baseline import Baseline
    from airflow_provider_erp.protocol.glimpse import Glimpse


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Changes of one resource, at least ``min_records`` of them; None counts them all."""

    resource: str
    since: str | None
    filters: Mapping[str, Any] | None
    min_records: int | None
    base_path: str | None

    def baseline(self, hook: ErpHook) -> Baseline:
        """From where to look; reads the storage, which takes its time.

        Raises:
            ValueError, ErpError: as ``landing.baseline.baseline``.
        """
        from airflow_provider_erp.landing.baseline import baseline  # noqa: PLC0415  # heavy

        since = self.since or None  # a template may render to an empty text
        base_path = self.base_path or default_base_path()
        return baseline(hook, self.resource, since=since, filters=self.filters, base_path=base_path)

    def look(self, since: str | None, known: frozenset[str] | None, *, overlap: bool = False) -> Look:
        """The question that reads least; with the ``overlap`` it also finds changes that were made known late."""
        from airflow_provider_erp.hooks.looking import Look  # noqa: PLC0415  # heavy

        return Look(
            resource=self.resource,
            since=since,
            filters=self.filters,
            enough=self.min_records,
            known=known,
            overlap=overlap,
        )

    def found(self, seen: Glimpse, begin: Baseline) -> dict[str, Any] | None:
        """What XCom carries; None while it is not enough.

        The cursor is the one that was asked from where the list was not read
        to its end: a fetch that goes on from it misses nothing.
        """
        enough = self.min_records or 1
        log.info("%s: %d new since %s, %d are waited for", self.resource, seen.records, begin.since, enough)
        if seen.records < enough:
            return None
        cursor = begin.since if seen.cursor is None else seen.cursor
        return {"records": seen.records, "at_least": not seen.whole, "cursor": cursor}


def new_line(conn_id: str) -> Line:
    """What a trigger asks through; called in a thread, for the first import takes longer than a loop may be blocked."""
    from airflow_provider_erp.hooks.line import Line  # noqa: PLC0415  # heavy

    return Line(conn_id)
