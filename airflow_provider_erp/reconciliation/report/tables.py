"""All breaks for spreadsheets and programs: CSV, JSON and Parquet, streamed by the engine, never all in memory."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from airflow_provider_erp.reconciliation.history import OPEN_COLUMNS, RESOLVED_COLUMNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FIRST_COLUMNS = (
    "kind",
    "key",
    "name",
    "field",
    "source_value",
    "target_value",
    "amount",
    "currency",
    "state",
    "age_days",
)
COLUMNS = (*FIRST_COLUMNS, *(name for name in OPEN_COLUMNS if name not in FIRST_COLUMNS))
"""The columns of the tables in the order in which people read them."""

_HARMLESS = r"^[\p{L}\p{N}]"
_FORMULA = "".join(
    (
        r"^[\t\r\n]|^[\s\p{Z}\p{C}]*",  # white space and control characters before the sign do not hide it
        r"[=\x{207C}\x{208C}\x{FE66}\x{FF1D}",  # nor do forms that a spreadsheet may take for it
        r"+\x{207A}\x{208A}\x{FB29}\x{FE62}\x{FF0B}",
        r"\-\x{FE63}\x{FF0D}",
        r"@\x{FE6B}\x{FF20}]",
    )
)


def defused(cell: str) -> str:
    """SQL for the text cell of a spreadsheet: an apostrophe goes before what one would run as a formula."""
    dangerous = f"NOT regexp_matches({cell}, '{_HARMLESS}') AND regexp_matches({cell}, '{_FORMULA}')"
    return f"CASE WHEN {dangerous} THEN '''' || {cell} ELSE {cell} END"


def write_csv(engine: DuckDBPyConnection, to: Path) -> None:
    """One line a break after RFC 4180, with the byte order mark that Excel wants, and formulas defused."""
    lines = to.with_name("breaks.csv.lines")
    columns = ", ".join(f"{_csv_cell(name)} AS {name}" for name in COLUMNS)
    _copy(engine, columns, "breaks", lines, "FORMAT csv, HEADER true, NEW_LINE '\\r\\n'")
    with to.open("wb") as file:
        file.write(b"\xef\xbb\xbf")
        _append(lines, file)


def write_json(engine: DuckDBPyConnection, summary: Mapping[str, Any], to: Path) -> None:
    """The summary, then ``breaks`` and ``resolved``: values exactly as the systems wrote them, one break a line."""
    with to.open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(summary), indent=2).removesuffix(b"\n}"))
        for view, names in (("breaks", COLUMNS), ("resolved", tuple(RESOLVED_COLUMNS))):
            rows = to.with_name(f"{view}.json.rows")
            columns = ", ".join(f"{_exact(name)} AS {name}" for name in names)
            _copy(engine, columns, view, rows, "FORMAT json, ARRAY true")
            file.write(f',\n  "{view}": '.encode())
            _append(rows, file)
        file.write(b"}\n")


def _copy(engine: DuckDBPyConnection, columns: str, view: str, to: Path, options: str) -> None:
    name = str(to).replace("'", "''")
    query = f"SELECT {columns} FROM {view} ORDER BY place"  # noqa: S608 - constants
    engine.execute(f"COPY ({query}) TO '{name}' ({options})")


def _append(part: Path, file: BinaryIO) -> None:
    with part.open("rb") as rows:
        shutil.copyfileobj(rows, file)
    part.unlink()


def _exact(name: str) -> str:
    """An amount as text: no reader makes a binary fraction of it. Two decimals, more only where there are more."""
    return rf"regexp_replace({name}::VARCHAR, '(\.\d\d\d*?)0+$', '\1')" if name == "amount" else name


def _parted(cell: str) -> str:
    """Where lists are separated by semicolons a spreadsheet parts a cell at them: no part is a formula, either."""
    parted = rf"regexp_replace({cell}, '(;\s*)([=+@-])', '\1''\2', 'g')"
    return f"CASE WHEN contains({cell}, ';') THEN {parted} ELSE {cell} END"


def _csv_cell(name: str) -> str:
    kind = OPEN_COLUMNS[name]
    if kind == "VARCHAR":
        return _parted(defused(name))
    return defused(f"nullif(array_to_string({name}, '; '), '')") if kind == "VARCHAR[]" else _exact(name)
