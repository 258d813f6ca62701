"""What an observation keeps of a report, so that lists of reports need not open any: counts, sums, and who made it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.reconciliation.history import History
from airflow_provider_erp.reconciliation.report.figures import AGE, AGES
from airflow_provider_erp.reconciliation.result import Reconciliation

_MEMORY_MB = 64


def facts_of(
    result: Reconciliation, history: History, summary: dict[str, Any], made_by: Attempt | None, breaks: Path
) -> dict[str, Any]:
    """The facts of an observation: no names, no values, nothing personal; ``breaks`` is the report's Parquet file."""
    told = {name: summary[name] for name in ("verdict", "judgements", "open", "states", "at_risk")}
    names = ("dag_id", "run_id", "task_id", "map_index")
    return {
        "counts": dict(result.counts),
        "source_records": result.source.records,
        "target_records": result.target.records,
        "unplaced": result.source.unplaced_records + result.target.unplaced_records,
        "matched": result.matched,
        "things": result.things,
        "titles": [result.title, result.source.title, result.target.title],
        "kinds": dict(result.kinds),
        "date": history.date.isoformat(),
        "zone": result.zone,
        "days": [[day.date.isoformat(), day.open, day.new, day.resolved] for day in history.days],
        "aging": _aging(history),
        "breaks_sha256": storage.sha256(breaks),
        **told,
        **({name: getattr(made_by, name) for name in names} if made_by else {}),
    }


def _aging(history: History) -> dict[str, list[int]]:
    """How many open breaks there are of each kind and age, in the order of ``AGES``."""
    query = f"SELECT kind, {AGE} AS age, count(*) FROM read_parquet(?) GROUP BY ALL ORDER BY ALL"  # noqa: S608
    found: dict[str, list[int]] = {}
    with open_engine(history.open.parent, memory_mb=_MEMORY_MB) as engine:
        for kind, age, count in engine.execute(query, [str(history.open)]).fetchall():
            found.setdefault(kind, [0] * len(AGES))[age] = count
    return found
