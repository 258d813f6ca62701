"""An asset's events when a system has changes: a DAG scheduled on the asset starts by them."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from airflow_provider_erp.transport.loop import ASleep, in_thread
from airflow_provider_erp.transport.loop import pause as let_others_go_on
from airflow_provider_erp.triggers.arguments import check_asked, refusing
from airflow_provider_erp.triggers.patience import Patience, told
from airflow_provider_erp.triggers.remembered import Remembered, digest, digest_of_rows, recall, remember
from airflow_provider_erp.triggers.wanted import Wanted, new_line
from airflow_provider_erp.versions import AssetState, asset_state

if TYPE_CHECKING:
    from airflow_provider_erp.hooks.line import Line

log = logging.getLogger(__name__)

SETTLE_SECONDS = 5.0
"""How long an event may take into Airflow's database; the triggerer hands events on about every second."""


class ErpChangesEventTrigger(BaseEventTrigger):
    """Announces changes of one resource for ever, as events of the asset that it watches.

    An event's payload has ``records`` (all that changed since ``since``),
    ``since``, ``cursor``, ``conn_id``, ``resource`` and ``id``, which is the
    same for the same changes. No event is lost; after a kill the last one may
    come once more, with the same id.

    Watchers with equal arguments are one trigger to Airflow, which looks once
    and gives each of their assets the event. An asset that joins another is
    told of what changes from then on.

    From Airflow 3.3 on the asset remembers up to where changes were announced.
    Below, nothing does: a triggerer that starts begins from the batch that was
    published last, so that what no fetch has read is announced again. Leave
    ``since`` at ``last`` there: what changed after a cursor is announced at
    every start.

    It never gives up: after failures it looks less often, every ten minutes
    at last, and says why in the log.

    Args:
        conn_id: an Airflow connection of one of this provider's types.
        resource: ``customer``, ``project_transaction`` or ``invoice``; what the vendor has. A list without a change
            filter is read whole at each look.
        since: from where to begin when nothing is remembered, as ``ErpChangesSensor`` takes it. Another value
            begins anew.
        filters: the vendor's filters, by the names of the hook's typed method.
        base_path: where batches are kept, a URL of object storage that the triggerer can read; default
            ``[erp] base_path``.
        poll_interval: seconds between two looks, at least one.

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
        base_path: str | None = None,
        poll_interval: float = 60.0,
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
        self.conn_id = conn_id
        self.resource = resource
        self.since = since
        self.filters = filters
        self.base_path = base_path
        self.poll_interval = poll_interval
        self.sleep: ASleep = let_others_go_on

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The class and its arguments, as JSON takes them."""
        names = ("conn_id", "resource", "since", "filters", "base_path", "poll_interval")
        return f"{type(self).__module__}.{type(self).__qualname__}", {name: getattr(self, name) for name in names}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yields an event for each look that finds changes.

        What is announced is remembered before, and marked as announced only
        with the next look: until then the event may not have reached Airflow's
        database.
        """
        patience = Patience(self.poll_interval, max_failures=0)
        present: Remembered | None = None
        is_announced = False
        async with await in_thread(partial(new_line, self.conn_id)) as line:
            while True:
                seconds = self.poll_interval
                try:
                    if present is None:
                        present = await self._begin(line)
                    if is_announced:
                        present = await self._keep(present.settled())
                        is_announced = False
                    if present.event is None:
                        present = await self._look(line, present)
                    patience.succeeded()
                except Exception as exc:  # noqa: BLE001  # the edge: a watcher that ended would be started anew at once
                    patience.after(exc)
                    seconds = patience.pause(exc)
                    log.warning(
                        "%s %s: %d failures in a row: %s", self.conn_id, self.resource, patience.failures, told(exc)
                    )
                    await line.close()
                if present is not None and present.event is not None and not is_announced:
                    is_announced = True
                    seconds = max(seconds, SETTLE_SECONDS)
                    yield TriggerEvent(dict(present.event))  # type: ignore[no-untyped-call]
                await self.sleep(seconds)

    async def _begin(self, line: Line) -> Remembered:
        """What the asset remembers; rows that it does not remember one by one are those of the batch before."""
        hook = await line.hook()
        if hook.cursor(self.resource, since=None, filters=self.filters) is not None:
            raise ValueError(f"{self.resource}: give the cursor as since, not as a filter: it moves with each event")
        kept = await recall(self._store, self._key)
        if kept is not None and (kept.seen is not None or hook.traits(self.resource).has_changes):
            return kept
        begin = await in_thread(partial(self._wanted().baseline, hook))
        if kept is not None:
            return replace(kept, seen=begin.known)
        return Remembered(cursor=begin.since, seen=begin.known)

    async def _look(self, line: Line, present: Remembered) -> Remembered:
        """What is known after a look; with an event where there is something new, which is kept before."""
        hook = await line.hook()
        has_changes = hook.traits(self.resource).has_changes
        look = self._wanted().look(present.cursor if has_changes else None, present.seen, overlap=True)
        seen = await line.look(look)
        if not seen.records:
            return replace(present, seen=seen.rows)
        rows = await in_thread(partial(digest_of_rows, seen.rows))
        cursor = (seen.cursor or present.cursor) if has_changes else rows
        if not has_changes and cursor == present.cursor:  # all of it was announced before a restart
            return replace(present, seen=seen.rows)
        event = {
            "id": digest(self.conn_id, self.resource, self.filters, present.cursor, cursor, rows),
            "conn_id": self.conn_id,
            "resource": self.resource,
            "records": seen.records,
            "since": present.cursor,
            "cursor": cursor,
        }
        return await self._keep(Remembered(cursor=cursor, seen=seen.rows, event=event))

    async def _keep(self, present: Remembered) -> Remembered:
        return await remember(self._store, self._key, present)

    @property
    def _store(self) -> AssetState | None:
        return asset_state(self)

    @property
    def _key(self) -> str:
        """Another list, another selection of it, or another beginning remembers apart."""
        return f"erp_changes_{digest(self.conn_id, self.resource, self.filters, self.since or None)}"

    def _wanted(self) -> Wanted:
        return Wanted(
            resource=self.resource, since=self.since, filters=self.filters, min_records=None, base_path=self.base_path
        )
