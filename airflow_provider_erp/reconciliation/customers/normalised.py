"""A side's customers, normalised once into a Parquet file that any engine can read or load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import msgspec

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.matching.collector import no_collection
from airflow_provider_erp.reconciliation.customers.row import RowReader, columns_hashed, columns_made, columns_written
from airflow_provider_erp.reconciliation.customers.sides import Side, read_rows, unknown_countries, view_records
from airflow_provider_erp.reconciliation.engines import quoted, read_lines, write_lines
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

MEMORY_MB = 400
FORMAT = 3
"""Counted up when another version of this package would normalise a value in another way."""
_MADE_BY = ("airflow-provider-erp", "duckdb", "phonenumbers", "python-stdnum")

_SUPPLIED = """
SELECT path_in_schema, CAST(SUM(num_values - COALESCE(stats_null_count, 0)) AS BIGINT)
FROM parquet_metadata('{file}') GROUP BY path_in_schema
"""
_REPEATED = """
SELECT COALESCE(source_id, ''), COUNT(*) FROM records_read
GROUP BY 1 HAVING COUNT(*) > 1 OR COALESCE(source_id, '') = '' ORDER BY 1
"""
_HASH = "CAST(hash({columns}) >> 1 AS BIGINT)"
"""What is not supplied is another than what is empty."""
_KEPT = """
SELECT {columns} FROM kept
WHERE EXISTS (SELECT 1 FROM records_read r WHERE r.source_id = kept.record_id AND r.seen = kept.seen)
"""
_WRITE = """
COPY ({rows}) TO '{file}'
(FORMAT parquet, PARQUET_VERSION v2, COMPRESSION lz4_raw, WRITE_BLOOM_FILTER false, DICTIONARY_SIZE_LIMIT 1000,
  ROW_GROUP_SIZE 20480)
"""
"""lz4 takes a fifth less time to read than zstd, and a quarter of the writing went into long dictionaries; small groups
of rows are written in a fifth less time than large ones, and read in a third less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """A Parquet file with the columns of ``columns_written``; ``supplied`` counts each column's values."""

    file: Path
    rows: int
    supplied: Mapping[str, int]
    remarks: tuple[str, ...] = ()


def normalise_side(spec: ReconciliationSpec, side: Side, file: Path, kept: Path | None = None) -> Normalised:
    """Write the side's normalised rows to ``file``, by way of files beside it.

    ``kept`` is such a file of an earlier time, by the same :func:`kind_of_rows`:
    a customer that is still the same is not normalised anew.

    Raises:
        ErpInconsistentRead: an id is absent or occurs twice.
        ValueError: the records lack a column, or one is not text.
    """
    lines = file.with_suffix(".jsonl")
    with open_engine(file.parent, memory_mb=MEMORY_MB) as engine:
        view_records(engine, spec, side)
        _check_ids(engine.execute(_REPEATED).fetchall(), side.batch)
        if kept:
            engine.read_parquet(str(kept)).create_view("kept")
        with no_collection():
            made = map(RowReader(spec).read, read_rows(engine, anew=kept is not None))
            longest = write_lines(lines, chain.from_iterable(made))
        remarks = tuple(unknown_countries(engine, side))
        read_lines(engine, lines, columns_made(spec), longest).create_view("lines")
        engine.execute(_WRITE.format(rows=_rows(spec, with_kept=kept is not None), file=quoted(file)))
        lines.unlink()
    return open_normalised(file, remarks)


def _rows(spec: ReconciliationSpec, *, with_kept: bool) -> str:
    hashes = {"digest": _HASH.format(columns=", ".join(f"compared_{name}" for name in spec.field_names))}
    hashes |= {
        name: f"CASE WHEN {column} <> '' THEN {_HASH.format(columns=column)} END"
        for name, column in columns_hashed(spec).items()
    }
    made = ", ".join((*columns_made(spec), *(f"{value} AS {name}" for name, value in hashes.items())))
    kept = _KEPT.format(columns=", ".join(columns_written(spec)))
    return f"SELECT {made} FROM lines UNION ALL {kept}" if with_kept else f"SELECT {made} FROM lines"  # noqa: S608


def kind_of_rows(spec: ReconciliationSpec) -> str:
    """The same for all files of normalised rows that may be mixed: made by one set of rules and versions."""
    rules = (spec.keys, spec.fields, spec.check_identifiers)
    made_by = [(name, version(name)) for name in _MADE_BY]
    return sha256(msgspec.json.encode((FORMAT, rules, made_by), order="deterministic")).hexdigest()[:16]


def open_normalised(file: Path, remarks: tuple[str, ...] = ()) -> Normalised:
    """What a normalised file's own statistics tell."""
    with open_engine(file.parent, memory_mb=MEMORY_MB) as engine:
        records = engine.read_parquet(str(file))
        supplied = dict.fromkeys(records.columns, 0)  # a file without rows has no statistics
        supplied |= dict(engine.execute(_SUPPLIED.format(file=quoted(file))).fetchall())
        rows = len(records)
    return Normalised(file=file, rows=rows, supplied=supplied, remarks=remarks)


def _check_ids(found: list[tuple[str, int]], batch: str) -> None:
    if not found:
        return
    first, times = found[0]
    if not first:
        raise ErpInconsistentRead(f"batch {batch!r}: {times} records have no source_id; fetch it again")
    raise ErpInconsistentRead(
        f"batch {batch!r}: expected each source_id once, got {len(found)} more than once "
        f"(the first is {first!r}); fetch it again"
    )
