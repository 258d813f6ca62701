"""This provider's own way: from normalised sides to breaks and the report.

``day=_next`` compares the next day's sides. There is no kept state yet, so that this is a full run once more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock


@contextmanager
def already_normalised(sides: Path, day: str) -> Iterator[None]:
    """The comparison as it will be, from normalised files: rows are loaded from them and none is normalised."""
    from airflow_provider_erp.matching.groups import group
    from airflow_provider_erp.reconciliation import compare, tables

    def load(engine: Any, table: str, spec: Any, rows: Any, batch: str, folder: Path) -> int:
        path = sides / f"{table.removesuffix('_side')}{day}_normalised.parquet"
        engine.read_parquet(str(path)).create(f"{table}_rows")
        loose = engine.table(f"{table}_rows")
        tables._check_ids(loose, batch)
        firsts = group(tables._shared_identifiers(loose))
        members = ({"member_id": member, "first_id": first} for member, first in firsts.items())
        groups = tables._load(engine, f"{table}_groups", ("member_id", "first_id"), members, folder)
        grouped = loose.set_alias("r").join(groups.set_alias("g"), "g.member_id = r.record_id", how="left")
        grouped.select("r.*, COALESCE(g.first_id, r.record_id) AS group_id").create(table)
        return tables._count(engine.table(table))

    with (
        mock.patch.object(compare, "make_table", load),
        mock.patch.object(compare, "unknown_countries", return_value=()),
    ):
        yield


def prepare(url: str, folder: Path, rows: int, options: Mapping[str, str]) -> Callable[[], int]:
    import duckdb  # noqa: F401  # imported before the measuring begins

    from airflow_provider_erp.reconciliation.compare import reconcile
    from airflow_provider_erp.reconciliation.report import write_report
    from airflow_provider_erp.reconciliation.sides import Side
    from airflow_provider_erp.reconciliation.spec import CUSTOMERS

    source, target = (
        Side(title=name.title(), records=Path(url) / f"{name}.parquet", coverage="full", batch=f"{name}/customer/today")
        for name in ("source", "target")
    )

    def work() -> int:
        with already_normalised(Path(url), options.get("day", "")):
            result = reconcile(CUSTOMERS, source, target, folder)
        write_report(result, folder / "report")
        print(json.dumps({"counts": result.counts}))
        return sum(result.counts.values())

    return work
