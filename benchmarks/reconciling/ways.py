"""Who compares the two sides, how many breaks each must find, and what it cost."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.jobs import Way
from benchmarks.peers import python_of
from benchmarks.reconciling.planted import found_by_all, found_by_number, found_the_next_day


@dataclass(frozen=True, slots=True)
class Comparing(Way):
    """A way, and the number that it must find in so many rows, or its cost does not count."""

    finds: Callable[[int], int] = field(default=found_by_number, kw_only=True)


BOUNDED = Comparing(
    "bare DuckDB SQL, every kind, in 600 MB", "bare_kinds", options={"memory": "450MB"}, finds=found_by_all
)
BARE = Comparing("bare DuckDB SQL, every kind", "bare_kinds", finds=found_by_all)
BY_NUMBER = Comparing("bare DuckDB SQL, by number", "bare")
PROVIDER = Comparing("this provider, all of it", "provider_way", finds=found_by_all)
BY_KEYS = Comparing("this provider, similarity apart", "provider_way", options={"similar": "no"}, finds=found_by_all)
RECORDS = Comparing("this provider, from canonical records", "records_way", finds=found_by_all)
NEXT_DAY = Comparing("this provider, the next day", RECORDS.module, options={"day": "_next"}, finds=found_the_next_day)
NORMALISING = Comparing("normalising one side", "normalising_way", finds=lambda rows: rows)
WAYS = (
    BOUNDED,
    BARE,
    BY_NUMBER,
    PROVIDER,
    BY_KEYS,
    RECORDS,
    NEXT_DAY,
    Comparing("datacompy with polars, by number", "datacompy_way", "datacompy", {"engine": "polars"}),
    Comparing("datacompy with pandas, by number", "datacompy_way", "datacompy", {"engine": "pandas"}),
    NORMALISING,
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians over the runs: seconds (of the CPU's, those of the kernel), and the process's peak in MB, all of it."""

    cpu: float
    wall: float
    peak_mb: float
    system: float = 0.0


def measured(sides: Path, rows: int, runs: int, ways: tuple[Comparing, ...] = WAYS) -> dict[str, Cost]:
    """What each way cost, by its title, the ways taking turns.

    Raises:
        RuntimeError: a way failed, or did not find every break that was planted.
    """
    found: dict[str, list[dict[str, Any]]] = {way.title: [] for way in ways}
    with tempfile.TemporaryDirectory(prefix="erp-bench-kept-") as folder:
        for run in range(runs):
            for way in ways:
                print(f"run {run + 1} of {runs}: {way.title}", file=sys.stderr)
                found[way.title].append(_one(way, sides, rows, Path(folder) / "kept"))
    return {
        title: Cost(*(median(cost[name] for cost in costs) for name in ("cpu", "wall", "peak_mb", "system")))
        for title, costs in found.items()
    }


def _one(way: Comparing, sides: Path, rows: int, kept: Path) -> dict[str, Any]:
    given = {"customers": str(rows), "kept": str(kept), **way.options}
    options = [part for name, value in given.items() for part in ("--option", f"{name}={value}")]
    measure = [python_of(way.environment), "-m", "benchmarks.measure", "--package", "benchmarks.reconciling"]
    command = [*measure, way.module, str(sides), str(way.finds(rows)), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(
            f"{way.title}: expected {way.finds(rows)} breaks: {done.stdout[-300:]} {done.stderr[-2000:]}"
        )
    cost: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return cost
