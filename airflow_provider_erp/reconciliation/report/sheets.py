"""One sheet of a workbook: a header that stays, filters, and cells that are text, numbers and dates as such."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

MOST_CHARACTERS = 32_767
"""A cell of a spreadsheet holds no more. Source: Microsoft, Excel specifications and limits."""

Kind = Literal["text", "count", "money", "share", "date"]
Cell = str | int | float | Decimal | dt.date | None

_NUMBER_FORMATS: dict[Kind, str] = {
    "text": "@",
    "count": "#,##0",
    "money": "#,##0.00",
    "share": "0.0%",
    "date": "yyyy-mm-dd",
}
_FORM_OF: dict[type, Kind] = {int: "count", Decimal: "money"}


def new_workbook(to: Path) -> Any:
    """A file that is written row by row; texts in it are texts, whatever they look like."""
    import xlsxwriter  # noqa: PLC0415  # heavy: not when a DAG file is parsed

    settings = {
        "constant_memory": True,
        "tmpdir": str(to.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    return xlsxwriter.Workbook(str(to), settings)


@dataclass(frozen=True, slots=True)
class Column:
    """A column's title, its width in characters, and what its cells are."""

    title: str
    width: int = 14
    kind: Kind = "text"


class Workbook:
    """A workbook of which one row at a time is in memory: rows are written from the top to the bottom."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._header = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._bold = book.add_format({"bold": True, "num_format": "@"})
        self._formats = {kind: book.add_format({"num_format": text}) for kind, text in _NUMBER_FORMATS.items()}

    def add_table(self, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> tuple[Any, int]:
        """Add a sheet with a header, filters and rows; it comes back, and the number of its last row."""
        sheet = self._sheet(name, columns)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, safe(column.title), self._header)
        last = 0
        for last, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                _write(sheet, last, place, value)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, last, len(columns) - 1)
        return sheet, last

    def add_page(self, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:
        """Add a sheet to be read: a row with one cell is a heading."""
        sheet = self._sheet(name, columns)
        sheet.hide_gridlines(2)
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                form = self._bold if len(row) == 1 else self._formats[_FORM_OF.get(type(value), "text")]
                _write(sheet, number, place, value, form)

    def _sheet(self, name: str, columns: Sequence[Column]) -> Any:
        sheet = self._book.add_worksheet(name)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width, self._formats[column.kind])
        return sheet


def _write(sheet: Any, row: int, column: int, value: Cell, form: Any = None) -> None:
    """Without a format of its own a cell has its column's."""
    if value is None or value == "":
        return
    if isinstance(value, str):
        sheet.write_string(row, column, safe(value), form)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, value, form)
    else:
        sheet.write_number(row, column, value, form)


def safe(text: str) -> str:
    """The text as a cell can hold it.

    The library takes a text in ``<r>`` and ``</r>`` for its own markup: a blank behind prevents that.
    """
    text = text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text
