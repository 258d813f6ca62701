"""What was measured as a section of Markdown, held against the goals."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import version

from benchmarks.goals import Goal
from benchmarks.scaling.steps import COMPARE, DELTA, OWN, PEER, STEPS, WHOLE, Step

HEADING = "# Scale"
PLOT = "scale.svg"
MOST_GROWTH, MOST_DELTA, MOST_MB = 0.15, 0.35, 2500
_MILLION = 1_000_000
Measured = Mapping[int, Mapping[str, Step]]
"""By the number of customers a side, and by step."""


def per_million(measured: Measured, step: str) -> dict[int, float]:
    """CPU seconds a million customers, by size."""
    return {rows: steps[step].cpu * _MILLION / rows for rows, steps in measured.items()}


def goals(measured: Measured) -> Iterator[Goal]:
    """A line for each goal."""
    for step in OWN:
        growth = _growth(measured, step)
        goal = f"CPU a million at most {MOST_GROWTH:.0%} more at any larger size"
        yield step, goal, f"{growth:+.0%}", growth <= MOST_GROWTH
    growth, joins = _growth(measured, COMPARE), _growth(measured, PEER)
    yield COMPARE, f"CPU a million grows no more than that of bare SQL, {joins:+.0%}", f"{growth:+.0%}", growth <= joins
    peak = max(step.peak_mb for steps in measured.values() for step in map(steps.__getitem__, OWN))
    yield "every step", f"at most {MOST_MB} MB at every size", f"{peak:.0f} MB", peak <= MOST_MB
    share = max(steps[DELTA].cpu / steps[WHOLE].cpu for steps in measured.values())
    yield DELTA, f"at most {MOST_DELTA} x the whole day", f"{share:.2f} x", share <= MOST_DELTA


def _growth(measured: Measured, step: str) -> float:
    """How much more a million customers cost at the dearest of the larger sizes than at the smallest."""
    first, *larger = per_million(measured, step).values()
    return max(larger, default=first) / first - 1


def _runs(measured: Measured) -> str:
    runs = ", ".join(str(steps[WHOLE].runs) for steps in measured.values())
    return f"runs of the sizes, in turns: {runs}; of each step the mean CPU and the greatest peak"


def section(measured: Measured) -> str:
    """Goals first, then CPU and memory of each step by size."""
    sizes = list(measured)
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, duckdb {version('duckdb')}"
    head = [
        "| step | " + " | ".join(f"{rows / _MILLION:g} M" for rows in sizes) + " |",
        "|---" * (len(sizes) + 1) + "|",
    ]
    seconds = (
        f"| {step} | {' | '.join(f'{value:.1f}' for value in per_million(measured, step).values())} |" for step in STEPS
    )
    peaks = (f"| {step} | {' | '.join(f'{measured[rows][step].peak_mb:.0f}' for rows in sizes)} |" for step in STEPS)
    lines = [
        f"{HEADING} from {sizes[0]:,} to {sizes[-1]:,} customers a side",
        "",
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {machine}, {_runs(measured)}.",
        "Written by `python -m benchmarks.scale`; README.md says how it is measured.",
        "",
        "| work | goal | measured | reached |",
        "|---|---|---|---|",
        *(
            f"| {work} | {goal} | {found} | {'yes' if yes else '**no**'} |"
            for work, goal, found, yes in goals(measured)
        ),
        "",
        "CPU seconds a million customers a side:",
        "",
        *head,
        *seconds,
        "",
        f"![CPU seconds a million customers, by size]({PLOT})",
        "",
        "Peak MB of the process (of the fetch: over its imports):",
        "",
        *head,
        *peaks,
    ]
    return "\n".join(lines) + "\n"
