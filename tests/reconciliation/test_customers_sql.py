"""The statements that compare customers stay within what every engine understands alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlglot
from safe_subset import outside
from sqlglot import exp

from airflow_provider_erp.reconciliation.customers import comparison
from airflow_provider_erp.reconciliation.customers.breaks import FINDING_COLUMNS
from airflow_provider_erp.reconciliation.customers.leftovers import SIDES
from airflow_provider_erp.reconciliation.customers.sql import Statements
from airflow_provider_erp.reconciliation.rules import Field
from airflow_provider_erp.reconciliation.spec import CUSTOMERS, FIELDS, KEYS, KINDS, SIMILARITY, ReconciliationSpec
from airflow_provider_erp.reconciliation.tolerances import NumberWithin

ENGINES = ("duckdb", "postgres", "spark", "trino", "snowflake", "bigquery")
WORDS = {*KINDS, *KEYS, *FIELDS, *SIDES, SIMILARITY, "", "alone", "pair", "taken", "active", "closed", "blocked"}
NUMBERS = {"0", "1", "5", "604800"}

SPECS = {
    "all keys, stale": replace(CUSTOMERS, stale_after_days=7),
    "all fields": CUSTOMERS.comparing("number", "language", "payment_terms"),
    "a tolerance": CUSTOMERS.comparing(Field(name="payment_terms", tolerance=NumberWithin(Decimal(1)))),
    "no identifier first": CUSTOMERS.matched_by("email", "number"),
    "one key, one field": ReconciliationSpec(name="x", keys=("vat_number",), fields=("city",), stale_after_days=7),
}
"""By each of them also with nothing that both sides supply."""


def statements(spec: ReconciliationSpec, supplied: tuple[str, ...]) -> Iterator[str]:
    """Every statement that a comparison may execute."""
    sql = Statements(spec, supplied)
    yield from (sql.loose(), sql.key_pairs(), sql.rest_pairs(), sql.sharing(), sql.pairs(), sql.beside(), sql.wide())
    yield from (sql.agreement(), sql.findings())
    for side in SIDES:
        yield from (
            sql.shared(side),
            sql.wanted(side),
            sql.late(side),
            sql.rest(side),
            sql.alone(side),
            sql.near(side),
        )
        yield from (sql.leftovers(side, ()), sql.leftovers(side, supplied))
    if supplied:
        yield sql.compared(supplied)
    yield from map(sql.unequal, supplied)


def texts() -> list[str]:
    supplied = {name: [spec.field_names, spec.field_names[:1], ()] for name, spec in SPECS.items()}
    given = {comparison._LOOSE, comparison._BY_KEY}
    return sorted(
        given | {text for name, spec in SPECS.items() for each in supplied[name] for text in statements(spec, each)}
    )


@pytest.fixture(scope="module", params=ENGINES)
def trees(request: pytest.FixtureRequest) -> list[exp.Expr]:
    """Each text as the engine reads it; one that it cannot read is an error."""
    return [sqlglot.parse_one(text, read=request.param) for text in texts()]


def test_every_text_is_one_query_without_functions_casts_or_patterns_that_engines_differ_in(
    trees: list[exp.Expr],
) -> None:
    for tree in trees:
        assert isinstance(tree, exp.Query)
        assert outside(tree) == []


def test_no_value_of_a_record_stands_in_a_text(trees: list[exp.Expr]) -> None:
    literals = [each for tree in trees for each in tree.find_all(exp.Literal)]
    assert {each.name for each in literals if each.is_string} <= WORDS
    assert {each.name for each in literals if not each.is_string} == NUMBERS


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())
def test_findings_have_the_columns_that_breaks_are_made_of(spec: ReconciliationSpec) -> None:
    first = sqlglot.parse_one(Statements(spec, spec.field_names).findings(), read="duckdb")
    while isinstance(first, exp.Union):
        first = first.this
    assert isinstance(first, exp.Select)
    assert first.named_selects == list(FINDING_COLUMNS)
