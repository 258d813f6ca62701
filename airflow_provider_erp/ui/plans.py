"""Which workbook of a plan belongs to a report: the one that was made of exactly the report's files."""

from __future__ import annotations

import msgspec

from airflow_provider_erp.landing import storage
from airflow_provider_erp.operators.plan import MADE_OF
from airflow_provider_erp.ui.ledgers import Report

_WORKBOOK = "plan.xlsx"


def plan_digest(report: Report, digest: str) -> str | None:
    """The digest of the plan's workbook; None where the plan is not there, or was made of other files."""
    try:
        content = storage.read(report.file(f"plan-{digest}/{MADE_OF}"))
        made_of = msgspec.json.decode(content, type=dict[str, str])
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        return None
    workbook = made_of.pop(_WORKBOOK, None)
    is_of_report = made_of and all(report.digest(name) == known for name, known in made_of.items())
    return workbook if is_of_report else None
