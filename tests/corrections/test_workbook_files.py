"""The file of a plan's workbook: damaged, hostile, or of something else it is refused; any value survives it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marked_workbooks import PLAN, TITLES, edited, marking, subjects
from plans import a_change, a_plan

import airflow_provider_erp.corrections.spreadsheet as spreadsheet
from airflow_provider_erp.corrections.approvals import read_marks
from airflow_provider_erp.corrections.spreadsheet import HalfAFile
from airflow_provider_erp.corrections.workbook import SHEET, write_workbook


def test_workbook_that_was_not_written_with_a_plan_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected the columns of a plan's workbook, but Plan is not there"):
        subjects(tmp_path, lambda sheet: sheet.delete_cols(TITLES.index("Plan") + 1))
    book = openpyxl.Workbook()
    book.create_sheet(SHEET)
    book.save(tmp_path / "empty.xlsx")
    with pytest.raises(ValueError, match=r"empty\.xlsx, sheet Corrections: expected the columns"):
        read_marks(tmp_path / "empty.xlsx", PLAN)
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(ValueError, match=r"other\.xlsx: expected a sheet 'Corrections'; it has none"):
        read_marks(tmp_path / "other.xlsx", PLAN)


def test_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "corrections.xlsx"
    file.write_bytes(b"approve?,System\n")
    with pytest.raises(ValueError, match=r"corrections\.xlsx: expected an XLSX file"):
        read_marks(file, PLAN)
    with pytest.raises(ValueError, match="expected") as refused:
        read_marks(file, PLAN)
    assert not isinstance(refused.value, HalfAFile)
    with zipfile.ZipFile(file, "w") as book:
        book.writestr("readme.txt", "no workbook")
    with pytest.raises(ValueError, match="expected an XLSX file"):
        read_marks(file, PLAN)


def test_workbook_whose_bytes_were_damaged_is_refused(tmp_path: Path) -> None:
    file = edited(tmp_path, marking(r2="x"))
    content = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as book:
        info = book.getinfo("xl/worksheets/sheet1.xml")
    start = info.header_offset + 30 + len(info.filename) + 20
    content[start : start + 40] = bytes(40)
    file.write_bytes(content)
    with pytest.raises(ValueError, match="expected an XLSX file") as refused:
        read_marks(file, PLAN)
    assert not isinstance(refused.value, HalfAFile)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_workbook_is_refused_or_still_says_the_same(tmp_path: Path, data: st.DataObject) -> None:
    file = tmp_path / "corrections.xlsx"
    write_workbook(PLAN, file)
    content = bytearray(file.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    file.write_bytes(content)
    with suppress(ValueError):
        assert read_marks(file, PLAN).changes == ()


def test_workbook_that_is_not_there_is_said_to_be_absent(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_marks(tmp_path / "corrections.xlsx", PLAN)


def with_sheet(file: Path, change: Callable[[str], str]) -> Path:
    """The workbook with another text of its sheet's XML."""
    with zipfile.ZipFile(file) as book:
        parts = {name: book.read(name).decode() for name in book.namelist()}
    with zipfile.ZipFile(file, "w") as book:
        for name, text in parts.items():
            book.writestr(name, change(text) if name == "xl/worksheets/sheet1.xml" else text)
    return file


def test_cell_without_its_place_is_refused(tmp_path: Path) -> None:
    file = with_sheet(edited(tmp_path, marking(r2="x")), lambda text: text.replace('r="A1"', ""))
    with pytest.raises(ValueError, match="expected an XLSX file"):
        read_marks(file, PLAN)


def test_entities_that_grow_are_refused(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "{"ha" * 50}">{laughs}]><x>&l11;</x>'
    file = with_sheet(edited(tmp_path, marking(r2="x")), lambda _: bomb)
    with pytest.raises(ValueError, match="expected an XLSX file"):
        read_marks(file, PLAN)


def test_sheet_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = edited(tmp_path, marking(r2="x"))
    monkeypatch.setattr(spreadsheet, "MOST_BYTES", 100)
    with pytest.raises(ValueError, match="unpacks to more than 100 bytes"):
        read_marks(file, PLAN)


def test_formatted_text_and_formulas_are_read_as_what_they_show(tmp_path: Path) -> None:
    file = tmp_path / "rich.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet("Notes")
        sheet.write_rich_string("A1", "one ", book.add_format({"bold": True}), "two", " three")
        sheet.write_formula("B1", '="x"', None, "x")
        sheet.write_string("C1", "_x000D_ \r\n\x07")
        sheet.write_blank("D1", None, book.add_format({"bold": True}))
    assert list(spreadsheet.read_sheet(file, "Notes")) == [
        (1, {"A": "one two three", "B": "x", "C": "_x000D_ \r\n\x07"})
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.text(st.characters(exclude_categories=["Cs"])), resaved=st.booleans())
def test_any_value_survives_the_sheet(tmp_path: Path, value: str, resaved: bool) -> None:
    plan = a_plan(a_change(old=value, new=value + "!"))
    file = tmp_path / "corrections.xlsx"
    write_workbook(plan, file)
    if resaved:
        book = openpyxl.load_workbook(file)
        book.save(file)
    assert read_marks(file, plan).changes == ()


@pytest.mark.parametrize(
    "value", ["<r><b>x</b></r>", "x" * 40_000, "=HYPERLINK(1)", "{=1}", "'007", "http://x.example"]
)
def test_value_that_a_spreadsheet_would_take_for_more_is_text(tmp_path: Path, value: str) -> None:
    plan = a_plan(a_change(new=value))
    file = edited(tmp_path, marking(r2="x"), plan)
    assert [each.new for each in read_marks(file, plan).changes] == [value]


def test_plan_with_more_changes_than_a_sheet_has_rows_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("airflow_provider_erp.corrections.workbook.MOST_ROWS", 3)
    with pytest.raises(ValueError, match="4 changes, a sheet has 3 rows"):
        write_workbook(PLAN, tmp_path / "corrections.xlsx")
