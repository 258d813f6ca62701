"""What the page shows of a history's files: few rows and sums, never all breaks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from airflow_provider_erp.reconciliation.history import NOT_LOOKED_AT, OPEN_COLUMNS, STATES, History
from airflow_provider_erp.reconciliation.result import Break

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TOP_ROWS = 10
LISTED_ROWS = 100

EXPIRING_DAYS = 14
"""An accepted difference is about to expire when so few days are left."""

AGES = ("0-1 days", "2-7 days", "8-30 days", "over 30 days")
AGED_CURRENCIES = 5
"""As many currencies have an aging of their own; the amounts of others are told by their count."""

AGE = "CASE WHEN age_days <= 1 THEN 0 WHEN age_days <= 7 THEN 1 WHEN age_days <= 30 THEN 2 ELSE 3 END"
"""SQL for the place of a break's age among ``AGES``."""

_AGED = "age_days DESC, amount DESC NULLS LAST"
_EXPIRING = "accepted_until, place"
_URGENCY = "accepted_until IS NOT NULL, array_position(['new', 'reopened', 'changed'], state) NULLS LAST, place"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBreak(Break):
    """A break, and what its history adds."""

    state: str
    since: dt.date
    first_seen: dt.date
    age_days: int
    accepted_reason: str | None = None
    accepted_by: str | None = None
    accepted_until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Aged:
    """The open breaks of one age in one currency."""

    amount: Decimal
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The numbers and rows of the page.

    ``aging`` has a row a currency, the one with most at risk first; breaks
    without an amount, and those of currencies beyond the first few, stand under
    None. A row has one entry an age, then their sum. Of what was not looked at
    ``carried`` has the first few, ``carried_aging`` the sums; ``aging``,
    ``largest``, ``oldest`` and ``listed`` are of what was found.
    """

    open: int
    found: int
    accepted: int
    states: dict[str, int]
    resolved: int
    aging: dict[str | None, tuple[Aged, ...]]
    largest: tuple[OpenBreak, ...]
    oldest: tuple[OpenBreak, ...]
    expiring: tuple[OpenBreak, ...]
    listed: tuple[OpenBreak, ...]
    carried: tuple[OpenBreak, ...]
    carried_aging: dict[str | None, tuple[Aged, ...]]


def read_figures(engine: DuckDBPyConnection, history: History) -> Figures:
    """Read them; the engine gains the views of :func:`make_views`."""
    make_views(engine, history)
    soon = history.date + dt.timedelta(days=EXPIRING_DAYS)
    states = dict.fromkeys(STATES, 0)
    states |= dict(engine.execute("SELECT state, count(*) FROM breaks GROUP BY state").fetchall())
    return Figures(
        open=sum(states.values()),
        found=sum(states.values()) - states[NOT_LOOKED_AT],
        accepted=_count(engine, "SELECT count(accepted_until) FROM breaks"),
        states=states,
        resolved=_count(engine, "SELECT count(*) FROM resolved"),
        aging=_aging(engine, "found"),
        largest=_rows(engine, f"found WHERE amount > 0 ORDER BY amount DESC, place LIMIT {TOP_ROWS}"),
        oldest=_rows(engine, f"found ORDER BY {_AGED}, place LIMIT {TOP_ROWS}"),
        expiring=_rows(engine, f"breaks WHERE accepted_until <= ? ORDER BY {_EXPIRING} LIMIT {TOP_ROWS}", soon),
        listed=_rows(engine, f"found ORDER BY {_URGENCY} LIMIT {LISTED_ROWS}"),
        carried=_rows(engine, f"carried ORDER BY amount DESC NULLS LAST, age_days DESC, place LIMIT {TOP_ROWS}"),
        carried_aging=_aging(engine, "carried"),
    )


def make_views(engine: DuckDBPyConnection, history: History) -> None:
    """The views ``breaks``, with its ``place`` in the lasting order, and ``resolved``.

    ``found`` and ``carried`` are the breaks that this run looked at, and those that it did not.
    """
    for view, path in (("breaks", history.open), ("resolved", history.resolved)):
        file = str(path).replace("'", "''")
        query = f"SELECT * RENAME (file_row_number AS place) FROM read_parquet('{file}', file_row_number = true)"  # noqa: S608
        engine.execute(f"CREATE VIEW {view} AS {query}")
    for view, comparison in (("found", "<>"), ("carried", "=")):
        engine.execute(f"CREATE VIEW {view} AS SELECT * FROM breaks WHERE state {comparison} '{NOT_LOOKED_AT}'")  # noqa: S608


def _count(engine: DuckDBPyConnection, query: str) -> int:
    return int(engine.execute(query).fetchall()[0][0])


def _rows(engine: DuckDBPyConnection, view: str, *parameters: object) -> tuple[OpenBreak, ...]:
    engine.execute(f"SELECT {', '.join(OPEN_COLUMNS)} FROM {view}", parameters)  # noqa: S608 - constants
    return tuple(open_break(row) for row in engine.fetchall())


def open_break(row: tuple[Any, ...]) -> OpenBreak:
    """A row of ``OPEN_COLUMNS`` in their order."""
    values = dict(zip(OPEN_COLUMNS, row, strict=True))
    lists = {name: tuple(values[name] or ()) for name in ("members", "candidates")}
    return OpenBreak(**values | lists)


def _aging(engine: DuckDBPyConnection, view: str) -> dict[str | None, tuple[Aged, ...]]:
    query = f"""
        WITH amounts AS (
          SELECT CASE WHEN amount IS NOT NULL THEN coalesce(currency, '') END AS currency, {AGE} AS age, amount
          FROM {view}
        ), ranked AS (
          SELECT currency, row_number() OVER (ORDER BY sum(amount) DESC, currency) AS rank
          FROM amounts WHERE currency IS NOT NULL GROUP BY currency
        )
        SELECT ranked.currency, age, coalesce(sum(amount), 0), count(*)
        FROM amounts LEFT JOIN ranked ON ranked.currency = amounts.currency AND rank <= {AGED_CURRENCIES}
        GROUP BY ranked.currency, rank, age ORDER BY rank NULLS LAST, age"""  # noqa: S608 - constants
    found: dict[str | None, list[Aged]] = {}
    for currency, age, amount, count in engine.execute(query).fetchall():
        ages = found.setdefault(currency, [Aged(Decimal(0), 0) for _ in (*AGES, "all")])
        for place in (age, len(AGES)):
            ages[place] = Aged(ages[place].amount + amount, ages[place].count + count)
    return {currency: tuple(ages) for currency, ages in found.items()}
