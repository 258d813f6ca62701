"""The files of a report, written into one folder."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.reconciliation.history import History
from airflow_provider_erp.reconciliation.report.acceptances import said
from airflow_provider_erp.reconciliation.report.figures import read_figures
from airflow_provider_erp.reconciliation.report.left_out import remarks_of
from airflow_provider_erp.reconciliation.report.page import as_html
from airflow_provider_erp.reconciliation.report.tables import write_csv, write_json
from airflow_provider_erp.reconciliation.report.verdict import verdict
from airflow_provider_erp.reconciliation.report.workbook import write_workbook
from airflow_provider_erp.reconciliation.result import Reconciliation

MEMORY_MB = 256
FORMAT = 1
"""The number of the JSON file's format: ``breaks.schema.json`` describes it."""


def write_report(
    result: Reconciliation, history: History, folder: Path, *, judgements: Sequence[str] = (), path: str = ""
) -> Path:
    """Write the page and the files beside it, over those of an earlier run; the page comes back.

    They are ``report.html``, ``breaks.xlsx``, ``breaks.csv``, ``breaks.parquet``
    and ``breaks.json``. ``judgements`` are sentences on the thresholds that were
    exceeded, ``path`` is the folder's address for people who get the page alone.
    """
    result = replace(result, remarks=(*remarks_of(result), *said(history)))
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "report.html"
    with open_engine(folder, memory_mb=MEMORY_MB) as engine:
        figures = read_figures(engine, history)
        write_csv(engine, folder / "breaks.csv")
        write_json(engine, summary(result, history, judgements), folder / "breaks.json")
        write_workbook(engine, result, history, judgements, folder / "breaks.xlsx")
    shutil.copyfile(history.open, folder / "breaks.parquet")
    page.write_bytes(as_html(result, history, figures, judgements=judgements, path=path))
    return page


def summary(result: Reconciliation, history: History, judgements: Sequence[str] = ()) -> Mapping[str, Any]:
    """What stands in the JSON file before the breaks."""
    facts: dict[str, Any] = msgspec.to_builtins(
        {name: getattr(result, name) for name in result.__dataclass_fields__ if name not in {"breaks", "as_of"}}
    )
    days = {name: getattr(history, name) for name in ("date", "days", "before", "resolves", "not_looked_at")}
    opening = {
        "format": FORMAT,
        "verdict": verdict(result, history),
        "judgements": tuple(judgements),
        "as_of": result.as_of,
    }
    return opening | facts | {"matched": result.matched} | days
