"""Accepted differences: which will soon be open again, and which silence nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import airflow_provider_erp.reconciliation.ledger.sql as sql
from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.reconciliation.history import History, Idle
from airflow_provider_erp.reconciliation.rules import Accepted

if TYPE_CHECKING:
    import duckdb

_MEMORY_MB = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiring:
    """An accepted difference that will be open again on the day after ``until``."""

    break_id: str
    kind: str
    field: str | None
    key: str
    reason: str
    by: str
    until: dt.date


def expiring(history: History, *, within_days: int = 14) -> tuple[Expiring, ...]:
    """The accepted differences of open breaks that expire within so many days, the next to expire first."""
    with open_engine(history.open.parent, memory_mb=_MEMORY_MB) as engine:
        last = history.date + dt.timedelta(days=within_days)
        rows = engine.execute(sql.EXPIRING, [str(history.open), last]).fetchall()
    return tuple(Expiring(**dict(zip(Expiring.__slots__, row, strict=True))) for row in rows)


def idle(
    engine: duckdb.DuckDBPyConnection, opened: Path, accepted: Iterable[Accepted], today: dt.date
) -> tuple[Idle, ...]:
    """The acceptances that silence nothing; not those of a break that another one silences."""
    ordered = sorted(set(accepted), key=lambda each: (each.until, each.break_id, each.digest, each.by, each.reason))
    silenced = dict(engine.execute(sql.SILENCED, [str(opened), [each.break_id for each in ordered]]).fetchall())
    return tuple(_idle(ordered, silenced, today))


def _idle(ordered: Iterable[Accepted], silenced: dict[str, bool], today: dt.date) -> Iterator[Idle]:
    """``silenced`` has the open ones of their breaks, and whether an acceptance holds for each."""
    for each in ordered:
        expired = each.until < today
        if each.break_id not in silenced:
            if not expired:
                yield Idle(each, "no_break")
        elif not silenced[each.break_id]:
            yield Idle(each, "expired" if expired else "changed")
