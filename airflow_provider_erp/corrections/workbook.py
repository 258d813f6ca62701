"""A plan as a sheet in which a person marks the changes that may be made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from airflow_provider_erp.corrections.plan import Change, Plan
from airflow_provider_erp.reconciliation.report.sheets import Cell, Column, Workbook, new_workbook
from airflow_provider_erp.reconciliation.words import field_words

SHEET = "Corrections"
APPROVE, CHANGE, PLAN = "approve?", "Change", "Plan"
MOST_ROWS = 1_048_575
"""A sheet has no more below its header. Source: Microsoft, Excel specifications and limits."""

COLUMNS = (
    Column(APPROVE, 10),
    Column("System", 18),
    Column("Company", 18),
    Column("Record", 18),
    Column("Number"),
    Column("Field", 18),
    Column("From", 28),
    Column("To", 28),
    Column("Rule", 40),
    Column("Break", 34),
    Column(CHANGE, 34),
    Column(PLAN, 66),
)


def write_workbook(plan: Plan, to: Path) -> None:
    """Write the sheet Corrections, a change a row; ``approve?`` is empty and takes yes or no.

    Each row carries the digests of its change and of the plan, so that rows may
    be sorted, filtered and removed.

    Raises:
        ValueError: there are more changes than a sheet has rows.
    """
    if len(plan.changes) > MOST_ROWS:
        raise ValueError(f"plan {plan.digest[:12]}: {len(plan.changes)} changes, a sheet has {MOST_ROWS} rows")
    with new_workbook(to) as file:
        file.set_properties({"title": f"{plan.spec}: corrections", "created": plan.as_of.replace(tzinfo=None)})
        rows = ([None, *cells_of(each, plan).values()] for each in plan.changes)
        sheet, last = Workbook(file).add_table(SHEET, COLUMNS, rows)
        if last:
            sheet.data_validation(1, 0, last, 0, {"validate": "list", "source": ["yes", "no"]})


def cells_of(change: Change, plan: Plan) -> Mapping[str, Cell]:
    """What stands in a change's row, by the column's title, ``approve?`` aside."""
    return dict(zip((column.title for column in COLUMNS[1:]), _cells(change, plan), strict=True))


def _cells(change: Change, plan: Plan) -> Iterator[Cell]:
    yield change.system
    yield plan.company
    yield change.record_id
    yield change.number
    yield field_words(change.field)
    yield change.old
    yield change.new
    yield change.rule
    yield change.break_id
    yield change.change_id
    yield plan.digest
