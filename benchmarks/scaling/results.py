"""What was measured as a section of Markdown, held against the goals."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version

from benchmarks.goals import Goal
from benchmarks.scaling.runs import (
    MILLION,
    Cost,
    Measured,
    Run,
    counts,
    growths,
    kernel,
    own,
    peaks,
    per_million,
    sizes,
    whole,
)
from benchmarks.scaling.steps import COMPARE, DELTA, OWN, PEER, STEPS, WHOLE

HEADING = "# Scale"
PLOT = "scale.svg"
MOST_GROWTH, MOST_DELTA, MOST_MB = 0.15, 0.35, 2500


def goals(measured: Measured) -> Iterator[Goal]:
    """A line for each goal."""
    for step in OWN:
        goal, growth = f"own CPU a million at most {MOST_GROWTH:.0%} more at any larger size", most(measured[step])
        yield step, goal, f"{growth:+.0%}", growth <= MOST_GROWTH
    growth, peer = (most(measured[step], whole) for step in (COMPARE, PEER))
    goal = f"CPU a million, the kernel's with it, grows no more than that of bare SQL, {peer:+.0%}"
    yield COMPARE, goal, f"{growth:+.0%}", growth <= peer
    peak = max(max(peaks(measured[step]).values()) for step in OWN)
    yield "every step", f"at most {MOST_MB} MB at every size", f"{peak:.0f} MB", peak <= MOST_MB
    day, delta = per_million(measured[WHOLE]), per_million(measured[DELTA])
    share = max(delta[rows] / day[rows] for rows in day)
    yield DELTA, f"at most {MOST_DELTA} x the whole day", f"{share:.2f} x", share <= MOST_DELTA


def most(runs: Sequence[Run], cost: Cost = own) -> float:
    """The greatest growth of all larger sizes."""
    return max(growths(runs, cost).values(), default=0.0)


def section(measured: Measured) -> str:
    """Goals first, then CPU, its growth and memory of each step by size."""
    found = sizes(measured[WHOLE])
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, duckdb {version('duckdb')}"
    lines = [
        f"{HEADING} from {found[0]:,} to {found[-1]:,} customers a side",
        "",
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {machine}.",
        "Written by `python -m benchmarks.scale`; README.md says how it is measured.",
        "",
        "| work | goal | measured | reached |",
        "|---|---|---|---|",
        *(
            f"| {work} | {goal} | {found} | {'yes' if yes else '**no**'} |"
            for work, goal, found, yes in goals(measured)
        ),
        "",
        "CPU seconds a million customers a side (the mean of all runs):",
        "",
        *_table(measured, per_million, "{:.1f}"),
        "",
        "Of these the kernel's:",
        "",
        *_table(measured, lambda runs: per_million(runs, kernel), "{:.2f}"),
        "",
        f"![CPU seconds a million customers, by size]({PLOT})",
        "",
        "How much more own CPU a million cost than in the runs of the smallest size before and after (the median):",
        "",
        *_table(measured, growths, "{:+.0%}"),
        "",
        "The same with the kernel's:",
        "",
        *_table(measured, lambda runs: growths(runs, whole), "{:+.0%}"),
        "",
        "Peak MB of the process (of the fetch: over its imports):",
        "",
        *_table(measured, peaks, "{:.0f}"),
        "",
        "Runs:",
        "",
        *_table(measured, counts, "{}"),
    ]
    return "\n".join(lines) + "\n"


def _table(measured: Measured, column: Callable[[Sequence[Run]], Mapping[int, float]], form: str) -> Iterator[str]:
    """A line for each step, with a value for each of its sizes."""
    columns = {step: column(measured[step]) for step in STEPS}
    head = [f"{rows / MILLION:g} M" for rows in columns[WHOLE]]
    yield f"| step | {' | '.join(head)} |"
    yield "|---" * (len(head) + 1) + "|"
    for step, values in columns.items():
        yield f"| {step} | {' | '.join(map(form.format, values.values()))} |"
