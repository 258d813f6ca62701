"""Ledgers of many comparisons over many days, as their manifests alone: quick to make, and all that a list reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from airflow_provider_erp.landing.observations import FORMAT, Manifest

LAST = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
DayFacts = Callable[[int], dict[str, Any]]
"""What is different in the facts of a day, counted back from the last."""


def long_ledgers(base: Path, specs: int, days: int, changed: DayFacts = lambda _: {}) -> None:
    """Of each spec an observation a day, the last on ``LAST``."""
    for number in range(specs):
        folder = base / f"reconciliation/spec{number:03}/visma_px-A/visma_net-A/ledger"
        folder.mkdir(parents=True)
        for back in range(days):
            _observe(folder, LAST - dt.timedelta(days=back), _facts(number, back) | changed(back))


def _observe(folder: Path, moment: dt.datetime, facts: dict[str, Any]) -> None:
    manifest = Manifest(
        format=FORMAT, as_of=moment, observed_at=moment, resolves=True, facts=facts, file="gone.parquet", sha256="0"
    )
    content = msgspec.json.encode(manifest)
    digest = sha256(content).hexdigest()[:16]
    (folder / f"{moment:%Y%m%dT%H%M%S.%fZ}-{digest}.json").write_bytes(content)


def _facts(number: int, back: int) -> dict[str, Any]:
    date = (LAST - dt.timedelta(days=back)).date()
    told = [(date - dt.timedelta(days=each)).isoformat() for each in reversed(range(30))]
    return {
        "report": date.isoformat(),
        "dag_id": "daily",
        "run_id": f"day-{back}",
        "task_id": "reconcile",
        "map_index": -1,
        "date": date.isoformat(),
        "verdict": "2 of 9 are missing",
        "judgements": [],
        "titles": [f"Spec {number:03}", "Visma PX", "Visma.net ERP"],
        "kinds": {"missing_in_target": "missing in Visma.net ERP"},
        "aging": {"missing_in_target": [2, 0, 0, 0]},
        "open": 2,
        "states": {"new": 2},
        "at_risk": {},
        "breaks_sha256": "0",
        "days": [[day, 2, 1, 1] for day in told],
    }
