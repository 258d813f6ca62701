"""This provider's own way: from normalised sides to breaks, their history in the ledger, and the whole report."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.reconciling.planted import planted

TODAY = dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC)
STALE_AFTER_DAYS = 90


def prepare(url: str, folder: Path, rows: int, options: Mapping[str, str]) -> Callable[[], int]:
    import duckdb  # noqa: F401  # imported before the measuring begins

    from airflow_provider_erp.reconciliation.customers.compare import compare
    from airflow_provider_erp.reconciliation.customers.normalised import open_normalised
    from airflow_provider_erp.reconciliation.customers.sides import Side
    from airflow_provider_erp.reconciliation.ledger import Observation, fold, write_observation
    from airflow_provider_erp.reconciliation.report import write_report
    from airflow_provider_erp.reconciliation.spec import CUSTOMERS

    spec, names = dataclasses.replace(CUSTOMERS, stale_after_days=STALE_AFTER_DAYS), ("source", "target")
    source, target = (
        Side(title=name.title(), records=Path(url) / f"{name}.parquet", coverage="full", batch=f"{name}/customer/today")
        for name in names
    )

    def work() -> int:
        one, other = (open_normalised(Path(url) / f"{name}_normalised.parquet") for name in names)
        result = compare(spec, (source, target), (one, other), folder, as_of=TODAY)
        observation = folder / "observation.parquet"
        write_observation(result.breaks, observation)
        yesterday = TODAY - dt.timedelta(days=1)
        before = Observation(as_of=yesterday, observed_at=yesterday, resolves=True, breaks=observation)
        (folder / "history").mkdir()
        history = fold([before], result.breaks, as_of=TODAY, zone="UTC", folder=folder / "history")
        write_report(result, history, folder / "report")
        return checked(result.counts, planted(int(options["customers"])))

    return work


def checked(found: Mapping[str, int], expected: Mapping[str, int]) -> int:
    """How many breaks there are.

    Raises:
        RuntimeError: of a kind there are more or fewer than were planted.
    """
    wrong = [
        f"{kind} {found.get(kind, 0)} (expected {number})"
        for kind, number in expected.items()
        if found.get(kind, 0) != number
    ]
    if wrong:
        raise RuntimeError(f"breaks by kind: {', '.join(wrong)}; the comparison or the customers are wrong")
    return sum(found.values())
