"""Runs the triggers in a process of their own against a server in another."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from urllib.request import urlopen

LATENCY = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds, megabytes and counts of one run, or the worst of several."""

    idle: float
    longest: float
    apart: float
    worked: float
    collecting: float
    memory_mb: float
    cpu: float
    wall: float
    last_event: float
    connections: int
    sign_ins: int
    looks: int


def measured(triggers: int, seconds: float, poll_interval: float, runs: int, latency: float = LATENCY) -> Cost:
    """The greatest of each figure over the runs; of the looks the fewest.

    Raises:
        RuntimeError: a run failed, or not every trigger had its event.
    """
    costs = []
    for run in range(runs):
        print(f"run {run + 1} of {runs}: {triggers} triggers", file=sys.stderr)
        costs.append(_one(triggers, seconds, poll_interval, latency))
    worst = {field.name: max(getattr(cost, field.name) for cost in costs) for field in fields(Cost)}
    return Cost(**worst | {"looks": min(cost.looks for cost in costs)})


def _one(triggers: int, seconds: float, poll_interval: float, latency: float) -> Cost:
    with serving(latency) as url:
        command = [sys.executable, "-m", "benchmarks.watching.loop", url, *map(str, (triggers, seconds, poll_interval))]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        with urlopen(f"{url}/counts") as answer:
            counts = json.load(answer)
    if done.returncode:
        raise RuntimeError(f"the loop failed: {done.stderr[-2000:]}")
    found = json.loads(done.stdout.strip().splitlines()[-1])
    if (events := found.pop("events")) != triggers:
        raise RuntimeError(f"expected {triggers} events, {events} triggers had theirs: {done.stdout[-2000:]}")
    # What published the first batch had a connection and a sign-in of its own, and asking for a change another.
    own = {"connections": counts["connections"] - 3, "sign_ins": counts["sign-ins"] - 1, "looks": counts["looks"] - 1}
    return Cost(**found, **own)


@contextmanager
def serving(latency: float) -> Iterator[str]:
    """The address of the server."""
    command = [sys.executable, "-m", "benchmarks.watching.server", "--latency", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()
