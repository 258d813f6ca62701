"""A reconcile task's documentation in Airflow is its spec, whatever stands in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from airflow.sdk import DAG
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from airflow_provider_erp.operators.documentation import spec_doc
from airflow_provider_erp.operators.fetch import ErpFetchOperator
from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.reconciliation import CUSTOMERS
from airflow_provider_erp.reconciliation.postings import AmountWithin, PostingSpec
from airflow_provider_erp.reconciliation.rules import Accepted, Field, KindRule, Money, Threshold

AGREED = replace(
    CUSTOMERS.comparing(Field(name="country", equals=(("FI", "AX"),), severity="high", authority="target")),
    kinds=(KindRule(kind="duplicate_in_target", at_risk=Money(Decimal("500.00"), "EUR")),),
    thresholds=(Threshold(count=0, action="fail"),),
    accepted=(Accepted(break_id="b", digest="d", reason="Ann's", by="ann", until=dt.date(2027, 6, 30)),),
)
POSTINGS = PostingSpec(
    name="postings",
    billable={"type_code": {1: False}},
    signs={2: -1},
    customers={str(number): "C1" for number in range(500)},
    tolerances=(AmountWithin(Decimal("0.01"), "EUR"),),
    period=str.strip,
)
SIDES = ("one", "other")
HTML = MarkdownIt("commonmark", {"html": True}).enable("table")


def task(spec: Any = AGREED, **options: Any) -> Any:
    with DAG(dag_id="documented", schedule=None):
        sides = [ErpFetchOperator(task_id=f"fetch_{name}", conn_id=name, resource="customer") for name in SIDES]
        source, target = (each.output for each in sides)
        return ErpReconcileOperator(task_id="reconcile", spec=spec, source=source, target=target, **options)


def test_a_task_is_documented_by_its_sides_keys_fields_and_thresholds() -> None:
    told = task().doc_md
    assert "### `Customers`" in told
    assert "Source: what `fetch_one` fetched. Target: what `fetch_other` fetched." in told
    assert "Matched by `number`, then `org_number`, then `vat_number`, then `email`; what none matches, by" in told
    assert "| `country` | equals `FI = AX`, severity `high`, authority `target` |" in told
    assert "| `city` | the same after normalising |" in told
    assert "- kind: kind `duplicate_in_target`, at risk `500.00 EUR`" in told
    assert "- threshold: count `0`, action `fail`" in told
    assert "| `accepted` | 1 difference, the next until 2027-06-30 |" in told
    assert "Ann" not in told


def test_postings_are_documented_by_their_codes_and_tolerances_and_long_maps_are_cut() -> None:
    told = task(POSTINGS).doc_md
    assert "| `billable` | `type_code: 1 False` |" in told
    assert "| `signs` | `2: -1` |" in told
    assert "| `tolerances` | `source - target between -0.01 and +0.01 EUR` |" in told
    assert "| `period` | `strip` |" in told
    assert len(told) < 2000


@pytest.mark.parametrize("name", ["doc", "doc_md", "doc_rst"])
def test_an_authors_own_documentation_stays(name: str) -> None:
    mine = task(**{name: "Mine."})
    assert getattr(mine, name) == "Mine."
    assert mine.doc_md in (None, "Mine.")


def test_sides_that_are_batches_of_before_are_documented_without_their_paths() -> None:
    assert "s3" not in spec_doc(CUSTOMERS, ("s3://key@bucket/manifest.json", {"manifest": "s3://key@bucket/m.json"}))


@given(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=40), st.text(st.characters(codec="utf-8"), min_size=1)
)
def test_no_value_becomes_markup(title: str, value: str) -> None:
    spec = replace(CUSTOMERS.comparing(Field(name="city", equals=((value, "x"),))), title=f"<b>{title}")
    told = HTML.render(spec_doc(spec, SIDES))
    assert "<b>" not in told
    assert "<a " not in told
    assert told.count("<tr>") == len(spec.fields) + 1
