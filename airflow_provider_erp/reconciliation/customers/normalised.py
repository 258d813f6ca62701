"""A side's customers, normalised once into a Parquet file that any engine can read or load."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from airflow_provider_erp.engine import memory_for, open_engine
from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.matching.collector import no_collection
from airflow_provider_erp.reconciliation.customers.kept import STILL_KEPT, changed_beside, look_up, values_gone
from airflow_provider_erp.reconciliation.customers.row import Row, RowReader, columns_hashed, columns_made
from airflow_provider_erp.reconciliation.customers.sides import Side, count_rows, read_rows, remarks_of, view_records
from airflow_provider_erp.reconciliation.engines import quoted, read_lines, write_lines
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec
from airflow_provider_erp.reconciliation.steps import UNTOLD, Steps

if TYPE_CHECKING:
    import duckdb

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
_PATCHED = """
SELECT * EXCLUDE (file_row_number) FROM read_parquet('{file}', file_row_number = true)
WHERE file_row_number NOT IN (SELECT place FROM read_parquet('{gone}'))
UNION ALL BY NAME SELECT * FROM read_parquet('{changed}')
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
    """A side's rows with the columns of ``columns_written``; ``supplied`` counts the values of what is compared.

    Of ``file`` the rows at the places in ``gone`` do not count; those in ``changed`` came after it was written.
    """

    file: Path
    rows: int
    supplied: Mapping[str, int]
    remarks: tuple[str, ...] = ()
    changed: Path | None = None
    gone: Path | None = None

    @property
    def query(self) -> str:
        """The rows, as DuckDB reads them."""
        if not (self.changed and self.gone):
            return f"SELECT * FROM read_parquet('{quoted(self.file)}')"  # noqa: S608
        return _PATCHED.format(file=quoted(self.file), gone=quoted(self.gone), changed=quoted(self.changed))


def normalise_side(
    spec: ReconciliationSpec, side: Side, file: Path, kept: Path | None = None, steps: Steps = UNTOLD
) -> Normalised:
    """Write the side's normalised rows to ``file``, by way of files beside it.

    ``kept`` is such a file of an earlier time, by the same :func:`kind_of_rows`,
    with what changed since beside it: a customer that is still the same is not
    normalised anew. Where few changed, only these are written, and the kept
    file remains a part of the answer.

    Raises:
        ErpInconsistentRead: an id is absent or occurs twice.
        ValueError: the records lack a column, or one is not text.
    """
    with open_engine(file.parent, memory_mb=memory_for(open_normalised(kept).rows) if kept else MEMORY_MB) as engine:
        view_records(engine, spec, side)
        _check_ids(engine.execute(_REPEATED).fetchall(), side.batch)
        in_one = look_up(engine, kept) if kept else True
        total, some = count_rows(engine, anew=kept is not None), read_rows(engine, anew=kept is not None)
        some = steps.counted(f"normalising {side.title}", some, total)
        lines = _normalise(engine, spec, file.with_suffix(".jsonl"), some)
        remarks = tuple(remarks_of(engine, spec, side))
        if kept and not in_one:
            return replace(_patched(engine, file, kept, lines), remarks=remarks)
        rows = f"{lines} UNION ALL BY NAME FROM changed UNION ALL BY NAME {STILL_KEPT}" if kept else lines
        engine.execute(_WRITE.format(rows=rows, file=quoted(file)))
    return replace(open_normalised(file), remarks=remarks)


def _normalise(
    engine: duckdb.DuckDBPyConnection, spec: ReconciliationSpec, file: Path, some: Iterable[Sequence[Row]]
) -> str:
    """Normalises the records by way of a file of lines; a query for the rows comes back."""
    with no_collection():
        made = map(RowReader(spec).read, some)
        longest = write_lines(file, chain.from_iterable(made))
    read_lines(engine, file, columns_made(spec), longest).create_view("lines")
    hashes = {"digest": _HASH.format(columns=", ".join(f"compared_{name}" for name in spec.field_names))}
    hashes |= {
        name: f"CASE WHEN {column} <> '' THEN {_HASH.format(columns=column)} END"
        for name, column in columns_hashed(spec).items()
    }
    columns = ", ".join((*columns_made(spec), *(f"{value} AS {name}" for name, value in hashes.items())))
    return f"SELECT {columns} FROM lines"  # noqa: S608


def _patched(engine: duckdb.DuckDBPyConnection, file: Path, kept: Path, lines: str) -> Normalised:
    """The kept file, with what is new since in a file of its own."""
    changed, gone = changed_beside(file), file.with_name(f"{file.stem}_gone.parquet")
    engine.execute(_WRITE.format(rows=f"{lines} UNION ALL BY NAME FROM changed", file=quoted(changed)))
    engine.execute(f"COPY gone TO '{quoted(gone)}' (FORMAT parquet)")
    whole, new = open_normalised(kept), open_normalised(changed)
    lost = values_gone(engine, {name: count == whole.rows for name, count in whole.supplied.items() if count})
    return Normalised(
        file=kept,
        rows=whole.rows - lost["rows"] + new.rows,
        supplied={name: count - lost.get(name, 0) + new.supplied[name] for name, count in whole.supplied.items()},
        changed=changed,
        gone=gone,
    )


def kind_of_rows(spec: ReconciliationSpec) -> str:
    """The same for all files of normalised rows that may be mixed: made by one set of rules and versions."""
    rules = (spec.keys, spec.fields, spec.check_identifiers)
    made_by = [(name, version(name)) for name in _MADE_BY]
    return sha256(msgspec.json.encode((FORMAT, rules, made_by), order="deterministic")).hexdigest()[:16]


def open_normalised(file: Path) -> Normalised:
    """What a normalised file's own statistics tell."""
    with open_engine(file.parent, memory_mb=MEMORY_MB) as engine:
        records = engine.read_parquet(str(file))
        supplied = {name: 0 for name in records.columns if name.startswith("compared_")}  # no rows, no statistics
        counted = dict(engine.execute(_SUPPLIED.format(file=quoted(file))).fetchall())
        supplied |= {name: counted[name] for name in supplied.keys() & counted.keys()}
        rows = len(records)
    return Normalised(file=file, rows=rows, supplied=supplied)


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
