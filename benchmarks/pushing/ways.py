"""Who pushes the customers, each in a process of its own against one server, and what it cost."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.request import urlopen

from benchmarks.jobs import Way
from benchmarks.peers import python_of

LATENCY = 0.02


def _in_flight(number: int) -> Way:
    return Way(f"this provider, {number} in flight", "provider_way", options={"in_flight": str(number)})


ONE, FOUR, EIGHT = map(_in_flight, (1, 4, 8))
PLAIN = Way("requests, one POST after the other, nothing looked up or noted", "plain_way")
WAYS = (ONE, FOUR, EIGHT, PLAIN)


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians over the runs, in seconds; the requests for data, of one run."""

    cpu: float
    wall: float
    requests: int


def measured(rows: int, runs: int, ways: tuple[Way, ...] = WAYS, latency: float = LATENCY) -> dict[str, Cost]:
    """What each way cost, by its title, the ways taking turns.

    Raises:
        RuntimeError: a way failed, or did not create every customer once.
    """
    found: dict[str, list[dict[str, Any]]] = {way.title: [] for way in ways}
    with serving(latency) as url, tempfile.TemporaryDirectory(prefix="erp-bench-") as name:
        for run in range(runs):
            for way in ways:
                print(f"run {run + 1} of {runs}: {way.title}", file=sys.stderr)
                found[way.title].append(_one(way, url, rows, tempfile.mkdtemp(dir=name)))
    return {title: _medians(costs) for title, costs in found.items()}


def _medians(costs: list[dict[str, Any]]) -> Cost:
    cpu, wall = (median(cost[name] for cost in costs) for name in ("cpu", "wall"))
    return Cost(cpu, wall, requests=costs[-1]["requests"])


@contextmanager
def serving(latency: float) -> Iterator[str]:
    """The address of the server."""
    command = [sys.executable, "-m", "benchmarks.pushing.server", "--latency", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def _one(way: Way, url: str, rows: int, folder: str) -> dict[str, Any]:
    """Nothing is removed between the ways: for a minute after that ext4 takes several times as long for a new file."""
    options = [part for name, value in way.options.items() for part in ("--option", f"{name}={value}")]
    measure = [python_of(way.environment), "-m", "benchmarks.measure", "--package", "benchmarks.pushing"]
    command = [*measure, "--folder", folder, way.module, url, str(rows), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    counts = _counts(url)
    if done.returncode or counts["created"] != rows:
        raise RuntimeError(
            f"{way.title}: expected {rows} customers, the server has {counts['created']}: {done.stdout[-300:]} "
            f"{done.stderr[-2000:]}"
        )
    cost: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return cost | {"requests": counts["POST"] + counts.get("GET", 0)}


def _counts(url: str) -> dict[str, int]:
    with urlopen(f"{url}/counts") as answer:
        counts: dict[str, int] = json.load(answer)
    return counts
