"""Records that are in no sum, counted by their reason with their amounts, so that nothing goes missing in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_erp.reconciliation.result import LeftOut

if TYPE_CHECKING:
    import duckdb

NOT_COUNTED = "not counted by the spec"

_LACK = """CASE WHEN NOT counts THEN 5 WHEN subject IS NULL THEN 1 WHEN period IS NULL THEN 2
    WHEN currency IS NULL THEN 3 WHEN amount IS NULL THEN 4 ELSE 0 END"""


def keep_complete(lines: duckdb.DuckDBPyRelation, table: str, lacks_subject: str) -> tuple[LeftOut, ...]:
    """Make the table of the lines that count and have all that a sum needs; the others come back by their reason.

    A line with several reasons has the first: it does not count, then the order of the reasons.
    """
    lines.filter(f"{_LACK} = 0").create(table)
    reasons = ("", lacks_subject, "without a month", "without a currency", "without an amount", NOT_COUNTED)
    found: dict[int, LeftOut] = {}
    parts = lines.select(f"{_LACK} AS lack, COALESCE(currency, '') AS currency, amount")
    totals = parts.aggregate("lack, currency, COUNT(*), SUM(amount)", "lack, currency").order("lack, currency")
    for lack, currency, records, amount in totals.filter("lack > 0").fetchall():
        before = found.get(lack)
        found[lack] = LeftOut(
            reason=reasons[lack],
            records=records + (before.records if before else 0),
            amounts={**(before.amounts if before else {}), **({} if amount is None else {currency: amount})},
            by_spec=reasons[lack] == NOT_COUNTED,
        )
    return tuple(found.values())
