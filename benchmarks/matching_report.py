"""How right and how dear matching was, as a page of Markdown."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.labelled import FEBRL4, NORDIC, SETS
from benchmarks.peers import HERE as PEERS

RESULTS = Path(__file__).parent / "MATCHING.md"
Results = Mapping[str, Mapping[str, "Found"]]
"""What each way found, by the set's name and the way's title."""

HOW = """\
How it is measured: each way runs three times in a process of its own, taking turns; costs are medians, CPU is user +
system of the whole process with its start, memory its peak. All read the same files and are judged by the pairs they
would apply. No way reads the true pairs, but its makers did: the peers' comparisons, blocks and weights, like this
provider's one set of thresholds, were chosen with these sets at hand. The provider gets the raw columns and the kinds
of the fields. The peers get clean columns (`matching_ways/clean.py`), a setup for each set, and only the best source of
each target row is kept, which both sets allow and which does them good. splink's parameters are estimated without
labels from the million pairs it samples by default; sampling the 1e7 or 1e8 that it advises took two to four times the
CPU and found the same pairs but a handful.
"""

OWN, PEER = "this provider", "splink"
NORDIC_F1, FEBRL4_UNDER, PRECISION, CPU_SHARE = 0.97, 0.005, 0.995, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Counts of pairs; CPU seconds of the whole process and of its start, its peak memory."""

    applied: int
    right: int
    true: int
    cpu: float
    start_up: float
    memory_mb: float

    @property
    def precision(self) -> float:
        """The share of the applied pairs that are true; nothing applied is nothing wrong."""
        return self.right / self.applied if self.applied else 1.0

    @property
    def recall(self) -> float:
        """The share of the true pairs that were applied."""
        return self.right / self.true

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / (self.applied + self.true)


def goals(results: Results) -> Iterator[tuple[str, str, str, bool]]:
    """The set, the goal, what was measured, whether it was reached."""
    for name, found in results.items():
        own, peer = found[OWN], found[PEER]
        title = SETS[name].title
        if name == NORDIC.name:
            yield title, f"F1 at least {NORDIC_F1}", f"{own.f1:.4f}", own.f1 >= NORDIC_F1
            yield title, "F1 above splink's", f"{own.f1:.4f} to {peer.f1:.4f}", own.f1 > peer.f1
        if name == FEBRL4.name:
            told = f"{own.f1:.4f} to {peer.f1:.4f}"
            yield title, f"F1 at most {FEBRL4_UNDER} under splink's", told, own.f1 >= peer.f1 - FEBRL4_UNDER
        yield title, f"precision at least {PRECISION}", f"{own.precision:.4f}", own.precision >= PRECISION
        share = own.cpu / peer.cpu
        yield title, "at most half of splink's CPU", f"{share:.2f} x", share <= CPU_SHARE


def page(results: Results) -> str:
    """Goals first, then a table for each set."""
    peers = ", ".join((PEERS / f"{name}.txt").read_text().strip() for name in ("splink", "recordlinkage"))
    lines = [
        "# Matching, measured",
        "",
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}, {peers}.",
        "Written by `python -m benchmarks.matching`. Seconds are this machine's, ratios count.",
        "",
        *HOW.splitlines(),
        "",
        "| set | goal | measured | reached |",
        "|---|---|---|---|",
        *(f"| {title} | {goal} | {told} | {'yes' if yes else '**no**'} |" for title, goal, told, yes in goals(results)),
    ]
    for name, found in results.items():
        lines += ["", f"## {SETS[name].title}", "", *_table(found)]
    return "\n".join(lines) + "\n"


def _table(found: Mapping[str, Found]) -> list[str]:
    head = [
        "| way | precision | recall | F1 | applied | wrong | missed | CPU s | of it start | peak MB |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    return head + [
        f"| {title} | {each.precision:.4f} | {each.recall:.4f} | {each.f1:.4f} | {each.applied:,} "
        f"| {each.applied - each.right:,} | {each.true - each.right:,} "
        f"| {each.cpu:.2f} | {each.start_up:.2f} | {each.memory_mb:.0f} |"
        for title, each in found.items()
    ]
