"""Measures the steps of a day at growing sizes, prints what they cost and writes it to RESULTS.md, with a plot."""

from __future__ import annotations

import argparse

from benchmarks.report import HERE, RESULTS, with_section
from benchmarks.scaling.plot import plot
from benchmarks.scaling.results import PLOT, section
from benchmarks.scaling.steps import measured

SIZES = (1_000_000, 2_000_000, 5_000_000, 10_000_000)


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.scale", description=__doc__)
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=list(SIZES), help="only the usual ones are written down"
    )
    asked = parser.parse_args()
    costs = {rows: measured(rows) for rows in asked.sizes}
    text = section(costs)
    print(text)
    if tuple(asked.sizes) == SIZES:
        (HERE / PLOT).write_text(plot(costs), encoding="utf-8")
        RESULTS.write_text(with_section(RESULTS.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    main()
