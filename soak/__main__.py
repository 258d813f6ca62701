"""``python -m soak --seed N --schedules 1000 --minutes 60``: runs the soak; status 1 where something did not hold."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from secrets import randbelow


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser("python -m soak", description="Random days against the sandbox.")
    parser.add_argument("--seed", type=int, help="of the first schedule; one is drawn and printed without it")
    parser.add_argument("--schedules", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=60, help="after which no other schedule is begun")
    parser.add_argument("--keep", type=Path, help="a folder for what failing schedules left behind")
    asked = parser.parse_args(arguments)
    seed = randbelow(10**9) if asked.seed is None else asked.seed
    print(f"seed {seed}, {asked.schedules} schedules, at most {asked.minutes:g} minutes", flush=True)
    with tempfile.TemporaryDirectory(prefix="soak-airflow-") as home:
        os.environ.setdefault("AIRFLOW_HOME", home)
        os.environ.setdefault("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        from soak.runner import soak  # Airflow looks for its home when it is imported

        logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # who is killed says no goodbye to the sandbox
        outcome = soak(seed, asked.schedules, asked.minutes, say=partial(print, flush=True), keep=asked.keep)
    return int(bool(outcome.failed))


if __name__ == "__main__":
    sys.exit(main())
