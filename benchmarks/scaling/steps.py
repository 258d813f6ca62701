"""The steps of a day, and what each costs at a size."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
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
_TOGETHER = ((NORMALISE,), (COMPARE, PEER), (REPORT,), (WHOLE, DELTA))
"""Steps by turns: the next day needs what the day before kept."""
OWN = tuple(step for step in STEPS if step != PEER)


@dataclass(frozen=True, slots=True)
class Step:
    """CPU seconds, and the peak of the whole process in MB (of the fetch: what it took over its imports)."""

    cpu: float
    peak_mb: float
    runs: int = 1


def turns(sizes: Sequence[int]) -> list[int]:
    """The sizes in the order in which a step runs: the smaller more often, before and after the greatest.

    A machine is quicker in one minute than in another. A run of a few seconds
    would meet the one or the other, a long one both.
    """
    often = {rows: max(1, max(sizes) // (2 * rows)) for rows in sizes}
    placed = [((turn + 0.5) / runs, rows) for rows, runs in often.items() for turn in range(runs)]
    return [rows for _, rows in sorted(placed)]


def measured(sizes: Sequence[int]) -> Iterator[tuple[int, dict[str, Step]]]:
    """What the steps cost at each turn, step after step, so that all sizes of a step run within the same minutes."""
    for rows in turns(sizes):
        fetch = fetched(Job(f"{rows:,} customers", rows, (PARQUET,), 1))[PARQUET.title]
        yield rows, {FETCH: Step(fetch.cpu, fetch.memory_mb)}
    for names in _TOGETHER:
        for rows in turns(sizes):
            print(f"{rows:,} customers a side", file=sys.stderr)
            costs = compared(kept(rows), rows, 1, tuple(_WAYS[name] for name in names))
            found = ((name, costs[_WAYS[name].title]) for name in names)
            yield rows, {name: Step(cost.cpu, cost.peak_mb) for name, cost in found}
