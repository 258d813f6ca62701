"""The steps of a day, and what each costs at a size."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from benchmarks.jobs import PARQUET, Job
from benchmarks.reconciling.normalised import kept
from benchmarks.reconciling.planted import found_by_all
from benchmarks.reconciling.ways import BARE, NEXT_DAY, NORMALISING, RECORDS, Comparing
from benchmarks.reconciling.ways import measured as compared
from benchmarks.running import measured as fetched

FETCH, NORMALISE, REPORT = "fetch one side", "normalise one side", "ledger and report"
WHOLE, DELTA = "a day from canonical records", "the next day, 1 % changed"
PEER = "bare DuckDB SQL for the same breaks, with all memory"
COMPARE = "compare"
_WAYS = {
    NORMALISE: NORMALISING,
    COMPARE: Comparing(COMPARE, "provider_way", options={"part": "compare"}, finds=found_by_all),
    PEER: BARE,
    REPORT: Comparing(REPORT, "provider_way", options={"part": "report"}, finds=found_by_all),
    WHOLE: RECORDS,
    DELTA: NEXT_DAY,
}
STEPS = (FETCH, *_WAYS)
OWN = tuple(step for step in STEPS if step != PEER)


@dataclass(frozen=True, slots=True)
class Step:
    """CPU seconds, and the peak of the whole process in MB (of the fetch: what it took over its imports)."""

    cpu: float
    peak_mb: float
    runs: int = 1


def measured(rows: int) -> dict[str, Step]:
    """One run of each step."""
    print(f"{rows:,} customers a side", file=sys.stderr)
    costs = compared(kept(rows), rows, 1, tuple(_WAYS.values()))
    fetch = fetched(Job(f"{rows:,} customers", rows, (PARQUET,), 1))[PARQUET.title]
    steps = {name: Step(costs[way.title].cpu, costs[way.title].peak_mb) for name, way in _WAYS.items()}
    steps = {FETCH: Step(fetch.cpu, fetch.memory_mb), **steps}
    for name, step in steps.items():
        print(f"{name}: {step.cpu:.1f} CPU s, {step.peak_mb:.0f} MB", file=sys.stderr)
    return steps
