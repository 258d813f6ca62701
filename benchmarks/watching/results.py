"""The goals and the costs of waiting as a section of Markdown."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Iterator
from importlib.metadata import version

from benchmarks.goals import Goal
from benchmarks.watching.running import LATENCY, Cost

HEADING = "# Waiting"
MOST_BLOCKED, MOST_CONNECTIONS = 0.2, 8


def goals(cost: Cost, triggers: int) -> Iterator[Goal]:
    """A line for each goal."""
    work = f"{triggers} triggers on one loop"
    yield work, f"block it for less than {MOST_BLOCKED:g} s", f"{cost.longest:.3f} s", cost.longest < MOST_BLOCKED
    most = f"at most {MOST_CONNECTIONS} connections to one host at once"
    yield work, most, f"{cost.connections}", cost.connections <= MOST_CONNECTIONS


def section(cost: Cost, triggers: int, runs: int, poll_interval: float) -> str:
    """Goals first, then what it cost."""
    packages = (f"{name} {version(name)}" for name in ("apache-airflow", "aiohttp", "msgspec"))
    machine = ", ".join((f"{os.cpu_count()} cores", f"Python {platform.python_version()}", *packages))
    rate = cost.looks / cost.wall
    lines = [
        f"{HEADING} with {triggers} triggers, a look every {poll_interval:g} s, {LATENCY * 1000:.0f} ms an answer",
        "",
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {machine}, {'one run' if runs == 1 else f'the worst of {runs} runs'}.",
        "Written by `python -m benchmarks.waiting`; README.md says how it is measured. Every trigger got its event.",
        "",
        "| work | goal | measured | reached |",
        "|---|---|---|---|",
        *(
            f"| {work} | {goal} | {found} | {'yes' if yes else '**no**'} |"
            for work, goal, found, yes in goals(cost, triggers)
        ),
        "",
        "| | |",
        "|---|---|",
        f"| longest block of the loop | {cost.longest * 1000:.0f} ms |",
        f"| most CPU time of the loop's thread in one round | {cost.worked * 1000:.0f} ms |",
        f"| the same without what collecting garbage took | {cost.apart * 1000:.0f} ms |",
        f"| Python's longest round of collecting garbage, by the clock | {cost.collecting * 1000:.0f} ms |",
        f"| longest block before any trigger ran | {cost.idle * 1000:.0f} ms |",
        f"| connections that the server saw in all | {cost.connections} |",
        f"| sign-ins | {cost.sign_ins} |",
        f"| looks a second | {rate:.0f} |",
        f"| CPU ms a look, server apart | {cost.cpu / cost.looks * 1000:.2f} |",
        f"| memory beside what was there before | {cost.memory_mb:.0f} MB |",
        f"| from the change to the last trigger's event | {cost.last_event:.1f} s |",
    ]
    return "\n".join(lines) + "\n"
