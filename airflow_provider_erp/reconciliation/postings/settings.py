"""The spec's tolerances and settings as two small tables, so that no value stands in the text of the comparison."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from airflow_provider_erp.reconciliation.postings.spec import PostingSpec
from airflow_provider_erp.reconciliation.tolerances import AmountWithin, DateWithin, PercentWithin

if TYPE_CHECKING:
    import duckdb

TOLERANCES, SETTINGS = "posting_tolerances", "posting_settings"
_ZERO = Decimal(0)
_MILLIONTHS = 10_000
"""Of a percent with its four decimals: engines may round the product of two decimals, and never of a whole number."""
_TOLERANCES = """
SELECT UNNEST(CAST($1 AS VARCHAR[])) AS currency, UNNEST(CAST($2 AS DECIMAL(28, 6)[])) AS below,
  UNNEST(CAST($3 AS DECIMAL(28, 6)[])) AS above,
  CAST($4 AS INTEGER) AS millionths_below, CAST($5 AS INTEGER) AS millionths_above
"""
_SETTINGS = """
SELECT CAST($1 AS INTEGER) AS days_before, CAST($2 AS INTEGER) AS days_after, CAST($3 AS VARCHAR) AS local_currency
"""


def make_settings(engine: duckdb.DuckDBPyConnection, spec: PostingSpec, lines: tuple[str, ...]) -> None:
    """Make the tables; one row of tolerances for each currency that stands in the tables of lines."""
    tables = (engine.table(table).select("currency").distinct() for table in lines)
    currencies = sorted({code for table in tables for (code,) in table.fetchall()})
    amounts = {each.currency: each for each in spec.tolerances if isinstance(each, AmountWithin)}
    percent = next((each for each in spec.tolerances if isinstance(each, PercentWithin)), PercentWithin(_ZERO))
    days = next((each for each in spec.tolerances if isinstance(each, DateWithin)), None)
    allowed = [amounts.get(code, AmountWithin(_ZERO, "XXX")) for code in currencies]
    amounts_within = [[each.lower for each in allowed], [each.above for each in allowed]]
    millionths = [int(each * _MILLIONTHS) for each in (percent.lower, percent.above)]
    engine.sql(_TOLERANCES, params=[currencies, *amounts_within, *millionths]).create(TOLERANCES)
    limits = [days.before, days.days] if days else [None, None]
    engine.sql(_SETTINGS, params=[*limits, spec.local_currency]).create(SETTINGS)
