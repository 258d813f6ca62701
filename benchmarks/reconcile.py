"""Compares two systems' customers in each way, prints what it cost and writes it to RESULTS.md."""

from __future__ import annotations

import argparse

from benchmarks.reconciling.normalised import kept
from benchmarks.reconciling.results import section
from benchmarks.reconciling.ways import measured
from benchmarks.report import RESULTS, with_section

ROWS, RUNS = 1_000_000, 3


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.reconcile", description=__doc__)
    parser.add_argument(
        "--rows", type=int, default=ROWS, help=f"customers of each system; only {ROWS:,} are written down"
    )
    parser.add_argument("--runs", type=int, default=RUNS)
    asked = parser.parse_args()
    text = section(measured(kept(asked.rows), asked.rows, asked.runs), asked.rows, asked.runs)
    print(text)
    if asked.rows == ROWS:
        RESULTS.write_text(with_section(RESULTS.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    main()
