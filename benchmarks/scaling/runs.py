"""Runs of steps, in a file: a pass takes an hour, and another may add to it; and what several of them say together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import mean, median

import msgspec

from benchmarks.peers import ROOT

FILE = ROOT / "scale.json"
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Run:
    """Customers a side, CPU seconds, the process's peak in MB (of the fetch: over its imports), the kernel's part."""

    rows: int
    cpu: float
    peak_mb: float
    system: float = 0.0


Cost = Callable[[Run], float]
Measured = Mapping[str, Sequence[Run]]
"""By step, in the order in which they ran."""


def read(file: Path = FILE) -> dict[str, list[Run]]:
    """What was measured before."""
    return msgspec.json.decode(file.read_bytes(), type=dict[str, list[Run]])


def write(measured: Measured, file: Path = FILE) -> None:
    """Keeps it for the next pass."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.encode(measured))


def sizes(runs: Sequence[Run]) -> list[int]:
    """The smallest first."""
    return sorted({run.rows for run in runs})


def whole(run: Run) -> float:
    """CPU seconds a million customers."""
    return run.cpu * MILLION / run.rows


def kernel(run: Run) -> float:
    """Those of them that the kernel worked."""
    return run.system * MILLION / run.rows


def own(run: Run) -> float:
    """Those of them that the program worked itself."""
    return whole(run) - kernel(run)


def per_million(runs: Sequence[Run], cost: Cost = whole) -> dict[int, float]:
    """The mean by size."""
    return {rows: mean(cost(run) for run in runs if run.rows == rows) for rows in sizes(runs)}


def peaks(runs: Sequence[Run]) -> dict[int, float]:
    """The greatest peak in MB, by size."""
    return {rows: max(run.peak_mb for run in runs if run.rows == rows) for rows in sizes(runs)}


def counts(runs: Sequence[Run]) -> dict[int, int]:
    """How many runs there were, by size."""
    return {rows: sum(run.rows == rows for run in runs) for rows in sizes(runs)}


def growths(runs: Sequence[Run], cost: Cost = own) -> dict[int, float]:
    """How much more a million customers cost at each larger size than at the smallest, in the same minutes.

    A run is held against the runs of the smallest size right before and right
    after it; of several runs of a size the median counts.
    """
    found: dict[int, list[float]] = {rows: [] for rows in sizes(runs)[1:]}
    for place, run in enumerate(runs):
        if run.rows in found:
            found[run.rows].append(cost(run) / mean(map(cost, _around(runs, place))) - 1)
    return {rows: median(each) for rows, each in found.items()}


def _around(runs: Sequence[Run], place: int) -> Iterator[Run]:
    """The runs of the smallest size that are nearest to a place, one on each side of it."""
    smallest = sizes(runs)[0]
    for side in (runs[place::-1], runs[place:]):
        yield from islice((run for run in side if run.rows == smallest), 1)
