"""The queries of the ledger; ``files`` are the observations' in order, ``now`` is this run's number, the last.

Only names of columns are put into them.
"""

from __future__ import annotations

from airflow_provider_erp.reconciliation.history import NOT_LOOKED_AT, RESOLVED_COLUMNS
from airflow_provider_erp.reconciliation.result import COLUMNS

_KEPT = ("break_id", "kind", "field", "key", "digest", "amount", "currency", "severity")
_KEPT_COLUMNS = ", ".join(f'"{name}"' for name in _KEPT)
_UNKNOWN = {"name": "''", "members": "[]", "candidates": "[]"}
_CARRIED_COLUMNS = ", ".join(
    f'"{name}"' if name in _KEPT else f'{_UNKNOWN.get(name, "NULL")}::{kind} AS "{name}"'
    for name, kind in COLUMNS.items()
)

COUNTED = "SELECT count(*), count(DISTINCT break_id) FROM read_parquet(getvariable('files'))"
KEPT = f"SELECT {_KEPT_COLUMNS} FROM read_parquet(getvariable('files'))"  # noqa: S608

MOMENTS = """
CREATE TABLE moments AS
SELECT generate_subscripts(bits, 1) - 1 AS seq, unnest(dates) AS date, unnest(closes) AS closes, unnest(bits) AS bit
FROM (SELECT ?::DATE[] AS dates, ?::BIGINT[] AS closes, ?::BIGINT[] AS bits)
"""

ACCEPTED = """
CREATE TABLE accepted AS
SELECT unnest(?::VARCHAR[]) AS break_id, unnest(?::VARCHAR[]) AS digest, unnest(?::VARCHAR[]) AS accepted_reason,
    unnest(?::VARCHAR[]) AS accepted_by, unnest(?::DATE[]) AS accepted_until
"""

SPANS = """
CREATE TABLE spans AS
SELECT break_id, spans.seq, until, starts, later.bit - spans.bit AS days, amount, currency
FROM (
    SELECT break_id, seq, bit, amount, currency,
        least(lead(seq) OVER each_break, closes) AS until,
        coalesce(lag(closes) OVER each_break < seq, true) AS starts
    FROM (SELECT file_index AS seq, break_id, amount, currency FROM read_parquet(getvariable('files')))
    JOIN moments USING (seq)
    WINDOW each_break AS (PARTITION BY break_id ORDER BY seq)
) AS spans
JOIN moments AS later ON later.seq = until
"""
"""One row for each break of each observation: it holds from ``seq`` until before ``until``."""

LIVES = """
CREATE TABLE lives AS
SELECT break_id, min(seq) AS first, max(seq) FILTER (starts) AS since, max(seq) AS last,
    max(seq) FILTER (seq < getvariable('now')) AS earlier, max(until) AS until, sum(days)::BIGINT AS days
FROM spans GROUP BY break_id
"""
"""One row for each break ever found."""

EARLIER = f"""
CREATE TABLE earlier AS
SELECT {_KEPT_COLUMNS}, since, first, last, until
FROM read_parquet(getvariable('files')) AS observed
JOIN lives USING (break_id)
WHERE observed.file_index = lives.earlier AND since < getvariable('now') AND until >= getvariable('now')
"""  # noqa: S608
"""What the observation before had, as it was last found."""

BEFORE = """
SELECT kind, count(*)
FROM read_parquet(getvariable('files')) AS observed
JOIN spans ON spans.break_id = observed.break_id AND spans.seq = observed.file_index
WHERE spans.seq <= $1 AND spans.until > $1
GROUP BY kind ORDER BY kind
"""
"""What was open after the observation with this number."""

_HISTORY = """state, began.date AS since, born.date AS first_seen,
    (today.date - began.date)::INTEGER AS age_days, accepted_reason, accepted_by, accepted_until"""
_DATED = """
JOIN moments AS began ON began.seq = since
JOIN moments AS born ON born.seq = first
JOIN moments AS today ON today.seq = getvariable('now')
LEFT JOIN accepted USING (break_id, digest)"""

FOUND = f"""
CREATE TABLE found AS
SELECT {_HISTORY}
FROM (
    SELECT breaks.break_id, breaks.digest, place, first, since,
        CASE
            WHEN first = getvariable('now') THEN 'new'
            WHEN since = getvariable('now') THEN 'reopened'
            WHEN earlier.digest IS DISTINCT FROM breaks.digest THEN 'changed'
            ELSE 'persisting'
        END AS state
    FROM (
        SELECT break_id, digest, file_row_number AS place
        FROM read_parquet(getvariable('files')[-1], file_row_number = true)
    ) AS breaks
    JOIN lives USING (break_id)
    LEFT JOIN (SELECT break_id, digest FROM earlier) AS earlier USING (break_id)
) {_DATED}
ORDER BY place
"""  # noqa: S608
"""The history of each break of this run, in the order of its file."""

OPEN = f"""
SELECT {", ".join(f'breaks."{name}"' for name in COLUMNS)}, found.*
FROM read_parquet(getvariable('files')[-1]) AS breaks POSITIONAL JOIN found
UNION ALL (
    SELECT {_CARRIED_COLUMNS}, {_HISTORY}
    FROM (
        SELECT *, '{NOT_LOOKED_AT}' AS state FROM earlier WHERE last < getvariable('now') AND until > getvariable('now')
    ) {_DATED}
    ORDER BY kind, key, field, break_id
)
"""  # noqa: S608
"""This run's breaks in the order of their file, then those that it lacks and may not resolve."""

CARRIED = f"""
SELECT kind, count(*) FROM read_parquet(?) WHERE state = '{NOT_LOOKED_AT}' GROUP BY kind ORDER BY kind
"""  # noqa: S608

RESOLVED = f"""
SELECT {", ".join(f'"{name}"' for name in RESOLVED_COLUMNS if name in _KEPT)}, began.date AS since,
    today.date AS resolved_on, (today.date - began.date)::INTEGER AS age_days
FROM earlier
JOIN moments AS began ON began.seq = earlier.since
JOIN moments AS today ON today.seq = getvariable('now')
WHERE until = getvariable('now')
ORDER BY kind, key, field, break_id
"""  # noqa: S608

DAYS = """
SELECT place, coalesce(sum(breaks) FILTER (now), 0)::BIGINT,
    coalesce(sum(breaks) FILTER (now AND NOT before), 0)::BIGINT,
    coalesce(sum(breaks) FILTER (before AND NOT now), 0)::BIGINT
FROM (
    SELECT place, breaks, (days >> place) & 1 = 1 AS now, (days >> (place - 1)) & 1 = 1 AS before
    FROM (SELECT unnest(range(1, ? + 1)) AS place)
    LEFT JOIN (SELECT days, count(*) AS breaks FROM lives GROUP BY days) ON true
)
GROUP BY place
"""
"""By each day's place: how many breaks were open at its end, how many of them not at the end of the day before,
and how many the other way round."""

AMOUNTS = """
SELECT place, currency, sum(amount)
FROM (
    SELECT days, currency, sum(amount) AS amount FROM spans
    WHERE amount IS NOT NULL AND currency IS NOT NULL GROUP BY days, currency
)
JOIN (SELECT unnest(range(1, ? + 1)) AS place) ON (days >> place) & 1 = 1
GROUP BY place, currency ORDER BY place, currency
"""

EXPIRING = """
SELECT break_id, kind, field, key, accepted_reason, accepted_by, accepted_until
FROM read_parquet(?) WHERE accepted_until <= ? ORDER BY accepted_until, kind, key, field, break_id
"""

SILENCED = (
    "SELECT break_id, accepted_until IS NOT NULL FROM read_parquet(?) WHERE list_contains(?::VARCHAR[], break_id)"
)
"""Of some breaks those that are open, and whether an acceptance holds for each."""
