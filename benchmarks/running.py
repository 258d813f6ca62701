"""Runs a job's ways in turn, each in a process of its own, against one server."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.request import urlopen

from benchmarks.jobs import Job, Way
from benchmarks.peers import python_of


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians over the runs: CPU (and the kernel's part) and wall in seconds, memory in MB over that after imports."""

    cpu: float
    system: float
    wall: float
    memory_mb: float
    connections: int
    look_ups: int | None


@contextmanager
def serving(job: Job) -> Iterator[str]:
    """The address of a server that offers what the job fetches."""
    size = ["--px-rows", str(job.rows)] if job.px else ["--customers", str(job.rows)]
    command = [sys.executable, "-m", "benchmarks.server", *size, "--latency", str(job.latency)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.communicate()


def measured(job: Job) -> dict[str, Cost]:
    """What each way cost, by its title.

    Raises:
        RuntimeError: a way failed, or did not write every row.
    """
    found: dict[str, list[dict[str, Any]]] = {way.title: [] for way in job.ways}
    with serving(job) as url:
        for run in range(job.runs):
            for way in job.ways:
                print(f"{job.title}, run {run + 1} of {job.runs}: {way.title}", file=sys.stderr)
                found[way.title].append(_one(way, url, job.rows))
    return {title: _medians(runs) for title, runs in found.items()}


def _one(way: Way, url: str, rows: int) -> dict[str, Any]:
    options = [part for name, value in way.options.items() for part in ("--option", f"{name}={value}")]
    command = [python_of(way.environment), "-m", "benchmarks.measure", way.module, url, str(rows), *options]
    _counts(url)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{way.title}: {done.stdout[-300:]} {done.stderr[-2000:]}")
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {"look_ups": None} | {key: value for each in told for key, value in each.items()} | _counts(url)


def _counts(url: str) -> dict[str, int]:
    with urlopen(f"{url}/counts") as answer:
        counts: dict[str, int] = json.load(answer)
    return counts


def _medians(runs: list[dict[str, Any]]) -> Cost:
    cpu, system, wall, memory = (median(run[name] for run in runs) for name in ("cpu", "system", "wall", "memory_mb"))
    last = runs[-1]
    return Cost(cpu, system, wall, memory, connections=last["connections"], look_ups=last["look_ups"])
