"""What the ledger adds to one day's breaks: since when, in which state, what was resolved, how it went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Literal

from airflow_provider_erp.reconciliation.result import COLUMNS
from airflow_provider_erp.reconciliation.rules import Accepted

NOT_LOOKED_AT = "not_looked_at"
STATES = ("new", "reopened", "changed", "persisting", NOT_LOOKED_AT)
"""States of an open break; one that is no longer found is ``resolved``.

One that a run with a short side lacks is ``not_looked_at``: its key and amount are the last known, its values are not.
"""

OPEN_COLUMNS: Mapping[str, str] = {
    **COLUMNS,
    "state": "VARCHAR",
    "since": "DATE",
    "first_seen": "DATE",
    "age_days": "INTEGER",
    "accepted_reason": "VARCHAR",
    "accepted_by": "VARCHAR",
    "accepted_until": "DATE",
}
"""The columns of ``History.open``: a break, then its history; no acceptance where ``accepted_until`` is null."""

RESOLVED_COLUMNS: Mapping[str, str] = {
    "break_id": "VARCHAR",
    "kind": "VARCHAR",
    "field": "VARCHAR",
    "key": "VARCHAR",
    "amount": "DECIMAL(28, 6)",
    "currency": "VARCHAR",
    "since": "DATE",
    "resolved_on": "DATE",
    "age_days": "INTEGER",
}
"""The columns of ``History.resolved``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day's breaks: how many were open, and how many came and went since the day observed before.

    So ``open`` is that of the day before, plus ``new`` (reopened ones among
    them), less ``resolved``. ``amounts`` are at risk in open breaks.
    """

    date: dt.date
    open: int
    new: int
    resolved: int
    amounts: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Idle:
    """An acceptance that silences nothing.

    ``no_break``: no open break has its id; ``changed``: the break is open with other values; ``expired``: its day
    has passed and the break is still open.
    """

    accepted: Accepted
    why: Literal["no_break", "changed", "expired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The breaks of a run as its ledger knows them.

    Attributes:
        date: the day of the run in the spec's zone; ages are calendar days up to it.
        open: a local Parquet file with ``OPEN_COLUMNS``, in the breaks' lasting order, accepted ones among them.
        resolved: a local Parquet file with ``RESOLVED_COLUMNS``: what the observation before this one had
            and this one has not.
        days: the days that were observed in the last 30, the oldest first, this run's last.
        before: how many breaks of each kind were open after the last observation of an earlier day, or else after
            the one before this; None where this is the first.
        resolves: whether this run may resolve breaks; where not, those that it lacks are kept open.
        not_looked_at: how many of the open breaks of each kind this run lacks and may not resolve.
        idle: the acceptances that silence nothing, the first to expire first.
    """

    date: dt.date
    open: Path
    resolved: Path
    days: tuple[Day, ...]
    before: Mapping[str, int] | None = None
    resolves: bool = True
    not_looked_at: Mapping[str, int] = field(default_factory=dict)
    idle: tuple[Idle, ...] = ()
