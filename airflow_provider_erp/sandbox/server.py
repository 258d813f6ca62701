"""The four vendors on one port of this machine, their truth and their faults."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from aiohttp import web

from airflow_provider_erp.sandbox.between import faulty, late, recording
from airflow_provider_erp.sandbox.connections import PREFIXES, connections
from airflow_provider_erp.sandbox.control import Control
from airflow_provider_erp.sandbox.customers import Tally
from airflow_provider_erp.sandbox.faults.board import Fault, FaultBoard
from airflow_provider_erp.sandbox.faults.targets import TARGETS, Target
from airflow_provider_erp.sandbox.lemonsoft.sessions import Sessions
from airflow_provider_erp.sandbox.present import Present
from airflow_provider_erp.sandbox.visma_net.limits import DEFAULT_LIMIT, Limit
from airflow_provider_erp.sandbox.visma_net.tokens import Tokens
from airflow_provider_erp.sandbox.world.calendar import Calendar, World

HOST = "127.0.0.1"
_START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox that runs: where it is, what is true in it, what it was asked, and how to disturb it."""

    url: str
    present: Present = field(repr=False)
    board: FaultBoard = field(repr=False)
    seen: list[tuple[str, str]] = field(default_factory=list, repr=False)
    issued: list[str] = field(default_factory=list, repr=False)
    """Every token and session id, also those that have expired."""

    def connections(self) -> dict[str, dict[str, Any]]:
        """What ``AIRFLOW_CONN_*`` takes as JSON, by connection id."""
        return connections(self.url)

    @property
    def world(self) -> World:
        """The invented customers of the day that is shown."""
        return self.present.world

    def advance(self) -> None:
        """Moves all four systems on to the next day, at the same addresses."""
        self.present.advance()

    def truth(self) -> dict[str, Any]:
        """The planted breaks and the changes since the day before, the same as ``/truth``."""
        return self.present.truth()

    def arm(self, vendor: str, kind: str, count: int = 1, after: int = 0) -> None:
        """Lets the fault hit the vendor's next ``count`` data requests, once ``after`` more have passed.

        A kind that is named ``write_...`` hits and counts only requests that write.

        Raises:
            ValueError: an unknown vendor or kind, a kind that cannot hit the vendor, or a number out of range.
        """
        self.board.arm(Fault(vendor, kind, count, after))

    def tally(self, vendor: str) -> Tally:
        """What was written into a system, counted: ``created_by_number`` tells duplicates; the same as ``/written``.

        Raises:
            ValueError: the system takes no writes.
        """
        return self.present.tally(vendor)

    @property
    def requests(self) -> list[tuple[str, str]]:
        """The requests that the four vendors have seen, as method and path with query, as they were sent."""
        return list(self.seen)


@contextmanager
def running_sandbox(
    *,
    seed: int = 7,
    customers: int = 50,
    day: int = 0,
    port: int = 0,
    requests_per_session: int = 50,
    visma_net_limit: int = DEFAULT_LIMIT,
    latency_seconds: float = 0.0,
    unique_corporate_ids: bool = False,
) -> Iterator[Sandbox]:
    """A sandbox that runs in a thread of its own until the block ends; port 0 takes a free one.

    ``day`` is how many days after 20 November 2026 it is in the systems.
    ``requests_per_session`` is how many data requests a Lemonsoft session lasts,
    ``visma_net_limit`` how many Visma.net answers in an hour. Every data request
    is answered ``latency_seconds`` later. ``unique_corporate_ids``: Visma.net
    refuses the corporate id of another customer, as it refuses its number.

    Raises:
        OSError: the port is taken.
        ValueError: a negative number of customers, days, requests or seconds.
    """
    if latency_seconds < 0:
        raise ValueError(f"sandbox: expected a latency of 0 seconds or more, got {latency_seconds}")
    issued: list[str] = []
    tokens, sessions = Tokens(issued), Sessions(requests_per_session, issued)
    calendar, limit = Calendar(seed, customers), Limit(visma_net_limit)
    present = Present(calendar, tokens, limit, sessions, unique_corporate_ids=unique_corporate_ids)
    present.advance_to(day)
    expire = {"visma_net": tokens.expire, "lemonsoft": sessions.expire}
    targets = {vendor: replace(target, expire=expire.get(vendor, target.expire)) for vendor, target in TARGETS.items()}
    with socket.create_server((HOST, port)) as listener:
        sandbox = Sandbox(f"http://{HOST}:{listener.getsockname()[1]}", present, FaultBoard(), issued=issued)
        with _served(application(sandbox, targets, latency_seconds), listener):
            yield sandbox


@contextmanager
def _served(app: web.Application, listener: socket.socket) -> Iterator[None]:
    """Serves in a thread with its own event loop; the end waits until loop and connections are closed."""
    started: Future[Callable[[], object]] = Future()

    async def serve() -> None:
        end, loop = asyncio.Event(), asyncio.get_running_loop()
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.SockSite(runner, listener).start()
        started.set_result(partial(loop.call_soon_threadsafe, end.set))
        await end.wait()
        await runner.cleanup()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), name="erp-sandbox", daemon=True)
    thread.start()
    stop = started.result(_START_SECONDS)
    try:
        yield
    finally:
        stop()
        thread.join()


def application(sandbox: Sandbox, targets: Mapping[str, Target], latency_seconds: float) -> web.Application:
    """The server: each vendor is an application of its own below its prefix."""
    app = web.Application()
    for vendor, system in sandbox.present.systems.items():
        faults = faulty(sandbox.board, vendor, targets[vendor])
        part = web.Application(middlewares=[recording(sandbox.seen), late(latency_seconds), faults])
        part.add_routes(system.routes())
        app.add_subapp(PREFIXES[vendor], part)
    app.add_routes(Control(sandbox.url, sandbox.present, sandbox.board).routes())
    return app
