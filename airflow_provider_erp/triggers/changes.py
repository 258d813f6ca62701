"""Waiting for changes without a worker."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from airflow_provider_erp.transport.loop import ASleep, in_thread
from airflow_provider_erp.transport.loop import pause as let_others_go_on
from airflow_provider_erp.triggers.arguments import check_asked, check_count, refusing
from airflow_provider_erp.triggers.patience import Patience, gave_up, told
from airflow_provider_erp.triggers.wanted import Wanted, new_line

if TYPE_CHECKING:
    from airflow_provider_erp.hooks.line import Line
    from airflow_provider_erp.landing.baseline import Baseline

log = logging.getLogger(__name__)


class ErpChangesTrigger(BaseTrigger):
    """Looks for changes until there are enough; sends nothing but reads and what it takes to sign in.

    Its one event says what was found, as ``ErpChangesSensor`` returns it, or
    with the status ``error`` why it gave up. The arguments are those of the
    sensor. ``last`` is looked up once, when the trigger starts.

    Args:
        poll_interval: seconds between two looks, at least one; after a failure twice as long each time, up to ten
            minutes, and at least what the server asks for.
        max_failures: how many looks in a row may fail. What a person must mend is not tried again.

    Raises:
        ValueError: when it is constructed, an argument could not work.
    """

    def __init__(
        self,
        *,
        conn_id: str,
        resource: str,
        since: str | None = "last",
        filters: Mapping[str, Any] | None = None,
        min_records: int = 1,
        base_path: str | None = None,
        poll_interval: float = 60.0,
        max_failures: int = 10,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        with refusing():
            check_asked(
                conn_id=conn_id,
                resource=resource,
                since=since,
                filters=filters,
                base_path=base_path,
                poll_interval=poll_interval,
            )
            check_count("min_records", min_records)
            check_count("max_failures", max_failures)
        self.conn_id = conn_id
        self.resource = resource
        self.since = since
        self.filters = filters
        self.min_records = min_records
        self.base_path = base_path
        self.poll_interval = poll_interval
        self.max_failures = max_failures
        self.sleep: ASleep = let_others_go_on

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The class and its arguments, as JSON takes them."""
        names = ("conn_id", "resource", "since", "filters", "min_records", "base_path", "poll_interval", "max_failures")
        return f"{type(self).__module__}.{type(self).__qualname__}", {name: getattr(self, name) for name in names}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yields one event: what was found, or why it gave up."""
        async with await in_thread(partial(new_line, self.conn_id)) as line:
            outcome = await self._outcome(line)
        yield TriggerEvent(outcome)  # type: ignore[no-untyped-call]

    async def _outcome(self, line: Line) -> dict[str, Any]:
        wanted = self._wanted()
        patience = Patience(self.poll_interval, self.max_failures)
        begin: Baseline | None = None
        while True:
            seconds = self.poll_interval
            try:
                if begin is None:
                    begin = await in_thread(partial(wanted.baseline, await line.hook()))
                found = wanted.found(await line.look(wanted.look(begin.since, begin.known)), begin)
                if found is not None:
                    return {"status": "success", **found}
                patience.succeeded()
            except Exception as exc:  # noqa: BLE001  # the edge: it becomes an event
                pause = patience.after(exc)
                if pause is None:
                    return gave_up(exc, patience.failures)
                log.warning(
                    "%s %s: look %d in a row failed: %s", self.conn_id, self.resource, patience.failures, told(exc)
                )
                seconds = pause
                await line.close()
            await self.sleep(seconds)

    def _wanted(self) -> Wanted:
        return Wanted(
            resource=self.resource,
            since=self.since,
            filters=self.filters,
            min_records=self.min_records,
            base_path=self.base_path,
        )
