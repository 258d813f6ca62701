"""A published report, read back the way a program does."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

FILES = {"report.html", "breaks.xlsx", "breaks.csv", "breaks.parquet", "breaks.json"}
"""What lies in the folder of a day."""

FACTS = ("kind", "field", "source_id", "target_id", "members", "candidates")
"""What the sandbox tells of a break between customers."""


def read_report(page: str) -> Any:
    """What stands in the JSON file beside the page."""
    return json.loads(folder_of(page).joinpath("breaks.json").read_bytes())


def folder_of(page: str) -> Path:
    """The folder of a page on this machine's disk."""
    return Path(page.removeprefix("file://")).parent


def report_of(base_path: Path, spec: str, day: dt.date) -> Any:
    """The report of a spec's only comparison on a day, which has all its files and nothing else."""
    [folder] = base_path.glob(f"reconciliation/{spec}/*/*/{day.isoformat()}")
    assert {file.name for file in folder.iterdir() if file.is_file()} == FILES
    return read_report(str(folder / "report.html"))


def facts(breaks: Any, names: tuple[str, ...] = FACTS) -> list[tuple[Any, ...]]:
    """The breaks of a report or of the sandbox's truth as tuples."""
    return [tuple(tuple(row[name]) if isinstance(row[name], list) else row[name] for name in names) for row in breaks]
