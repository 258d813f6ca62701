"""A plan as Parquet and as JSON; what is read back is the plan that was written, or is refused."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from airflow_provider_erp.corrections.plan import COLUMNS, FORMAT, Plan, change_of, row_of
from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.reconciliation.engines import LocalEngine, quoted

MEMORY_MB = 256
PARQUET, JSON = "plan.parquet", "plan.json"
_HEADING = ("format", "digest", "spec", "origin", "as_of", "side", "conn_type", "company", "total")
_QUOTED = {column: f'"{column}"' for column in COLUMNS.values()}


def write_plan(plan: Plan, folder: Path) -> tuple[Path, Path]:
    """Write ``plan.parquet`` and ``plan.json``, both with all of the plan; ``plan.schema.json`` describes the latter.

    In Parquet the digest and the other words about the whole plan are metadata of the file, by name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return _write_parquet(plan, folder / PARQUET), _write_json(plan, folder / JSON)


def read_plan(file: Path) -> Plan:
    """The plan of either file.

    Raises:
        ErpInconsistentRead: the file is no plan, or not the one that its digest names.
    """
    heading, rows = _read_parquet(file) if file.suffix == ".parquet" else _read_json(file)
    try:
        plan = _plan(heading, rows)
    except (KeyError, TypeError, ValueError) as exc:
        raise ErpInconsistentRead(f"{file.name}: expected a plan of format {FORMAT}; make the plan again") from exc
    if plan.digest != heading.get("digest"):
        raise ErpInconsistentRead(
            f"{file.name}: it names digest {str(heading.get('digest'))[:12]}, but its rows have {plan.digest[:12]}: "
            "the file was changed after it was written; make the plan again"
        )
    return plan


def _plan(heading: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> Plan:
    if str(heading["format"]) != str(FORMAT):
        raise ValueError("format")
    return Plan(
        spec=heading["spec"],
        origin=heading["origin"],
        as_of=dt.datetime.fromisoformat(heading["as_of"]),
        side=heading["side"],
        conn_type=heading["conn_type"],
        company=heading["company"],
        total=None if heading["total"] in (None, "") else int(heading["total"]),
        changes=tuple(map(change_of, rows)),
    )


def _heading(plan: Plan) -> dict[str, str | int | None]:
    return {"format": FORMAT, "digest": plan.digest, **plan.heading}


def _write_json(plan: Plan, file: Path) -> Path:
    """A change a line."""
    head = msgspec.json.encode(_heading(plan)).removesuffix(b"}")
    lines = b",\n".join(msgspec.json.encode(row_of(each)) for each in plan.changes)
    file.write_bytes(head + b',"changes":[\n' + lines + b"\n]}\n")
    return file


def _read_json(file: Path) -> tuple[Mapping[str, Any], Iterable[Mapping[str, Any]]]:
    try:
        content = msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise ErpInconsistentRead(f"{file.name}: expected a plan in JSON; make the plan again") from exc
    if content.keys() != {*_HEADING, "changes"} or not isinstance(content["changes"], list):
        raise ErpInconsistentRead(f"{file.name}: expected the members of a plan; make the plan again")
    return content, content["changes"]


def _write_parquet(plan: Plan, file: Path) -> Path:
    metadata = ", ".join(f"{name}: '{_quoted(value)}'" for name, value in _heading(plan).items())
    with open_engine(file.parent, memory_mb=MEMORY_MB) as connection:
        engine = LocalEngine(connection, file.parent)
        rows = (list(row_of(each).values()) for each in plan.changes)
        engine.load("changes", dict.fromkeys(_QUOTED.values(), "VARCHAR"), rows)
        connection.execute(f"COPY changes TO '{quoted(file)}' (FORMAT parquet, KV_METADATA {{{metadata}}})")
    return file


def _quoted(value: str | int | None) -> str:
    return "" if value is None else str(value).replace("'", "''")


def _read_parquet(file: Path) -> tuple[Mapping[str, Any], Iterable[Mapping[str, Any]]]:
    columns, found = ", ".join(_QUOTED.values()), str(file.resolve(strict=True))
    with (
        tempfile.TemporaryDirectory(prefix="plan-") as folder,
        open_engine(Path(folder), memory_mb=MEMORY_MB) as engine,
    ):
        try:
            metadata = engine.execute("SELECT decode(key), decode(value) FROM parquet_kv_metadata(?)", [found])
            heading = dict(metadata.fetchall())
            rows = engine.execute(f"SELECT {columns} FROM read_parquet(?)", [found]).fetchall()  # noqa: S608
        except Exception as exc:  # the engine's own, whose library is not known here
            raise ErpInconsistentRead(f"{file.name}: expected a plan in Parquet; make the plan again") from exc
    return heading, [dict(zip(COLUMNS.values(), row, strict=True)) for row in rows]
