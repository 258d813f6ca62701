"""The text of the comparison stays within what every engine understands alike."""

from __future__ import annotations

import pytest
import sqlglot
from safe_subset import outside
from sqlglot import exp

from airflow_provider_erp.reconciliation.postings.compare import render
from airflow_provider_erp.reconciliation.postings.findings import MATCHED_BY, Finding
from airflow_provider_erp.reconciliation.postings.spec import KINDS

WORDS = {*KINDS, *MATCHED_BY, "held_back", ""}


@pytest.fixture(params=["duckdb", "postgres", "spark", "trino", "snowflake", "bigquery"])
def tree(request: pytest.FixtureRequest) -> exp.Expr:
    return sqlglot.parse_one(render(), read=request.param)


def test_text_uses_no_function_cast_or_division_that_engines_differ_in(tree: exp.Expr) -> None:
    assert outside(tree) == []


def test_no_value_of_a_record_or_a_spec_stands_in_the_text(tree: exp.Expr) -> None:
    literals = list(tree.find_all(exp.Literal))
    assert {each.name for each in literals if each.is_string} <= WORDS
    assert {each.name for each in literals if not each.is_string} == {"0", "1", "1000000"}


def test_columns_are_those_that_are_read(tree: exp.Expr) -> None:
    first = tree
    while isinstance(first, exp.Union):
        first = first.this
    assert isinstance(first, exp.Select)
    assert tuple(first.named_selects) == Finding._fields
