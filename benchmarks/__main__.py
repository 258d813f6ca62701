"""Measures everything side by side, prints the results and writes them to RESULTS.md."""

from __future__ import annotations

import argparse

from benchmarks.jobs import jobs
from benchmarks.report import RESULTS, page, with_section
from benchmarks.running import measured


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rows, one run, nothing written: does it all work?")
    asked = parser.parse_args()
    chosen = jobs(quick=asked.quick)
    results = {job.title: measured(job) for job in chosen}
    text = page(chosen, results)
    print(text)
    if not asked.quick:
        RESULTS.write_text(with_section(RESULTS.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    main()
