"""A plan's workbook after a person has had it in a spreadsheet program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet
from plans import a_change, a_plan

from airflow_provider_erp.corrections.approvals import read_marks
from airflow_provider_erp.corrections.plan import Plan
from airflow_provider_erp.corrections.workbook import COLUMNS, SHEET, write_workbook

PLAN = a_plan(
    a_change("t1", number="07", field="name", old="+1", new="Äiti & Poika <Oy>\nOsasto 2"),
    a_change("t2", number="10", old="", break_id="b"),
    a_change("s3", action="create", number="11", field="name", old=None),
    a_change("s3", action="create", number="11", field="city", old=None),
)
TITLES = [column.title for column in COLUMNS]
Mark = Callable[[Worksheet], None]


def edited(folder: Path, edit: Mark, plan: Plan = PLAN) -> Path:
    """The plan's workbook after a spreadsheet program has opened, changed and saved it."""
    file = folder / "corrections.xlsx"
    write_workbook(plan, file)
    book = openpyxl.load_workbook(file)
    edit(book[SHEET])
    book.save(file)
    return file


def marking(**marks: Any) -> Mark:
    """Puts marks into rows, by their numbers: ``r2="x"``."""

    def edit(sheet: Worksheet) -> None:
        for row, mark in marks.items():
            sheet.cell(int(row[1:]), 1).value = mark

    return edit


def setting(row: int, title: str, value: Any) -> Mark:
    """Changes one cell, and marks the row."""

    def edit(sheet: Worksheet) -> None:
        marking(**{f"r{row}": "x"})(sheet)
        sheet.cell(row, TITLES.index(title) + 1).value = value

    return edit


def subjects(folder: Path, edit: Mark) -> list[tuple[str, str]]:
    return [(each.subject, each.field) for each in read_marks(edited(folder, edit), PLAN).changes]
