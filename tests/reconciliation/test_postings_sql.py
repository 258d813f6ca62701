"""The text of the comparison stays within what every engine understands alike."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from airflow_provider_erp.reconciliation.postings.compare import render
from airflow_provider_erp.reconciliation.postings.findings import MATCHED_BY, Finding
from airflow_provider_erp.reconciliation.postings.spec import KINDS

NOT_PORTABLE = (exp.Cast, exp.TryCast, exp.Div, exp.Like, exp.RegexpLike, exp.Concat, exp.DPipe, exp.Substring)
FUNCTIONS = {"Abs", "Case", "Coalesce", "Count", "Exists", "If", "Max", "Min", "RowNumber", "Sum"}
WORDS = {*KINDS, *MATCHED_BY, "held_back", ""}


@pytest.fixture(params=["duckdb", "postgres"])
def tree(request: pytest.FixtureRequest) -> exp.Expr:
    return sqlglot.parse_one(render(), read=request.param)


def test_text_uses_no_function_cast_or_division_that_engines_differ_in(tree: exp.Expr) -> None:
    assert [each.sql() for each in tree.find_all(*NOT_PORTABLE)] == []
    logic = (exp.And, exp.Or)
    used = {type(each).__name__ for each in tree.find_all(exp.Func) if not isinstance(each, logic)}
    assert used <= FUNCTIONS


def test_no_value_of_a_record_or_a_spec_stands_in_the_text(tree: exp.Expr) -> None:
    literals = list(tree.find_all(exp.Literal))
    assert {each.name for each in literals if each.is_string} <= WORDS
    assert {each.name for each in literals if not each.is_string} == {"0", "1", "100"}


def test_columns_are_those_that_are_read(tree: exp.Expr) -> None:
    first = tree
    while isinstance(first, exp.Union):
        first = first.this
    assert isinstance(first, exp.Select)
    assert tuple(first.named_selects) == Finding._fields
