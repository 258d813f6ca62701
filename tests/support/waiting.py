"""Triggers on a loop of their own, with pauses that take no time and are remembered, and batches to begin from."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from airflow.triggers.base import TriggerEvent

from airflow_provider_erp.hooks.erp import ErpHook
from airflow_provider_erp.landing.catalog import Published
from airflow_provider_erp.landing.fetching import FetchSpec, fetch_batch
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.triggers.changes import ErpChangesTrigger

VENDORS = ("visma_px", "visma_net", "lemonsoft", "fynn")
LISTS = (
    ("visma_px", "customer"),
    ("visma_px", "project_transaction"),
    ("visma_net", "customer"),
    ("lemonsoft", "customer"),
    ("lemonsoft", "invoice"),
    ("fynn", "customer"),
)


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
    """Sleeps no time; calls ``then`` in the pause of that number, and fails where nothing ends the waiting."""

    def __init__(self, then: dict[int, Callable[[], object]] | None = None, most: int = 30) -> None:
        self.seconds: list[float] = []
        self._then = then or {}
        self._most = most

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        assert len(self.seconds) <= self._most, "nothing ended the waiting"
        if len(self.seconds) in self._then:
            await asyncio.to_thread(self._then[len(self.seconds)])
        await asyncio.sleep(0)


def events_of(trigger: ErpChangesTrigger, pauses: Pauses | None = None) -> list[Any]:
    """The payloads of all events of a trigger that ends by itself."""

    async def collected() -> list[TriggerEvent]:
        return [event async for event in trigger.run()]

    trigger.sleep = pauses or Pauses()
    return [event.payload for event in asyncio.run(collected())]


def on_a_loop(work: Callable[[], Awaitable[Any]]) -> Any:
    """What it returns on a loop of its own."""

    async def awaited() -> Any:
        return await work()

    return asyncio.run(awaited())
