"""The files beside the page: what people and programs open does no harm, is complete, and is the same each time."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import resource
import unicodedata
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import openpyxl
import pytest
from histories import AS_OF, TODAY, a_result, a_suggestion, generated_history, history_of
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.reconciliation.report import write_report
from airflow_provider_erp.reconciliation.report.sheets import MOST_CHARACTERS, safe
from airflow_provider_erp.reconciliation.report.tables import defused
from airflow_provider_erp.reconciliation.report.workbook import MOST_ROWS

FORMULAS = [
    "=1+1",
    "+358",
    "-1",
    "@x",
    "\t=1",
    "\rx",
    "\nx",
    " =1",
    "\u00a0=1",
    "\x00=1",
    "\u200b+1",
    "\uff1d1",
    "  \uff20x",
]
HOSTILE = [
    *FORMULAS,
    '=HYPERLINK("http://x","y")',
    "<script>alert(1)</script>",
    "<r>bold</r>",
    "http://example.org",
    "0012",
    'a,"b"\r\nc',
    "line\rfeed",
    "\x07bell _x0041_ \u202egnirts",
    "",
]


def hostile_rows() -> list[dict[str, Any]]:
    return [
        {
            "key": text,
            "name": text,
            "field": "name",
            "source_id": text,
            "target_id": text,
            "members": [text],
            "source_value": text,
            "target_value": "b",
            "correct_side": "target",
            "correct_value": text,
            "accepted_reason": text,
        }
        for text in HOSTILE
    ]


def written(folder: Path, *rows: dict[str, Any], **changes: Any) -> Path:
    history = history_of(folder / "in", *rows, resolved=changes.pop("resolved", ()))
    return write_report(a_result(history, **changes), history, folder / "out").parent


def sheet(folder: Path, name: str) -> list[list[Any]]:
    book = openpyxl.load_workbook(folder / "breaks.xlsx")
    return [list(row) for row in book[name].iter_rows()]


def values(folder: Path, name: str) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet(folder, name)]


def csv_rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "breaks.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_second_report_replaces_the_first_with_the_same_bytes(tmp_path: Path) -> None:
    history = generated_history(tmp_path / "in", 300)
    result = a_result(history, suggestions=(a_suggestion(),))
    first = write_report(result, history, tmp_path / "a folder's")
    before = {path.name: path.read_bytes() for path in first.parent.iterdir()}
    write_report(result, history, tmp_path / "a folder's")
    assert {path.name: path.read_bytes() for path in first.parent.iterdir()} == before
    assert set(before) == {"report.html", "breaks.xlsx", "breaks.csv", "breaks.parquet", "breaks.json"}


def test_json_fits_its_schema_and_holds_values_exactly(tmp_path: Path) -> None:
    resolved = [{"break_id": "gone", "amount": Decimal("-0.10"), "currency": "EUR"}]
    rows = hostile_rows()
    rows[0] |= {"amount": Decimal("1234567890123456789.123456"), "currency": "EUR"}
    folder = written(tmp_path, *rows, resolved=resolved, suggestions=(a_suggestion(),), as_of=None)
    content = json.loads((folder / "breaks.json").read_text(encoding="utf-8"))
    schema = json.loads(
        (resources.files("airflow_provider_erp.reconciliation.report") / "breaks.schema.json").read_text()
    )
    jsonschema.Draft202012Validator(schema).validate(content)
    assert [found["source_value"] for found in content["breaks"]] == HOSTILE
    assert content["breaks"][0]["amount"] == "1234567890123456789.123456"
    assert content["breaks"][1]["amount"] is None
    assert content["resolved"][0]["amount"] == "-0.10"
    assert content["verdict"].startswith("Visma PX and Visma.net ERP agree")


def test_json_without_breaks_fits_its_schema_too(tmp_path: Path) -> None:
    content = json.loads((written(tmp_path) / "breaks.json").read_text(encoding="utf-8"))
    assert content["breaks"] == content["resolved"] == []


def test_csv_opens_in_excel_and_survives_commas_quotes_and_line_breaks(tmp_path: Path) -> None:
    folder = written(tmp_path, *hostile_rows())
    assert (folder / "breaks.csv").read_bytes().startswith(b"\xef\xbb\xbfkind,key,name,field,source_value,")
    rows = csv_rows(folder)
    assert len(rows) == len(HOSTILE)
    for row, text in zip(rows, HOSTILE, strict=True):
        expected = f"'{text}" if text in FORMULAS or text.startswith("=") else text
        assert row["source_value"] == row["name"] == row["members"] == row["accepted_reason"] == expected


@pytest.mark.parametrize("name", ["Foo;=1+1;", "Foo; -2", "=1;@SUM(A1)"])
def test_no_part_of_a_csv_cell_is_a_formula_where_lists_are_separated_by_semicolons(tmp_path: Path, name: str) -> None:
    content = (written(tmp_path, {"name": name}) / "breaks.csv").read_text(encoding="utf-8-sig")
    cells = [cell.strip(' "') for line in content.splitlines()[1:] for cell in re.split("[;,]", line)]
    assert not [cell for cell in cells if cell[:1] in set("=+@-")]


def test_csv_says_amounts_with_two_decimals_or_as_many_as_there_are(tmp_path: Path) -> None:
    amounts = ["12.5", "0", "7.123400", "100"]
    rows = csv_rows(written(tmp_path, *({"amount": Decimal(amount)} for amount in amounts)))
    assert [row["amount"] for row in rows] == ["12.50", "0.00", "7.1234", "100.00"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_formula_in_a_table_gets_an_apostrophe(cell: str) -> None:
    assert defused_by_the_engine(cell) == f"'{cell}"


@given(st.text(st.characters(exclude_categories=["Cs", "Cn"])))
def test_no_table_cell_begins_like_a_formula_and_no_other_is_touched(cell: str) -> None:
    safe_cell = defused_by_the_engine(cell)
    assert safe_cell in {cell, f"'{cell}"}
    assert unicodedata.normalize("NFKC", safe_cell.strip())[:1] not in {"=", "+", "-", "@"}


def defused_by_the_engine(cell: str) -> str:
    ((safe_cell,),) = duckdb.execute(f"SELECT {defused('cell')} FROM (SELECT ? AS cell)", [cell]).fetchall()
    return str(safe_cell)


def test_parquet_holds_all_breaks_with_their_history(tmp_path: Path) -> None:
    folder = written(tmp_path, *hostile_rows())
    query = "SELECT source_value, state, since FROM read_parquet(?)"
    found = duckdb.execute(query, [str(folder / "breaks.parquet")]).fetchall()
    assert found == [(text, "new", TODAY) for text in HOSTILE]


def test_workbook_holds_hostile_names_as_text(tmp_path: Path) -> None:
    folder = written(tmp_path, *hostile_rows(), suggestions=(a_suggestion(source_name="=1+1", reasons=("=2", "-3")),))
    book = openpyxl.load_workbook(folder / "breaks.xlsx")
    assert book.sheetnames == ["Summary", "Breaks", "Suggestions", "Corrections", "Resolved", "Fields"]
    for name in ("Breaks", "Corrections", "Suggestions"):
        cells = [cell for row in sheet(folder, name)[1:] for cell in row if isinstance(cell.value, str)]
        assert cells
        assert {cell.data_type for cell in cells} == {"s"}
        assert not any(cell.hyperlink for cell in cells)
    names = [row[2] or "" for row in values(folder, "Breaks")[1:]]
    assert len(names) == len(HOSTILE)
    assert {"=1+1", "+358", "@x", "0012", "<script>alert(1)</script>", "<r>bold</r> "} <= set(names)


def test_cell_is_cut_where_a_spreadsheet_can_hold_no_more(tmp_path: Path) -> None:
    folder = written(tmp_path, {"name": "x" * 40_000})
    assert values(folder, "Breaks")[1][2] == "x" * (MOST_CHARACTERS - 1) + "…"
    assert safe("<r>") == "<r>"


def test_workbook_keeps_leading_zeros_numbers_and_dates(tmp_path: Path) -> None:
    row = {"kind": "missing_in_target", "key": "000123", "source_id": "007", "amount": Decimal("12.5"), "age_days": 3}
    cells = sheet(written(tmp_path, row | {"accepted_until": TODAY}), "Breaks")[1]
    assert [cells[place].value for place in (0, 1, 6, 10, 11, 12)] == [
        "Missing in Visma.net ERP",
        "000123",
        12.5,
        dt.datetime.combine(TODAY, dt.time()),
        3,
        "007",
    ]
    assert [cells[place].data_type for place in (1, 6, 10, 12)] == ["s", "n", "d", "s"]
    assert cells[1].number_format == "@"
    assert cells[6].number_format == "#,##0.00"


def test_workbook_says_which_candidates_are_of_which_system(tmp_path: Path) -> None:
    records = {"source_id": "1", "target_id": "1", "members": ["1", "2"], "candidates": ["1", "3"]}
    header, row = values(written(tmp_path, records | {"kind": "ambiguous"}), "Breaks")
    assert row[header.index("Duplicates or candidates")] == "1; 2 / 1; 3"


def test_workbook_sheets_have_filters_and_a_header_that_stays(tmp_path: Path) -> None:
    history = generated_history(tmp_path / "in", 20)
    write_report(a_result(history), history, tmp_path)
    book = openpyxl.load_workbook(tmp_path / "breaks.xlsx")
    for name in book.sheetnames[1:]:
        assert book[name].freeze_panes == "A2"
        assert book[name].auto_filter.ref == book[name].dimensions
    assert book.properties.created == AS_OF.replace(tzinfo=None)


def test_corrections_say_what_to_change_where_and_why(tmp_path: Path) -> None:
    wrong = {
        "key": "1",
        "field": "email",
        "source_id": "s1",
        "target_id": "t1",
        "source_value": "a",
        "target_value": "b",
    }
    folder = written(
        tmp_path,
        wrong | {"correct_side": "target", "correct_value": "a"},
        wrong | {"correct_side": "source", "correct_value": "b"},
        {"kind": "missing_in_source", "target_id": "t2", "correct_side": "source"},
        wrong,
    )
    rows = values(folder, "Corrections")
    assert rows[0] == ["approve?", "System", "Record", "Key", "Field", "From", "To", "Rule", "Break"]
    assert rows[1:] == [
        [None, "Visma.net ERP", "t1", "1", "email", "b", "a", "e-mail: Visma PX is right", "break0"],
        [None, "Visma PX", "s1", "1", "email", "a", "b", "e-mail: Visma.net ERP is right", "break1"],
        [None, "Visma PX", None, None, None, None, None, "Missing in Visma PX: Visma.net ERP is right", "break2"],
    ]
    (validation,) = openpyxl.load_workbook(folder / "breaks.xlsx")["Corrections"].data_validations.dataValidation
    assert (str(validation.sqref), validation.formula1) == ("A2:A4", '"yes,no"')


def test_resolved_breaks_and_fields_have_their_sheets(tmp_path: Path) -> None:
    folder = written(tmp_path, resolved=[{"key": "08", "field": "name", "amount": Decimal(5), "currency": "SEK"}])
    assert values(folder, "Resolved")[1][:5] == ["Field differs", "08", "name", 5, "SEK"]
    assert values(folder, "Fields")[1] == ["Name", 480, 473, 473 / 480]


def test_summary_sheet_says_the_verdict_the_totals_and_what_it_was_made_from(tmp_path: Path) -> None:
    history = generated_history(tmp_path / "in", 16)
    result = a_result(history, remarks=("a remark",))
    write_report(result, history, tmp_path, judgements=("too many",))
    rows = [[value for value in row if value is not None] for row in values(tmp_path, "Summary")]
    assert str(rows[0][0]).startswith("Visma PX and Visma.net ERP agree on")
    assert ["As of", "2026-11-20 06:00 EET"] in rows
    assert ["Threshold", "too many"] in rows
    assert ["Remark", "a remark"] in rows
    assert ["Matched", 640, 640] in rows
    assert ["Total EUR", 1234567.8, 1234567.8] in rows
    assert ["Run", "scheduled__2026-11-20"] in rows
    assert not any(row and row[0] == "Limit" for row in rows)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """A report of 100,000 breaks, and the CPU seconds that it took."""
    folder = tmp_path_factory.mktemp("large")
    history = generated_history(folder / "in", 100_000)
    result = a_result(history)
    before = resource.getrusage(resource.RUSAGE_SELF)
    write_report(result, history, folder)
    after = resource.getrusage(resource.RUSAGE_SELF)
    return folder, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_a_hundred_thousand_breaks_stand_in_the_tables_and_the_workbook_says_where(large: tuple[Path, float]) -> None:
    folder, _ = large
    assert (folder / "breaks.csv").read_bytes().count(b"\r\n") == 100_001
    assert (folder / "breaks.json").read_bytes().count(b'"break_id"') == 110_000
    book = openpyxl.load_workbook(folder / "breaks.xlsx", read_only=True)
    assert sum(1 for _ in book["Breaks"].iter_rows()) == MOST_ROWS + 1
    limits = [row[1] for row in book["Summary"].iter_rows(values_only=True) if row[0] == "Limit"]
    book.close()
    assert limits == [
        "The sheet Breaks holds the first 5,000 of 100,000 rows; breaks.csv beside it has all.",
        "The sheet Corrections holds the first 5,000 of 12,500 rows; breaks.csv beside it has all.",
        "The sheet Resolved holds the first 5,000 of 10,000 rows; breaks.json beside it has all.",
    ]


def test_a_hundred_thousand_breaks_take_few_seconds(large: tuple[Path, float]) -> None:
    assert large[1] < 10  # about 2 on an idle machine; a report that reads all breaks in Python takes more
