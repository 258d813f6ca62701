"""Bare DuckDB SQL: two files with normalised columns, matched by number alone, to breaks; no history, no report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

FIELDS = "name org_number vat_number email invoice_email phone street postal_code city country currency status".split()
"""The twelve that ``CUSTOMERS`` compares."""

_SIDE = """
CREATE TEMP TABLE {side}_duplicates AS
WITH groups AS (SELECT key_number, MIN(source_id) AS first_id FROM {file} GROUP BY key_number HAVING COUNT(*) > 1)
SELECT r.source_id, g.first_id FROM {file} r JOIN groups g ON g.key_number = r.key_number
WHERE r.source_id <> g.first_id;
CREATE TEMP VIEW {side} AS
SELECT {columns} FROM {file} r ANTI JOIN {side}_duplicates d ON d.source_id = r.source_id;
"""
_UNEQUAL = """
CREATE TEMP TABLE unequal AS
SELECT s.source_id AS source_id, t.source_id AS target_id, COALESCE(s.number, t.number) AS customer,
  COALESCE(s.name, t.name) AS name, {columns}
FROM source s FULL OUTER JOIN target t ON t.key_number = s.key_number
WHERE s.source_id IS NULL OR t.source_id IS NULL OR {differs}
"""
_MISSING_AND_DUPLICATE = """
SELECT 'missing_in_source' AS kind, NULL AS field, source_id, target_id, customer, name, NULL AS source_value,
  NULL AS target_value FROM unequal WHERE source_id IS NULL
UNION ALL
SELECT 'missing_in_target', NULL, source_id, target_id, customer, name, NULL, NULL FROM unequal WHERE target_id IS NULL
UNION ALL
SELECT 'duplicate_in_source', NULL, source_id, NULL, first_id, NULL, NULL, NULL FROM source_duplicates
UNION ALL
SELECT 'duplicate_in_target', NULL, NULL, source_id, first_id, NULL, NULL, NULL FROM target_duplicates
"""


def statements(source: Path, target: Path, breaks: Path) -> Iterator[str]:
    """In order; the last one tells how many breaks it wrote."""
    files = {"source": f"read_parquet('{source}')", "target": f"read_parquet('{target}')"}
    columns = ["source_id", "number", "key_number", *FIELDS, *(f"compared_{field}" for field in FIELDS)]
    for side, file in files.items():
        yield _SIDE.format(side=side, file=file, columns=", ".join(columns))
    unequal = {field: f"s.compared_{field} <> t.compared_{field}" for field in FIELDS}
    values = (
        f"CASE WHEN {differs} THEN 1 ELSE 0 END AS differs_{field}, "
        f"s.{field} AS source_{field}, t.{field} AS target_{field}"
        for field, differs in unequal.items()
    )
    yield _UNEQUAL.format(columns=", ".join(values), differs=" OR ".join(unequal.values()))
    differing = (
        f"SELECT 'differs', '{field}', source_id, target_id, customer, name, source_{field}, target_{field} "
        f"FROM unequal WHERE differs_{field} = 1"
        for field in FIELDS
    )
    yield f"COPY ({' UNION ALL '.join((_MISSING_AND_DUPLICATE, *differing))}) TO '{breaks}'"


def prepare(url: str, folder: Path, rows: int, options: Mapping[str, str]) -> Callable[[], int]:
    import duckdb

    sides = Path(url)

    def work() -> int:
        written = 0
        with duckdb.connect(config={"threads": 2, "preserve_insertion_order": False}) as engine:
            source, target = (sides / f"{side}_plain.parquet" for side in ("source", "target"))
            for statement in statements(source, target, folder / "breaks.parquet"):
                [(written,)] = engine.execute(statement).fetchall() or [(0,)]
        return int(written)

    return work
