"""The pages as HTML: everything that a template is given is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from airflow_provider_erp.landing.manifest import Manifest
from airflow_provider_erp.reconciliation.report.cells import both_cells, what
from airflow_provider_erp.reconciliation.report.chart import DAYS, MOVED_HEIGHT, OPEN_HEIGHT, STEP
from airflow_provider_erp.reconciliation.report.figures import AGES
from airflow_provider_erp.reconciliation.report.formats import money
from airflow_provider_erp.reconciliation.report.marks import clipped
from airflow_provider_erp.reconciliation.words import field_words, plural, sentence_case
from airflow_provider_erp.ui.times import RULE, at, day_of


def lasted(seconds: float | None) -> str:
    """Seconds, or minutes and seconds."""
    if seconds is None:
        return ""
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60)} s"


def amounted(amount: str, currency: str) -> str:
    """An amount that the ledger keeps as text."""
    try:
        return money(Decimal(amount), currency)
    except InvalidOperation:
        return f"{amount} {currency}"


def completeness(manifest: Manifest) -> str:
    """How far a batch covers what the system holds."""
    if manifest.coverage == "changes":
        said = "changes only"
    elif manifest.announced_total is not None:
        said = f"full, {manifest.announced_total:,} announced"
    else:
        said = "full, to the last page"
    return f"{said}, read twice" if manifest.looks > 1 else said


def segment(text: str) -> str:
    """One segment of a path in an address."""
    return quote(text, safe="")


_TEMPLATES = Environment(
    loader=PackageLoader(__package__),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals.update(
    AGES=AGES,
    DAYS=DAYS,
    MOVED_HEIGHT=MOVED_HEIGHT,
    OPEN_HEIGHT=OPEN_HEIGHT,
    RULE=RULE,
    STEP=STEP,
    amounted=amounted,
    at=at,
    both_cells=both_cells,
    clipped=clipped,
    completeness=completeness,
    counted="{:,}".format,
    day_of=day_of,
    field_words=field_words,
    lasted=lasted,
    money=money,
    plural=plural,
    segment=segment,
    sentence_case=sentence_case,
    what=what,
)


def page(request: Request, template: str, values: Mapping[str, Any], status_code: int = 200) -> HTMLResponse:
    """The page; ``root`` is where the application lies, below which all its links are."""
    root = str(request.scope.get("root_path", "")).rstrip("/")
    text = _TEMPLATES.get_template(template).render(root=root, **values)
    return HTMLResponse(text, status_code=status_code)
