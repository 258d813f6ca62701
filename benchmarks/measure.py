"""Does one job in this process and prints what it cost as JSON; imports are over when the measuring begins.

Runs in the environments of the peers, too: it imports nothing but the standard library.
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path


def kilobytes(field: str) -> int:
    """A field of this process's status."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1])
    raise ValueError(field)


def cpu() -> float:
    """User and system seconds of this process and of those it has waited for."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def system() -> float:
    """Of these, the seconds that the kernel worked."""
    return sum(resource.getrusage(who).ru_stime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way")
    parser.add_argument("url")
    parser.add_argument("rows", type=int)
    parser.add_argument("--package", default="benchmarks.ways")
    parser.add_argument("--option", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--folder", help="an empty one, which the caller removes; without it one is made and removed")
    asked = parser.parse_args()
    options = dict(each.split("=", 1) for each in asked.option)
    with nullcontext(asked.folder) if asked.folder else tempfile.TemporaryDirectory(prefix="erp-bench-") as name:
        work = importlib.import_module(f"{asked.package}.{asked.way}").prepare(
            asked.url, Path(name), asked.rows, options
        )
        Path("/proc/self/clear_refs").write_text("5")
        resident, spent, kernel, started = kilobytes("VmRSS"), cpu(), system(), time.monotonic()
        found = work()
        cost = {
            "rows": found,
            "cpu": cpu() - spent,
            "system": system() - kernel,
            "wall": time.monotonic() - started,
            "memory_mb": (kilobytes("VmHWM") - resident) / 1024,
            "peak_mb": (kilobytes("VmHWM") + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024,
        }
    print("\n" + json.dumps(cost), flush=True)
    sys.exit(found != asked.rows)


if __name__ == "__main__":
    main()
