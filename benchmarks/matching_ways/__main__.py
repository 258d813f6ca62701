"""Matches one set in one way in this process and prints the pairs and what they cost as JSON.

Runs in the environments of the peers, too: it imports nothing but the standard library.
"""

from __future__ import annotations

import argparse
import importlib
import json

from benchmarks.labelled import SETS
from benchmarks.measure import cpu, kilobytes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way")
    parser.add_argument("set", choices=sorted(SETS))
    asked = parser.parse_args()
    way = importlib.import_module(f"benchmarks.matching_ways.{asked.way}")
    start_up = cpu()
    pairs = way.matched(SETS[asked.set])
    told = {"cpu": cpu(), "start_up": start_up, "memory_mb": kilobytes("VmHWM") / 1024, "pairs": sorted(pairs)}
    print("\n" + json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
