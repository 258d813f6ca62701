"""This provider's own way: from normalised sides to breaks, their history from the ledger, and all files of the report."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path

TODAY = dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC)


def prepare(url: str, folder: Path, rows: int, options: Mapping[str, str]) -> Callable[[], int]:
    import duckdb  # noqa: F401  # imported before the measuring begins

    from airflow_provider_erp.reconciliation.customers.compare import compare
    from airflow_provider_erp.reconciliation.customers.normalised import open_normalised
    from airflow_provider_erp.reconciliation.customers.sides import Side
    from airflow_provider_erp.reconciliation.ledger import Observation, fold, write_observation
    from airflow_provider_erp.reconciliation.report import write_report
    from airflow_provider_erp.reconciliation.spec import CUSTOMERS

    day, names = options.get("day", ""), ("source", "target")
    source, target = (
        Side(title=name.title(), records=Path(url) / f"{name}.parquet", coverage="full", batch=f"{name}/customer/today")
        for name in names
    )

    def work() -> int:
        one, other = (open_normalised(Path(url) / f"{name}{day}_normalised.parquet") for name in names)
        result = compare(CUSTOMERS, (source, target), (one, other), folder, as_of=TODAY)
        observation = folder / "observation.parquet"
        write_observation(result.breaks, observation)
        yesterday = TODAY - dt.timedelta(days=1)
        before = Observation(as_of=yesterday, observed_at=yesterday, resolves=True, breaks=observation)
        (folder / "history").mkdir()
        history = fold([before], result.breaks, as_of=TODAY, zone="UTC", folder=folder / "history")
        write_report(result, history, folder / "report")
        print(json.dumps({"counts": result.counts, "matched_by": result.matched_by}))
        return sum(result.counts.values())

    return work
