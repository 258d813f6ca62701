"""The goals and the costs of pushing as a section of Markdown."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Iterator
from importlib.metadata import version

from benchmarks.goals import Goal
from benchmarks.pushing.ways import EIGHT, LATENCY, ONE, PLAIN, Cost

HEADING = "# Pushing"
TIMES_FASTER = 6


def goals(costs: dict[str, Cost]) -> Iterator[Goal]:
    """A line for each goal."""
    ratio = costs[ONE.title].wall / costs[EIGHT.title].wall
    most = f"at least {TIMES_FASTER} x faster than one at a time"
    yield EIGHT.title, most, f"{ratio:.1f} x", ratio >= TIMES_FASTER


def section(costs: dict[str, Cost], rows: int, runs: int) -> str:
    """Goals first, then what each way cost."""
    packages = (f"{name} {version(name)}" for name in ("apache-airflow", "requests", "msgspec"))
    machine = ", ".join((f"{os.cpu_count()} cores", f"Python {platform.python_version()}", *packages))
    plain = costs[PLAIN.title]
    lines = [
        f"{HEADING} {rows:,} new customers, {LATENCY * 1000:.0f} ms an answer",
        "",
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {machine}, {'one run' if runs == 1 else f'medians of {runs} runs'}.",
        "Written by `python -m benchmarks.push`; README.md says how it is measured. Every way creates each customer",
        "once; this provider asks for each before, and keeps an intent and a receipt on disk.",
        "",
        "| work | goal | measured | reached |",
        "|---|---|---|---|",
        *(f"| {work} | {goal} | {found} | {'yes' if yes else '**no**'} |" for work, goal, found, yes in goals(costs)),
        "",
        "| way | wall s | x the last | CPU ms a customer | requests a customer |",
        "|---|---|---|---|---|",
        *(
            f"| {title} | {cost.wall:.2f} | {cost.wall / plain.wall:.2f} | {cost.cpu / rows * 1000:.2f} "
            f"| {cost.requests / rows:.0f} |"
            for title, cost in costs.items()
        ),
    ]
    return "\n".join(lines) + "\n"
