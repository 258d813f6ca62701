"""datacompy on the compared values, matched by number, with pandas or with polars; its report and its rows are written.

It has no word for duplicates: of rows that share a number, those that have no partner are rows of one side only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.reconciling.bare import FIELDS

KEY = "key_number"
COLUMNS = [KEY, *(f"compared_{field}" for field in FIELDS)]
NAMES = ("source", "target")


def prepare(url: str, folder: Path, rows: int, options: Mapping[str, str]) -> Callable[[], int]:
    comparisons: Any = import_module("datacompy")
    pandas = options["engine"] == "pandas"
    frames: Any = import_module("pandas" if pandas else "polars")
    read: dict[str, Any] = {"engine": "pyarrow"} if pandas else {}
    write = "to_parquet" if pandas else "write_parquet"

    def work() -> int:
        sides = [frames.read_parquet(f"{url}/{name}_normalised.parquet", columns=COLUMNS, **read) for name in NAMES]
        make = comparisons.PandasCompare if pandas else comparisons.PolarsCompare
        compared = make(*sides, join_columns=KEY, df1_name=NAMES[0], df2_name=NAMES[1])
        unequal = compared.all_mismatch(ignore_matching_cols=True)
        for name, frame in zip(
            (*NAMES, "unequal"), (compared.df1_unq_rows, compared.df2_unq_rows, unequal), strict=True
        ):
            getattr(frame, write)(folder / f"{name}.parquet")
        (folder / "report.txt").write_text(compared.report())
        differing = sum(
            column["unequal_cnt"] for column in compared.column_stats if not column["column"].startswith(KEY)
        )
        return len(compared.df1_unq_rows) + len(compared.df2_unq_rows) + int(differing)

    return work
