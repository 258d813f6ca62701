"""What a person marked in a plan's workbook, as a selection of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from airflow_provider_erp.corrections.plan import Change, Plan, Selection
from airflow_provider_erp.corrections.spreadsheet import Row, read_sheet
from airflow_provider_erp.corrections.workbook import APPROVE, CHANGE, COLUMNS, PLAN, SHEET, cells_of
from airflow_provider_erp.reconciliation.report.sheets import safe

YES = frozenset({"x", "yes", "y", "1", "true", "ok", "k", "kyllä", "on", "ja", "j"})
NO = frozenset({"", "no", "n", "0", "false", "-", "e", "ei", "nej"})
"""Marks in English, Finnish and Swedish, in small or capital letters; any other word is refused."""


class OtherPlan(ValueError):
    """The workbook is one of another plan."""


def read_marks(file: Path, plan: Plan) -> Selection:
    """The marked rows of the workbook's sheet Corrections.

    Rows may be sorted and removed, columns moved and added. A row counts as
    marked by one of ``YES`` in ``approve?``, as not marked by one of ``NO``.

    Raises:
        OtherPlan: no row of the workbook is of this plan.
        HalfAFile: the end of the workbook is not there.
        ValueError: a row is of no plan or of another, a cell of a row was changed, a mark is unknown, a row stands
            there twice, or a part of a new customer's rows is marked.
    """
    rows = read_sheet(file, SHEET)
    titles = _titles(file, next(rows, (1, {}))[1])
    changes = {each.change_id: each for each in plan.changes}
    seen: dict[str, bool] = {}
    strange: list[int] = []
    for number, row in rows:
        cells = {title: row.get(column, "") for title, column in titles.items()}
        if not any(cells.values()):
            continue
        if cells[PLAN] != plan.digest:
            strange.append(number)
            continue
        try:
            change_id = _check(cells, plan, changes, seen)
            seen[change_id] = _is_marked(cells[APPROVE])
        except ValueError as exc:
            raise ValueError(f"{file.name}, sheet {SHEET}, row {number}: {exc}") from exc
    if strange:
        raise (ValueError if seen else OtherPlan)(
            f"{file.name}, sheet {SHEET}, row {strange[0]}: expected a row of plan {plan.digest[:12]}, got one of "
            "another or of none; mark rows in the workbook of this plan, and write notes into a column of your own"
        )
    return plan.select(change_id for change_id, marked in seen.items() if marked)


def _titles(file: Path, header: Row) -> Mapping[str, str]:
    """The columns' letters by their titles."""
    titles = {title: column for column, title in header.items()}
    given = list(header.values())
    twice = [column.title for column in COLUMNS if given.count(column.title) > 1]
    if twice:
        raise ValueError(
            f"{file.name}, sheet {SHEET}: column {twice[0]!r} stands there twice; keep the one that the workbook was "
            "written with"
        )
    lacking = [column.title for column in COLUMNS if column.title not in titles]
    if lacking:
        raise ValueError(
            f"{file.name}, sheet {SHEET}: expected the columns of a plan's workbook, but {', '.join(lacking)} is not "
            "there; mark rows in the workbook that was written with the plan"
        )
    return {column.title: titles[column.title] for column in COLUMNS}


def _check(cells: Mapping[str, str], plan: Plan, changes: Mapping[str, Change], seen: Mapping[str, bool]) -> str:
    """The id of the change that the row is, after its cells were compared with it."""
    if cells[CHANGE] not in changes:
        raise ValueError("its change is none of the plan's; take the workbook as it was written and mark it again")
    if cells[CHANGE] in seen:
        raise ValueError("its change stands in an earlier row, too; keep one of them")
    expected = cells_of(changes[cells[CHANGE]], plan)
    changed = [title for title, value in expected.items() if _plain(safe(str(value or ""))) != _plain(cells[title])]
    if changed:
        raise ValueError(
            f"{', '.join(changed)} was changed; only {APPROVE!r} may be: what is to be written is the plan's"
        )
    return cells[CHANGE]


def _plain(text: str) -> str:
    """Spreadsheets write line breaks as they like, and drop blanks at the edges."""
    return "\n".join(text.splitlines()).strip()


def _is_marked(mark: str) -> bool:
    word = mark.strip().casefold()
    if word not in YES | NO:
        raise ValueError(
            f"{APPROVE!r}: expected a mark such as x or yes, or nothing; got another word or a formula without a result"
        )
    return word in YES
