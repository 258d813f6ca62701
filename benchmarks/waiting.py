"""Lets many triggers wait on one event loop, prints what it cost and writes it to RESULTS.md."""

from __future__ import annotations

import argparse

from benchmarks.report import RESULTS, with_section
from benchmarks.watching.results import section
from benchmarks.watching.running import measured

TRIGGERS, SECONDS, RUNS = 200, 30.0, 3
POLL_INTERVAL = 1.0
QUICK_SECONDS = 3.0


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.waiting", description=__doc__)
    parser.add_argument("--triggers", type=int, default=TRIGGERS, help=f"only {TRIGGERS} are written down")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--quick", action="store_true", help=f"one run of {QUICK_SECONDS:g} s: does it all work?")
    asked = parser.parse_args()
    runs, seconds = (1, QUICK_SECONDS) if asked.quick else (asked.runs, SECONDS)
    text = section(measured(asked.triggers, seconds, POLL_INTERVAL, runs), asked.triggers, runs, POLL_INTERVAL)
    print(text)
    if asked.triggers == TRIGGERS and not asked.quick:
        RESULTS.write_text(with_section(RESULTS.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    main()
