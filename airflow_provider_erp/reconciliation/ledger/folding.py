"""The ledger of breaks: from what was found on each day to what is new, still open, changed, reopened or resolved.

Observations are numbered by ``as_of``, this run's the last. What one finds
holds from its number until a later one finds the break again, or, if earlier,
until the next that may resolve breaks. All states follow from these spans.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import airflow_provider_erp.reconciliation.ledger.sql as sql
from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.reconciliation.history import Day, History
from airflow_provider_erp.reconciliation.ledger.acceptances import idle
from airflow_provider_erp.reconciliation.ledger.timeline import Timeline
from airflow_provider_erp.reconciliation.rules import Accepted

if TYPE_CHECKING:
    import duckdb

MEMORY_MB = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one run found: ``breaks`` is a local file of :func:`write_observation`.

    Where ``resolves`` is false (a side may have lacked records), a break that
    is not in the file was not looked at.
    """

    as_of: dt.datetime
    observed_at: dt.datetime
    resolves: bool
    breaks: Path


def write_observation(breaks: Path, to: Path) -> None:
    """Writes what the ledger keeps of a run's breaks: no names and no values, so that it may be kept for long.

    Raises:
        ErpInconsistentRead: a break stands in the file twice.
    """
    with open_engine(to.parent, memory_mb=MEMORY_MB) as engine:
        engine.execute("SET VARIABLE files = ?", [[str(breaks)]])
        rows, distinct = engine.execute(sql.COUNTED).fetchall()[0]
        if rows != distinct:
            raise ErpInconsistentRead(
                f"{breaks.name}: expected each break once, got {rows} rows of {distinct} breaks; "
                "the comparison is wrong, please report it"
            )
        _write(engine.sql(sql.KEPT), to)


def fold(
    observations: Iterable[Observation],
    breaks: Path,
    *,
    as_of: dt.datetime,
    zone: str,
    folder: Path,
    accepted: Sequence[Accepted] = (),
    resolves: bool = True,
) -> History:
    """The history of a run's breaks, written into a local folder; the order of the observations does not matter.

    Of several observations of one ``as_of`` the one observed last counts (then
    the one whose file has the greatest name); those of this ``as_of`` are
    replaced by this run, and later ones do not count. Breaks that a run with
    ``resolves=False`` lacks stay open, after those that were found: of them
    only what the ledger keeps is known.
    """
    line = [
        *_before(observations, as_of),
        Observation(as_of=as_of, observed_at=as_of, resolves=resolves, breaks=breaks),
    ]
    timeline = Timeline.of([each.as_of for each in line], [each.resolves for each in line], ZoneInfo(zone))
    opened, resolved = folder / "open.parquet", folder / "resolved.parquet"
    with open_engine(folder, memory_mb=MEMORY_MB) as engine:
        _load(engine, [each.breaks for each in line], timeline, accepted)
        _write(engine.sql(sql.OPEN), opened)
        _write(engine.sql(sql.RESOLVED), resolved)
        return History(
            date=timeline.dates[-1],
            open=opened,
            resolved=resolved,
            days=_days(engine, timeline),
            before=dict(engine.execute(sql.BEFORE, [timeline.before]).fetchall()) if len(line) > 1 else None,
            resolves=resolves,
            not_looked_at=dict(engine.execute(sql.CARRIED, [str(opened)]).fetchall()),
            idle=idle(engine, opened, accepted, timeline.dates[-1]),
        )


def _before(observations: Iterable[Observation], as_of: dt.datetime) -> Iterable[Observation]:
    """One observation per ``as_of`` before this one, in their order."""
    ordered = sorted(observations, key=lambda each: (each.as_of, each.observed_at, each.breaks.name))
    return {each.as_of: each for each in ordered if each.as_of < as_of}.values()


def _load(
    engine: duckdb.DuckDBPyConnection, files: Sequence[Path], timeline: Timeline, accepted: Sequence[Accepted]
) -> None:
    """Makes the tables that the queries read."""
    engine.execute("SET VARIABLE files = ?", [[str(file) for file in files]])
    engine.execute("SET VARIABLE now = ?", [len(files) - 1])
    engine.execute(sql.MOMENTS, [timeline.dates, timeline.closes, timeline.bits])
    longest = {(each.break_id, each.digest): each for each in sorted(accepted, key=lambda each: each.until)}
    rows = [each for each in longest.values() if timeline.dates[-1] <= each.until]
    columns = ("break_id", "digest", "reason", "by", "until")
    engine.execute(sql.ACCEPTED, [[getattr(each, column) for each in rows] for column in columns])
    for statement in (sql.SPANS, sql.LIVES, sql.EARLIER, sql.FOUND):
        engine.execute(statement)


def _days(engine: duckdb.DuckDBPyConnection, timeline: Timeline) -> tuple[Day, ...]:
    amounts: dict[int, dict[str, Decimal]] = {}
    for place, currency, amount in engine.execute(sql.AMOUNTS, [len(timeline.days)]).fetchall():
        amounts.setdefault(place, {})[currency] = amount
    counts = {place: rest for place, *rest in engine.execute(sql.DAYS, [len(timeline.days)]).fetchall()}
    return tuple(
        Day(date=date, open=found, new=new, resolved=resolved, amounts=amounts.get(place, {}))
        for place, date in enumerate(timeline.days, start=1)
        for found, new, resolved in [counts[place]]
    )


def _write(rows: duckdb.DuckDBPyRelation, target: Path) -> None:
    rows.write_parquet(str(target), compression="zstd", row_group_size=20480)
