"""The check of the statements refuses what engines are known to differ in."""

from __future__ import annotations

import pytest
import sqlglot
from safe_subset import outside

REFUSED = {
    "no-break space": "TRIM(name) = 'x'",
    "case of İ and ß": "LOWER(name) = UPPER(name)",
    "rounding of doubles": "ROUND(amount) = 2",
    "decimal to int": "CAST(amount AS INT) = 2",
    "text to number": "name::INT = 2",
    "double to text": "CAST(amount AS VARCHAR) = '2'",
    "a cast that may fail": "TRY_CAST(name AS INT) IS NULL",
    "division": "amount / 3 = 1",
    "remainder": "amount % 3 = 1",
    "product of decimals": "amount * -(rate) = 1",
    "product with a decimal": "amount * 0.5 = 1",
    "backslash in a pattern": r"name LIKE 'a\b'",
    "pattern without case": "name ILIKE 'a'",
    "regular expression": "REGEXP_MATCHES(name, 'a')",
    "null in a concatenation": "name || 'x' = 'x'",
    "length of a text": "LENGTH(name) = 1",
    "order of a locale": "name COLLATE de_DE < 'x'",
    "today": "day < CURRENT_DATE",
    "days between": "DATE_DIFF('day', day, day) = 1",
}


@pytest.mark.parametrize("condition", REFUSED.values(), ids=REFUSED.keys())
def test_construct_that_engines_differ_in_is_refused_wherever_it_stands(condition: str) -> None:
    within = f"WITH w AS (SELECT CASE WHEN {condition} THEN 1 END AS n FROM t) SELECT n FROM w"
    for text in (f"SELECT a FROM t WHERE {condition}", within):
        assert outside(sqlglot.parse_one(text, read="duckdb"))


@pytest.mark.parametrize("text", ["SELECT a, COUNT(*) FROM t GROUP BY ALL", "SELECT DISTINCT ON (a) a, b FROM t"])
def test_shorthand_of_one_engine_is_refused(text: str) -> None:
    assert outside(sqlglot.parse_one(text, read="duckdb"))


def test_what_all_understand_alike_is_not_refused() -> None:
    text = (
        "WITH w AS (SELECT a, ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) AS place FROM t) "
        "SELECT w.a, SUM(CASE WHEN w.place = 1 THEN ABS(o.amount) * 2 - 1 ELSE 0 END) AS n "
        "FROM w FULL OUTER JOIN o ON w.a = o.a WHERE NOT EXISTS (SELECT 1 FROM t WHERE t.a = w.a) GROUP BY w.a"
    )
    assert outside(sqlglot.parse_one(text, read="duckdb")) == []
