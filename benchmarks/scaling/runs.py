"""What several runs cost, in a file: a pass takes an hour, and another may add to it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from benchmarks.peers import ROOT
from benchmarks.scaling.steps import Step

FILE = ROOT / "scale.json"
Costs = dict[int, dict[str, Step]]
"""By the number of customers a side, and by step."""


def read(file: Path = FILE) -> Costs:
    """What was measured before."""
    return msgspec.json.decode(file.read_bytes(), type=Costs)


def write(costs: Costs, file: Path = FILE) -> None:
    """Keeps it for the next run."""
    file.write_bytes(msgspec.json.encode(costs))


def join(before: Costs, now: Costs) -> Costs:
    """All sizes of both; a step that both measured has the mean CPU of all runs and the greater peak."""
    both = {rows: dict(before.get(rows, {})) for rows in sorted(before.keys() | now.keys())}
    for rows, steps in now.items():
        both[rows] |= {name: _step(both[rows].get(name), step) for name, step in steps.items()}
    return both


def _step(before: Step | None, now: Step) -> Step:
    if before is None:
        return now
    runs = before.runs + now.runs
    mean = (before.cpu * before.runs + now.cpu * now.runs) / runs
    return Step(mean, max(before.peak_mb, now.peak_mb), runs)
