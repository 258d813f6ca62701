"""Measures the steps of a day at growing sizes, prints what they cost and writes it to RESULTS.md, with a plot."""

from __future__ import annotations

import argparse
import sys

from benchmarks.report import HERE, RESULTS, with_section
from benchmarks.scaling.plot import plot
from benchmarks.scaling.results import PLOT, section
from benchmarks.scaling.runs import read, write
from benchmarks.scaling.steps import STEPS, measured

SIZES = (1_000_000, 2_000_000, 5_000_000, 10_000_000)


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.scale", description=__doc__)
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=list(SIZES), help="only the usual ones are written down"
    )
    parser.add_argument(
        "--again", nargs="*", choices=STEPS, help="adds runs to those of before: of these steps, or of all"
    )
    asked = parser.parse_args()
    runs = {step: [] for step in STEPS} if asked.again is None else read()
    for step, run in measured(asked.sizes, asked.again or STEPS):
        print(f"{step}: {run.cpu:.1f} CPU s, {run.peak_mb:.0f} MB", file=sys.stderr)
        runs[step].append(run)
        if asked.sizes == list(SIZES):
            write(runs)
    print(text := section(runs))
    if asked.sizes == list(SIZES):
        (HERE / PLOT).write_text(plot(runs), encoding="utf-8")
        RESULTS.write_text(with_section(RESULTS.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    main()
