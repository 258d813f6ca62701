"""Runs of steps, in a file: a pass takes an hour, and another may add to it; and what several of them say together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    """Customers a side, CPU seconds, and the peak of the process in MB (of the fetch: over its imports)."""

    rows: int
    cpu: float
    peak_mb: float


Measured = Mapping[str, Sequence[Run]]
"""By step, in the order in which they ran."""


def read(file: Path = FILE) -> dict[str, list[Run]]:
    """What was measured before."""
    return msgspec.json.decode(file.read_bytes(), type=dict[str, list[Run]])


def write(measured: Measured, file: Path = FILE) -> None:
    """Keeps it for the next pass."""
    file.write_bytes(msgspec.json.encode(measured))


def sizes(runs: Sequence[Run]) -> list[int]:
    """The smallest first."""
    return sorted({run.rows for run in runs})


def per_million(runs: Sequence[Run]) -> dict[int, float]:
    """The mean of CPU seconds a million customers, by size."""
    return {rows: mean(_cpu(run) for run in runs if run.rows == rows) for rows in sizes(runs)}


def peaks(runs: Sequence[Run]) -> dict[int, float]:
    """The greatest peak in MB, by size."""
    return {rows: max(run.peak_mb for run in runs if run.rows == rows) for rows in sizes(runs)}


def counts(runs: Sequence[Run]) -> dict[int, int]:
    """How many runs there were, by size."""
    return {rows: sum(run.rows == rows for run in runs) for rows in sizes(runs)}


def growths(runs: Sequence[Run]) -> dict[int, float]:
    """How much more CPU a million customers cost at each larger size than at the smallest, in the same minutes.

    A run is held against the runs of the smallest size right before and right
    after it; of several runs of a size the median counts.
    """
    found: dict[int, list[float]] = {rows: [] for rows in sizes(runs)[1:]}
    for place, run in enumerate(runs):
        if run.rows in found:
            found[run.rows].append(_cpu(run) / mean(map(_cpu, _around(runs, place))) - 1)
    return {rows: median(each) for rows, each in found.items()}


def _around(runs: Sequence[Run], place: int) -> Iterator[Run]:
    """The runs of the smallest size that are nearest to a place, one on each side of it."""
    smallest = sizes(runs)[0]
    for side in (runs[place::-1], runs[place:]):
        yield from islice((run for run in side if run.rows == smallest), 1)


def _cpu(run: Run) -> float:
    return run.cpu * MILLION / run.rows
