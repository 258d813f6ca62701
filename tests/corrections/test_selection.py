"""A plan's workbook, marked by a person and read back as a selection."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet
from plans import a_change, a_plan

import airflow_provider_erp.corrections.spreadsheet as spreadsheet
from airflow_provider_erp.corrections.approvals import NO, YES, OtherPlan, read_marks
from airflow_provider_erp.corrections.plan import Plan
from airflow_provider_erp.corrections.spreadsheet import HalfAFile
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


def test_marked_rows_are_the_selection(tmp_path: Path) -> None:
    selection = read_marks(edited(tmp_path, marking(r2="x")), PLAN)
    assert selection.changes == (PLAN.changes[0],)
    assert selection == PLAN.select([PLAN.changes[0].change_id])
    assert selection.plan == PLAN.digest


def test_workbook_in_which_nothing_is_marked_selects_nothing(tmp_path: Path) -> None:
    file = tmp_path / "corrections.xlsx"
    write_workbook(PLAN, file)
    assert read_marks(file, PLAN).changes == ()
    write_workbook(a_plan(), file)
    assert read_marks(file, a_plan()).changes == ()


def test_marks_do_not_change_the_digest_of_the_plan(tmp_path: Path) -> None:
    one, other = (edited(tmp_path, marking(r2=mark)) for mark in ("x", "yes"))
    assert read_marks(one, PLAN).digest == read_marks(other, PLAN).digest
    assert read_marks(other, PLAN).plan == PLAN.digest


@pytest.mark.parametrize("mark", [*sorted(YES), "X", " Yes ", "KYLLÄ", True, 1])
def test_word_that_marks_a_row_marks_it(tmp_path: Path, mark: Any) -> None:
    assert subjects(tmp_path, marking(r3=mark)) == [("t2", "city")]


@pytest.mark.parametrize("mark", [*sorted(NO), "No", "EI", False, 0, None, "  "])
def test_word_that_says_no_does_not_mark_a_row(tmp_path: Path, mark: Any) -> None:
    assert subjects(tmp_path, marking(r2=mark, r3="x")) == [("t2", "city")]


@pytest.mark.parametrize("mark", ["maybe", "?", 2, "xx"])
def test_word_that_says_neither_is_refused(tmp_path: Path, mark: Any) -> None:
    with pytest.raises(ValueError, match=r"corrections\.xlsx, sheet Corrections, row 2: 'approve\?': expected a mark"):
        subjects(tmp_path, marking(r2=mark))


def test_rows_may_be_removed_and_sorted_and_columns_added(tmp_path: Path) -> None:
    def edit(sheet: Worksheet) -> None:
        marking(r3="x")(sheet)
        sheet.delete_rows(2)
        sheet.insert_cols(1)
        sheet["A1"] = "my notes"
        sheet["A2"] = "looked into it"
        sheet["A9"] = "so far"

    assert subjects(tmp_path, edit) == [("t2", "city")]


def test_order_of_the_rows_does_not_change_the_selection(tmp_path: Path) -> None:
    def edit(sheet: Worksheet) -> None:
        first, second = ([cell.value for cell in sheet[row]] for row in (2, 3))
        for row, values in ((2, second), (3, first)):
            for column, value in enumerate(["x", *values[1:]], 1):
                sheet.cell(row, column).value = value

    assert subjects(tmp_path, edit) == [("t1", "name"), ("t2", "city")]


@pytest.mark.parametrize("title", ["System", "Company", "Record", "Number", "Field", "From", "To", "Rule", "Break"])
def test_changed_cell_is_refused(tmp_path: Path, title: str) -> None:
    with pytest.raises(ValueError, match=f"row 2: {title} was changed; only 'approve\\?' may be"):
        subjects(tmp_path, setting(2, title, "other"))


def test_changed_cell_is_refused_in_a_row_that_is_not_marked_too(tmp_path: Path) -> None:
    def edit(sheet: Worksheet) -> None:
        setting(3, "To", "Espoo")(sheet)
        sheet["A3"] = "no"

    with pytest.raises(ValueError, match="row 3: To was changed"):
        subjects(tmp_path, edit)


def test_number_that_lost_its_zeros_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="row 2: Number was changed"):
        subjects(tmp_path, setting(2, "Number", 7))


def test_workbook_of_another_plan_is_refused(tmp_path: Path) -> None:
    file = edited(tmp_path, marking(r2="x"))
    later = a_plan(*PLAN.changes, origin="other")
    with pytest.raises(ValueError, match=f"row 2: expected a row of plan {later.digest[:12]}, got one of another"):
        read_marks(file, later)


def test_workbook_of_which_no_row_is_of_the_plan_is_of_another(tmp_path: Path) -> None:
    with pytest.raises(OtherPlan):
        read_marks(edited(tmp_path, marking(r2="x")), a_plan(*PLAN.changes, origin="other"))


@pytest.mark.parametrize("value", ["other", None])
def test_row_whose_plan_was_changed_is_refused_and_not_taken_for_another_plan(tmp_path: Path, value: Any) -> None:
    with pytest.raises(ValueError, match="row 2: expected a row of plan") as refused:
        subjects(tmp_path, setting(2, "Plan", value))
    assert not isinstance(refused.value, OtherPlan)


@pytest.mark.parametrize("column", [1, 2])
def test_note_below_the_rows_is_refused_with_its_row(tmp_path: Path, column: int) -> None:
    def edit(sheet: Worksheet) -> None:
        marking(r2="x")(sheet)
        sheet.cell(20, column).value = "x"

    with pytest.raises(ValueError, match=r"row 20: .* write notes into a column of your own") as refused:
        subjects(tmp_path, edit)
    assert not isinstance(refused.value, OtherPlan)


def test_column_for_marks_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    def edit(sheet: Worksheet) -> None:
        marking(r2="x")(sheet)
        sheet.cell(1, len(TITLES) + 1).value = "approve?"

    with pytest.raises(ValueError, match=r"column 'approve\?' stands there twice"):
        subjects(tmp_path, edit)


def test_mark_by_a_formula_that_no_program_calculated_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"row 3: 'approve\?': expected a mark .* or a formula without a result"):
        subjects(tmp_path, marking(r3="=TRUE()"))


@pytest.mark.parametrize("length", [0, 2, 100, 3_000])
def test_workbook_whose_end_is_not_there_is_half_a_file(tmp_path: Path, length: int) -> None:
    file = edited(tmp_path, marking(r2="x"))
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(HalfAFile, match="expected an XLSX file"):
        read_marks(file, PLAN)


def test_row_of_no_change_of_the_plan_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="row 2: its change is none of the plan's"):
        subjects(tmp_path, setting(2, "Change", "0" * 32))


def test_row_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="row 6: its change stands in an earlier row, too"):
        subjects(
            tmp_path,
            lambda sheet: sheet.append(
                ["no", *(cell.value for cell in sheet[2])][:1] + [cell.value for cell in sheet[2][1:]]
            ),
        )


def test_new_customer_of_which_some_rows_are_marked_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="of the new customer '11' 1 of 2 rows are marked"):
        subjects(tmp_path, marking(r4="x"))
    assert len(subjects(tmp_path, marking(r4="x", r5="x"))) == 2


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
