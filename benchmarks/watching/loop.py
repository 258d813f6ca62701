"""Lets triggers wait on one event loop and prints what it cost as JSON; a process of its own.

A heartbeat measures how long the loop is blocked: how much later than asked for a pause of 10 ms ends. All triggers
look at once again and again, until the server has a change: then each must have its event.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import gc
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from airflow_provider_erp.triggers.changes import ErpChangesTrigger
from benchmarks.measure import cpu, kilobytes

BEAT = 0.01
CONN_ID = "visma_net_default"


class Collector:
    """Sees Python collect garbage, during which no loop goes on: the ``longest`` round, and CPU seconds in ``all``."""

    def __init__(self) -> None:
        self.longest = self.all = self._started = self._spent = 0.0

    def __call__(self, phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            self._started, self._spent = time.perf_counter(), time.thread_time()
        else:
            self.longest = max(self.longest, time.perf_counter() - self._started)
            self.all += time.thread_time() - self._spent


class Heart:
    """Beats on the running loop.

    ``longest`` is how late a beat was at most, ``worked`` the most CPU seconds
    that the loop's thread took between two, ``apart`` the same without what
    collecting garbage took. Where other programs want the cores, a beat is
    late by more than the thread worked.
    """

    def __init__(self, collector: Collector) -> None:
        self.longest = self.apart = self.worked = 0.0
        self._collector = collector

    @asynccontextmanager
    async def beating(self) -> AsyncIterator[None]:
        """As long as the block lasts."""
        task = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            task.cancel()

    async def _beat(self) -> None:
        while True:
            started, spent, collected = time.perf_counter(), time.thread_time(), self._collector.all
            await asyncio.sleep(BEAT)
            self.longest = max(self.longest, time.perf_counter() - started - BEAT)
            worked = time.thread_time() - spent
            self.worked = max(self.worked, worked)
            self.apart = max(self.apart, worked - (self._collector.all - collected))


def publish(base_path: str) -> None:
    """The batch that the triggers begin from, of all that the server has."""
    from airflow_provider_erp.hooks.erp import ErpHook
    from airflow_provider_erp.landing.fetching import FetchSpec, fetch_batch
    from airflow_provider_erp.landing.paths import Attempt

    now = dt.datetime.now(dt.UTC)
    fetch_batch(
        ErpHook.for_connection(CONN_ID),
        FetchSpec(resource="customer", as_of=now),
        base_path=base_path,
        attempt=Attempt(dag_id="bench", run_id="1", task_id="fetch"),
        now=now,
    )


async def wait(url: str, triggers: int, seconds: float, poll_interval: float) -> dict[str, Any]:
    """What it cost; all triggers begin in the same moment."""
    collector = Collector()
    idle, busy = Heart(collector), Heart(collector)
    async with idle.beating():
        await asyncio.sleep(min(seconds, 2.0))
    Path("/proc/self/clear_refs").write_text("5")  # noqa: ASYNC240  # before it begins
    resident, spent, started = kilobytes("VmRSS"), cpu(), time.monotonic()
    gc.collect()  # what imports left: a triggerer that has run for a while is past that
    gc.callbacks.append(collector)
    async with busy.beating():
        waiting = asyncio.gather(*(_event(poll_interval) for _ in range(triggers)))
        await asyncio.sleep(seconds)
        await asyncio.to_thread(lambda: urlopen(f"{url}/change").close())
        changed = time.monotonic()
        events = await waiting
    return {
        "events": sum(event["status"] == "success" for event in events),
        "idle": idle.longest,
        "longest": busy.longest,
        "apart": busy.apart,
        "worked": busy.worked,
        "collecting": collector.longest,
        "memory_mb": (kilobytes("VmHWM") - resident) / 1024,
        "cpu": cpu() - spent,
        "wall": time.monotonic() - started,
        "last_event": time.monotonic() - changed,
    }


async def _event(poll_interval: float) -> Any:
    trigger = ErpChangesTrigger(conn_id=CONN_ID, resource="customer", poll_interval=poll_interval)
    [event] = [event async for event in trigger.run()]
    return event.payload


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("triggers", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("poll_interval", type=float)
    asked = parser.parse_args()
    extra = {"tenant_id": "T", "token_url": f"{asked.url}/token"}
    declared = {"conn_type": "visma_net", "host": asked.url, "login": "l", "password": "p", "extra": extra}
    os.environ[f"AIRFLOW_CONN_{CONN_ID.upper()}"] = json.dumps(declared)
    with tempfile.TemporaryDirectory(prefix="erp-bench-") as name:
        os.environ["AIRFLOW__ERP__BASE_PATH"] = base_path = Path(name).as_uri()
        publish(base_path)
        cost = asyncio.run(wait(asked.url, asked.triggers, asked.seconds, asked.poll_interval))
    print("\n" + json.dumps(cost), flush=True)


if __name__ == "__main__":
    main()
