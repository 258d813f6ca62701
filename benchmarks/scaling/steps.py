"""The steps of a day, and the runs of each at growing sizes."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence

from benchmarks.jobs import PARQUET, Job
from benchmarks.reconciling.normalised import kept
from benchmarks.reconciling.planted import found_by_all
from benchmarks.reconciling.ways import BARE, NEXT_DAY, NORMALISING, RECORDS, Comparing
from benchmarks.reconciling.ways import measured as compared
from benchmarks.running import measured as fetched
from benchmarks.scaling.runs import Run

FETCH, NORMALISE, REPORT = "fetch one side", "normalise one side", "ledger and report"
WHOLE, DELTA = "a day from canonical records", "the next day, 1 % changed"
PEER = "bare DuckDB SQL, all memory"
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
_TOGETHER = ((FETCH,), (NORMALISE,), (COMPARE, PEER), (REPORT,), (WHOLE, DELTA))
"""Steps by turns: the next day needs what the day before kept."""
OWN = tuple(step for step in STEPS if step != PEER)


def turns(sizes: Sequence[int]) -> list[int]:
    """The sizes in the order in which a step runs: each larger one between two runs of the smallest."""
    smallest, *larger = sizes
    return [smallest, *(size for each in larger for size in (each, smallest))]


def measured(sizes: Sequence[int], only: Collection[str] = STEPS) -> Iterator[tuple[str, Run]]:
    """The runs of the steps, step after step; what runs by turns with one of ``only`` is measured with it."""
    for names in _TOGETHER:
        for rows in turns(sizes) if {*names} & {*only} else ():
            print(f"{rows:,} customers a side", file=sys.stderr)
            yield from _fetch(rows) if FETCH in names else _compared(rows, names)


def _fetch(rows: int) -> Iterator[tuple[str, Run]]:
    cost = fetched(Job(f"{rows:,} customers", rows, (PARQUET,), 1))[PARQUET.title]
    yield FETCH, Run(rows, cost.cpu, cost.memory_mb, cost.system)


def _compared(rows: int, names: Sequence[str]) -> Iterator[tuple[str, Run]]:
    costs = compared(kept(rows), rows, 1, tuple(_WAYS[name] for name in names))
    for name in names:
        cost = costs[_WAYS[name].title]
        yield name, Run(rows, cost.cpu, cost.peak_mb, cost.system)
