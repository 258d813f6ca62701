"""Pushes new customers in each way, prints what it cost and writes it to RESULTS.md."""

from __future__ import annotations

import argparse

from benchmarks.pushing.results import section
from benchmarks.pushing.ways import measured
from benchmarks.report import RESULTS, with_section

ROWS, RUNS = 1_000, 3
QUICK_ROWS = 40


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.push", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help=f"customers; only {ROWS:,} are written down")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROWS} customers, one run: does it all work?")
    asked = parser.parse_args()
    rows, runs = (QUICK_ROWS, 1) if asked.quick else (asked.rows, asked.runs)
    text = section(measured(rows, runs), rows, runs)
    print(text)
    if rows == ROWS:
        RESULTS.write_text(with_section(RESULTS.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    main()
