"""This provider's own way: from normalised sides to breaks, their history in the ledger, and the whole report."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

from airflow_provider_erp.reconciliation.customers.compare import compare
from airflow_provider_erp.reconciliation.customers.normalised import open_normalised
from airflow_provider_erp.reconciliation.customers.sides import Side
from airflow_provider_erp.reconciliation.ledger import Observation, fold, write_observation
from airflow_provider_erp.reconciliation.report import write_report
from airflow_provider_erp.reconciliation.result import Reconciliation
from airflow_provider_erp.reconciliation.spec import CUSTOMERS
from benchmarks.reconciling.customers import SIDES
from benchmarks.reconciling.planted import planted

TODAY = dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC)
YESTERDAY = TODAY - dt.timedelta(days=1)
SPEC = dataclasses.replace(CUSTOMERS, stale_after_days=90)


def prepare(url: str, folder: Path, rows: int, options: Mapping[str, str]) -> Callable[[], int]:
    """All of it, or the ``part`` that is asked for: ``compare``, or ``report`` of what was compared beforehand."""
    both, part = sides(Path(url)), options.get("part")
    spec = dataclasses.replace(SPEC, similar=options.get("similar") != "no")

    def compared() -> Reconciliation:
        one, other = (open_normalised(Path(url) / f"{name}_normalised.parquet") for name in SIDES)
        return compare(spec, both, (one, other), folder, as_of=TODAY)

    before = compared() if part == "report" else None

    def work() -> int:
        result = before or compared()
        if part != "compare":
            tell(result, folder)
        return checked(result.counts, planted(int(options["customers"])))

    return work


def sides(url: Path, day: str = "") -> tuple[Side, Side]:
    """Both systems' customers, as they are on a day."""
    source, target = (
        Side(title=name.title(), records=url / f"{name}{day}.parquet", coverage="full", batch=f"{name}/customer/today")
        for name in SIDES
    )
    return source, target


def tell(result: Reconciliation, folder: Path) -> None:
    """Writes the history, after a day that had the same breaks, and all files of the report."""
    observation, history = folder / "observation.parquet", folder / "history"
    write_observation(result.breaks, observation)
    before = Observation(as_of=YESTERDAY, observed_at=YESTERDAY, resolves=True, breaks=observation)
    history.mkdir()
    known = fold([before], result.breaks, as_of=TODAY, zone=result.zone, folder=history)
    write_report(result, known, folder / "report")


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
