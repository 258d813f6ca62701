"""Measures the steps of a day at growing sizes, prints what they cost and writes it to RESULTS.md, with a plot."""

from __future__ import annotations

import argparse
import sys

from benchmarks.report import HERE, RESULTS, with_section
from benchmarks.scaling.plot import plot
from benchmarks.scaling.results import PLOT, section
from benchmarks.scaling.runs import join, read, write
from benchmarks.scaling.steps import measured

SIZES = (1_000_000, 2_000_000, 5_000_000, 10_000_000)


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.scale", description=__doc__)
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=list(SIZES), help="only the usual ones are written down"
    )
    parser.add_argument("--again", action="store_true", help="adds to the runs of before, which count, too")
    asked = parser.parse_args()
    costs = read() if asked.again else {}
    for rows, steps in measured(asked.sizes):
        told = (f"{name}: {step.cpu:.1f} CPU s, {step.peak_mb:.0f} MB" for name, step in steps.items())
        print(*told, sep="\n", file=sys.stderr)
        costs = join(costs, {rows: steps})
        if {*asked.sizes} <= {*SIZES}:
            write(costs)
    print(text := section(costs))
    if tuple(costs) == SIZES:
        (HERE / PLOT).write_text(plot(costs), encoding="utf-8")
        RESULTS.write_text(with_section(RESULTS.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    main()
