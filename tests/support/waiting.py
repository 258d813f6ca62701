"""Triggers on a loop of their own, with pauses that take no time and are remembered, and batches to begin from."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from airflow.triggers.base import TriggerEvent

from airflow_provider_erp.hooks.erp import ErpHook
from airflow_provider_erp.landing.catalog import Published
from airflow_provider_erp.landing.fetching import FetchSpec, fetch_batch
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.triggers.changes import ErpChangesTrigger
from airflow_provider_erp.triggers.events import ErpChangesEventTrigger

LISTS = (
    ("visma_px", "customer"),
    ("visma_px", "project_transaction"),
    ("visma_net", "customer"),
    ("lemonsoft", "customer"),
    ("lemonsoft", "invoice"),
    ("fynn", "customer"),
)
FILTERED = LISTS[:-1]
"""Those that can be asked for changes."""


def publish_now(base_path: Path, conn_id: str, resource: str, *, since: str | None = None) -> Published:
    """What a fetch publishes at this moment."""
    now = dt.datetime.now(dt.UTC)
    return fetch_batch(
        ErpHook.for_connection(conn_id),
        FetchSpec(resource=resource, as_of=now, since=since),
        base_path=base_path.as_uri(),
        attempt=Attempt(dag_id="daily", run_id=now.isoformat(), task_id="fetch"),
        now=now,
    )


class Pauses:
    """Sleeps no time; calls ``then`` in the pause of that number; the last one ends the waiting."""

    def __init__(self, then: dict[int, Callable[[], object]] | None = None, most: int = 30) -> None:
        self.seconds: list[float] = []
        self.at_the_end: Callable[[], object] | None = None
        self._then = then or {}
        self._most = most

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if len(self.seconds) in self._then:
            await asyncio.to_thread(self._then[len(self.seconds)])
        if len(self.seconds) == self._most:
            assert self.at_the_end, "nothing ended the waiting"
            self.at_the_end()
        await asyncio.sleep(0)


def events_of(trigger: ErpChangesTrigger, pauses: Pauses | None = None) -> list[Any]:
    """The payloads of all events of a trigger that ends by itself."""

    async def collected() -> list[TriggerEvent]:
        return [event async for event in trigger.run()]

    trigger.sleep = pauses or Pauses()
    return [event.payload for event in asyncio.run(collected())]


async def first_event(trigger: ErpChangesTrigger) -> Any:
    """The payload of a trigger's event."""
    async for event in trigger.run():
        return event.payload
    raise AssertionError("it ended without an event")


class Asset:
    """What an asset remembers, in the shape of Airflow's own store: only JSON goes in, and it is not there at will."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.faults: list[Exception] = []

    async def aget(self, key: str, default: Any = None) -> Any:
        return json.loads(self.kept[key]) if key in self.kept else default

    async def aset(self, key: str, value: Any) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.kept[key] = json.dumps(value)


def announced(
    trigger: ErpChangesEventTrigger, pauses: Pauses, asset: Asset | None = None, told: list[Any] | None = None
) -> list[Any]:
    """The payloads of a watcher's events, after those that were told; in the last pause a triggerer stops it."""
    found = [] if told is None else told

    async def watched() -> None:
        async for event in trigger.run():
            found.append(event.payload)  # what came before the end counts

    async def cancelled() -> None:
        task = asyncio.create_task(watched())
        pauses.at_the_end = task.cancel
        with contextlib.suppress(asyncio.CancelledError):
            await task

    trigger.sleep = pauses
    trigger.asset_state_store = cast("Any", asset)
    asyncio.run(cancelled())
    return found
