"""The results as a page of Markdown."""

from __future__ import annotations

import datetime as dt
import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

from benchmarks.goals import Results, goals
from benchmarks.jobs import Job
from benchmarks.running import Cost

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"
PACKAGES = ("apache-airflow", "aiohttp", "requests", "msgspec", "duckdb", "zstandard")


def page(jobs: list[Job], results: Results) -> str:
    """Goals first, then each job's table."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {packages}"
    lines = [
        "# Results",
        "",
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {machine}.",
        "Written by `make bench`; README.md says how it is measured. Seconds are this machine's, ratios count.",
        "",
        "| work | goal | measured | reached |",
        "|---|---|---|---|",
        *(
            f"| {work} | {goal} | {found} | {'yes' if yes else '**no**'} |"
            for work, goal, found, yes in goals(jobs, results)
        ),
    ]
    for job in jobs:
        lines += ["", f"## {job.title}", "", *_table(results[job.title])]
    return "\n".join(lines) + "\n"


def with_section(page: str, section: str) -> str:
    """The page with this section in the place of the one whose heading begins with the same word, or at its end."""
    word = " ".join(section.split()[:2])
    older = re.compile(rf"^{word}\b.*?(?=^# |\Z)", re.MULTILINE | re.DOTALL)
    rest = older.sub("", page).strip("\n")
    return f"{rest}\n\n{section}".lstrip("\n")


def _table(costs: dict[str, Cost]) -> list[str]:
    first = next(iter(costs.values()))
    head = ["| way | CPU s | x the first | wall s | memory MB |", "|---|---|---|---|---|"]
    return head + [
        f"| {title} | {cost.cpu:.2f} | {cost.cpu / first.cpu:.1f} | {cost.wall:.2f} | {cost.memory_mb:.0f} |"
        for title, cost in costs.items()
    ]
