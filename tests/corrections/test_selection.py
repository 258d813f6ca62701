"""A plan's workbook, marked by a person and read back as a selection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from marked_workbooks import PLAN, TITLES, edited, marking, setting, subjects
from openpyxl.worksheet.worksheet import Worksheet
from plans import a_plan

from airflow_provider_erp.corrections.approvals import NO, YES, OtherPlan, read_marks
from airflow_provider_erp.corrections.spreadsheet import HalfAFile
from airflow_provider_erp.corrections.workbook import write_workbook


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
