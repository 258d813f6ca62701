"""This provider from canonical records on, normalising included; the next day starts from the rows that were kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from airflow_provider_erp.reconciliation.customers.compare import reconcile
from benchmarks.reconciling.planted import planted, planted_the_next_day
from benchmarks.reconciling.provider_way import SPEC, TODAY, checked, sides, tell


def prepare(url: str, folder: Path, rows: int, options: Mapping[str, str]) -> Callable[[], int]:
    day, customers = options.get("day", ""), int(options["customers"])
    source, target = sides(Path(url), day)
    kept = Path(options["kept"])
    if not day:
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir()

    def work() -> int:
        result = reconcile(SPEC, source, target, folder, as_of=TODAY, kept=kept)
        tell(result, folder)
        return checked(result.counts, planted_the_next_day(customers) if day else planted(customers))

    return work
