"""The goals and the costs of comparing as a section of Markdown."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Iterator
from importlib.metadata import version

from benchmarks.goals import Goal
from benchmarks.peers import ROOT
from benchmarks.reconciling.ways import BARE, BOUNDED, BY_KEYS, NEXT_DAY, NORMALISING, PROVIDER, RECORDS, Cost

HEADING = "# Reconciling"
CPU_OF_BARE, PEAK_MB, NEXT_DAY_OF_FULL, NORMALISING_SECONDS = 1.5, 600, 0.35, 25
_MILLION = 1_000_000


def goals(costs: dict[str, Cost], rows: int) -> Iterator[Goal]:
    """A line for each goal; the seconds of normalising are those of a million rows."""
    full, seconds = costs[PROVIDER.title], costs[NORMALISING.title].cpu * _MILLION / rows
    share = costs[NEXT_DAY.title].cpu / costs[RECORDS.title].cpu
    same, all_of_it = f"within the same {PEAK_MB} MB", "with all memory"
    for way, bare, memory in ((PROVIDER, BOUNDED, same), (BY_KEYS, BARE, all_of_it)):
        ratio = costs[way.title].cpu / costs[bare.title].cpu
        most = f"at most {CPU_OF_BARE} x the CPU of bare SQL {memory}"
        yield way.title, most, f"{ratio:.2f} x", ratio <= CPU_OF_BARE
    yield PROVIDER.title, f"at most {PEAK_MB} MB", f"{full.peak_mb:.0f} MB", full.peak_mb <= PEAK_MB
    most = f"at most {NEXT_DAY_OF_FULL} x the CPU of a full run from canonical records"
    yield NEXT_DAY.title, most, f"{share:.2f} x", share <= NEXT_DAY_OF_FULL
    most = f"at most {NORMALISING_SECONDS} CPU s a million"
    yield NORMALISING.title, most, f"{seconds:.1f} s", seconds <= NORMALISING_SECONDS


def section(costs: dict[str, Cost], rows: int, runs: int) -> str:
    """Goals first, then what each way cost."""
    machine = ", ".join((f"{os.cpu_count()} cores", f"Python {platform.python_version()}", *_versions()))
    first, with_similarity = costs[BOUNDED.title], costs[PROVIDER.title].cpu / costs[BARE.title].cpu
    lines = [
        f"{HEADING} {rows:,} x {rows:,} customers",
        "",
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {machine}, {_runs(runs)}.",
        "Written by `python -m benchmarks.reconcile`; README.md says how it is measured. Twelve fields, a hundredth of",
        "the customers with each kind of fault; every way finds every break it can. Sides are normalised beforehand",
        "but for the two ways that say so: from canonical records, and the next day.",
        "",
        "| work | goal | measured | reached |",
        "|---|---|---|---|",
        *(
            f"| {work} | {goal} | {found} | {'yes' if yes else '**no**'} |"
            for work, goal, found, yes in goals(costs, rows)
        ),
        "",
        "Similarity, which bare SQL does not have, counts in the first goal and not in the second;",
        f"with it, all of it takes {with_similarity:.2f} x the CPU of bare SQL with all memory.",
        "",
        "| way | CPU s | x the first | wall s | peak MB |",
        "|---|---|---|---|---|",
        *(
            f"| {title} | {cost.cpu:.2f} | {cost.cpu / first.cpu:.2f} | {cost.wall:.2f} | {cost.peak_mb:.0f} |"
            for title, cost in costs.items()
        ),
    ]
    return "\n".join(lines) + "\n"


def _versions() -> Iterator[str]:
    """Of the engine, and of those peers that are installed."""
    yield f"duckdb {version('duckdb')}"
    for peer in ("datacompy", "polars", "pandas"):
        for installed in (ROOT / "datacompy").glob(f"lib/*/site-packages/{peer}-*.dist-info"):
            yield installed.stem.replace("-", " ")


def _runs(runs: int) -> str:
    return "one run" if runs == 1 else f"medians of {runs} runs"
