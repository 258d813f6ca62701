"""The result as files: a page for people, JSON for programs, CSV for spreadsheets.

Identical input gives identical bytes: nothing here reads a clock.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from airflow_provider_erp.reconciliation.breaks import Break, Reconciliation
from airflow_provider_erp.reconciliation.words import field_words, plural, sentence_case

SHOWN_BREAKS = 1_000
"""As many breaks stand in the page; the files beside it have all."""

CSV_COLUMNS = (
    "kind",
    "customer",
    "name",
    "field",
    "source_value",
    "target_value",
    "matched_by",
    "source_id",
    "target_id",
    "members",
    "break_id",
)
"""The names of a break's own attributes, in the file's order."""

_FORMULA_STARTS = frozenset("=+-@")

_TEMPLATES = Environment(
    loader=PackageLoader(__package__),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


def moment(when: dt.datetime) -> str:
    """The minute in the zone that it was given in, with that zone's name."""
    return when.strftime("%Y-%m-%d %H:%M %Z").strip()


_TEMPLATES.globals.update(plural=plural, moment=moment, field_words=field_words, sentence_case=sentence_case)


def write_report(reconciliation: Reconciliation, folder: Path) -> Path:
    """Write ``report.html``, ``breaks.json`` and ``breaks.csv``, over those of an earlier run; the page comes back."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "breaks.json").write_bytes(as_json(reconciliation))
    (folder / "breaks.csv").write_bytes(as_csv(reconciliation))
    page = folder / "report.html"
    page.write_bytes(as_html(reconciliation))
    return page


def as_html(reconciliation: Reconciliation) -> bytes:
    """One page that stands alone, without scripts and without outside assets."""
    template = _TEMPLATES.get_template("report.html.j2")
    shown = reconciliation.breaks[:SHOWN_BREAKS]
    text = template.render(result=reconciliation, shown=shown)
    return text.encode()


def as_json(reconciliation: Reconciliation) -> bytes:
    """The whole result, values exactly as the systems wrote them."""
    summary: dict[str, Any] = {
        "spec": reconciliation.spec,
        "title": reconciliation.title,
        "as_of": reconciliation.as_of,
        "verdict": reconciliation.verdict,
        "remarks": reconciliation.remarks,
        "source": {
            "title": reconciliation.source_title,
            "batch": reconciliation.source_batch,
            "read_at": reconciliation.source_read_at,
            "customers": reconciliation.source_customers,
        },
        "target": {
            "title": reconciliation.target_title,
            "batch": reconciliation.target_batch,
            "read_at": reconciliation.target_read_at,
            "customers": reconciliation.target_customers,
        },
        "matched_by_key": reconciliation.matched_by_key,
        "kinds": reconciliation.kinds,
        "counts": reconciliation.counts,
        "breaks": reconciliation.breaks,
    }
    return msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n"


def as_csv(reconciliation: Reconciliation) -> bytes:
    """One line a break after RFC 4180, with the byte order mark that Excel wants, and formulas defused."""
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(map(_csv_row, reconciliation.breaks))
    return text.getvalue().encode("utf-8-sig")


def defused(cell: str) -> str:
    """The cell as text for a spreadsheet: an apostrophe goes before what one would run as a formula.

    White space, control characters and full-width forms before or instead of
    the sign do not hide it.
    """
    visible = cell.lstrip()
    while visible and unicodedata.category(visible[0])[0] in "CZ":
        visible = visible[1:]
    first = unicodedata.normalize("NFKC", visible[:1])
    return f"'{cell}" if cell.startswith(("\t", "\r", "\n")) or first in _FORMULA_STARTS else cell


def _csv_row(found: Break) -> dict[str, str]:
    row = {column: getattr(found, column) or "" for column in CSV_COLUMNS} | {"members": "; ".join(found.members)}
    return {column: defused(cell) for column, cell in row.items()}
