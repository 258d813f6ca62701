"""A spec is checked while the DAG file is parsed, and a variant of it is one line."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from airflow_provider_erp.reconciliation import CUSTOMERS, ReconciliationSpec
from airflow_provider_erp.reconciliation.rules import Accepted, Field, KindRule, Money, Threshold


def test_variant_reads_as_a_sentence_and_leaves_the_original_alone() -> None:
    variant = CUSTOMERS.named("customers_px", "PX customers").without("street", "city").comparing("language")
    assert (variant.name, variant.title) == ("customers_px", "PX customers")
    assert "street" in CUSTOMERS.field_names
    assert set(CUSTOMERS.field_names) - set(variant.field_names) == {"street", "city"}
    assert variant.field_names[-1] == "language"
    assert variant.matched_by("email", "number").keys == ("email", "number")


def test_rules_replace_a_fields_place_in_the_list_and_add_those_that_are_new() -> None:
    city, language = Field(name="city", severity="low"), Field(name="language")
    variant = CUSTOMERS.comparing(city, language)
    assert variant.field_names == (*CUSTOMERS.field_names, "language")
    assert [rule for rule in variant.rules if rule.name in {"city", "language"}] == [city, language]


def test_name_stands_for_a_field_with_no_rules_of_its_own() -> None:
    spec = ReconciliationSpec(name="x", keys=("number",), fields=("city",))
    assert spec.rules == (Field(name="city"),)


def test_field_that_is_compared_already_is_not_added_twice() -> None:
    with pytest.raises(ValueError, match="fields: 'city' is given twice"):
        CUSTOMERS.comparing("city")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": ""}, "name: expected letters"),
        ({"name": "../up"}, "name: expected letters"),
        ({"keys": ()}, "keys: expected a tuple with at least one of number"),
        ({"keys": "number"}, "keys: expected a tuple"),
        ({"keys": ("number", "phone")}, "keys: 'phone' is unknown; known are number, org_number"),
        ({"fields": ("name", "name")}, "fields: 'name' is given twice"),
        ({"fields": ("name", Field(name="name"))}, "fields: 'name' is given twice"),
        ({"fields": ("colour",)}, "fields: 'colour' is unknown"),
        ({"fields": ("modified_at",)}, "fields: 'modified_at' is unknown"),
        ({"fields": "name"}, "fields: expected a tuple"),
        ({"fields": ()}, "fields: expected a tuple with at least one of number, name"),
        ({"fields": (Field(name="name", normaliser="guess"),)}, "normaliser: 'guess' is unknown; known are text"),
        ({"kinds": (KindRule(kind="lost"),)}, "kinds: 'lost' is unknown; known are missing_in_target"),
        ({"kinds": (KindRule(kind="stale"),) * 2}, "kinds: 'stale' is given twice"),
        ({"thresholds": (Threshold(kind="lost", count=1),)}, "thresholds: 'lost' is unknown; known are *, missing"),
        ({"stale_after_days": -1}, "stale_after_days: expected a whole number from 0 on, got -1"),
        ({"stale_after_days": 1.5}, "stale_after_days: expected a whole number from 0 on, got 1.5"),
        ({"stale_after_days": True}, "stale_after_days: expected a whole number from 0 on, got True"),
        ({"apply_at": 0.1}, "suggest_at, apply_at: expected 0 < suggest_at <= apply_at < 1, got 0.2, 0.1"),
        ({"suggest_at": 0}, "suggest_at, apply_at: expected 0 < suggest_at"),
        ({"apply_at": 1}, "suggest_at, apply_at: expected 0 < suggest_at"),
        ({"zone": "Europe/Atlantis"}, "zone: expected the name of a time zone such as 'Europe/Helsinki', got"),
        ({"zone": "../up"}, "zone: expected the name of a time zone"),
        ({"zone": "Europe"}, "zone: expected the name of a time zone such as 'Europe/Helsinki', got 'Europe'"),
        ({"zone": None}, "zone: expected the name of a time zone such as 'Europe/Helsinki', got None"),
        ({"name": None}, "name: expected letters, digits, '_', '-' or '.', got None"),
        ({"title": None}, "title: expected a text, got None"),
        ({"apply_at": "0.9"}, "apply_at: expected a number between 0.0 and 1.0, got '0.9'"),
        ({"suggest_at": None}, "suggest_at: expected a number between 0.0 and 1.0, got None"),
        ({"apply_at": float("nan")}, "suggest_at, apply_at: expected 0 < suggest_at"),
        ({"stale_after_days": 10**12}, "stale_after_days: expected at most 36500, got 1000000000000"),
        ({"similar": "no"}, "similar: expected True or False, got 'no'"),
        ({"check_identifiers": None}, "check_identifiers: expected True or False, got None"),
        ({"thresholds": Threshold(count=1)}, "thresholds: expected a tuple of Threshold, got one Threshold"),
        ({"accepted": ({"break_id": "b"},)}, "accepted: expected a tuple of Accepted, got one dict in it"),
        ({"accepted": ("x",)}, "accepted: expected a tuple of Accepted, got 'x' in it"),
        ({"kinds": ("stale",)}, "kinds: expected a tuple of KindRule, got 'stale' in it"),
        ({"fields": (1,)}, "fields: expected a tuple of Field or str, got 1 in it"),
    ],
)
def test_wrong_argument_is_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        ReconciliationSpec(**{"name": "customers", "keys": ("number",), "fields": ("name",)} | arguments)


@pytest.mark.parametrize("threshold", [Threshold(count=0), Threshold(kind="stale", share=0.01, action="fail")])
def test_threshold_of_one_kind_or_of_all_is_known(threshold: Threshold) -> None:
    spec = ReconciliationSpec(name="x", keys=("number",), fields=("name",), thresholds=(threshold,))
    assert spec.thresholds == (threshold,)


def an_acceptance(**given: Any) -> Accepted:
    usual: dict[str, Any] = {"break_id": "b", "digest": "d", "reason": "moving", "by": "controller"}
    return Accepted(**usual | {"until": dt.date(2026, 12, 31)} | given)


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (Money, {"amount": 1.5, "currency": "EUR"}, "amount: expected a Decimal such as Decimal('0.01'), got 1.5"),
        (Money, {"amount": Decimal("NaN"), "currency": "EUR"}, "amount: expected a Decimal"),
        (Money, {"amount": Decimal(1), "currency": "eur"}, "currency: expected three capitals such as 'EUR'"),
        (Field, {"name": "city", "absent": "never"}, "absent: expected one of skip_absent, skip_empty, compare"),
        (Field, {"name": "city", "severity": "mild"}, "severity: expected one of low, medium, high; got 'mild'"),
        (Field, {"name": "city", "authority": "us"}, "authority: expected one of source, target, newest, manual"),
        (Field, {"name": "city", "equals": (("Turku",),)}, "equals: expected tuples of at least two values"),
        (
            Field,
            {"name": "city", "equals": ("Turku", "Åbo")},
            "equals: expected a tuple of tuple or list, got 'Turku' in it",
        ),
        (KindRule, {"kind": "stale", "severity": "mild"}, "severity: expected one of low, medium, high"),
        (Threshold, {}, "threshold: expected at least one of count, share, amount, age_days; got none"),
        (Threshold, {"count": 1, "action": "shout"}, "action: expected one of warn, fail; got 'shout'"),
        (Threshold, {"count": -1}, "count: expected a whole number from 0 on, got -1"),
        (Threshold, {"age_days": True}, "age_days: expected a whole number from 0 on, got True"),
        (Threshold, {"share": 1.1}, "share: expected a number from 0.0 to 1.0, got 1.1"),
        (an_acceptance, {"reason": ""}, "accepted reason: expected a text, got ''"),
        (an_acceptance, {"digest": ""}, "accepted digest: expected a text, got ''"),
        (an_acceptance, {"until": "2026-12-31"}, "accepted until: expected a date, got '2026-12-31'"),
        (an_acceptance, {"until": dt.datetime(2026, 12, 31, tzinfo=dt.UTC)}, "accepted until: expected a date"),
    ],
)
def test_wrong_rule_is_named(make: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        make(**arguments)


def test_field_that_is_not_compared_cannot_be_left_out() -> None:
    with pytest.raises(ValueError, match="without: 'language' is unknown"):
        CUSTOMERS.without("language")


def test_naming_a_spec_in_a_dag_file_loads_nothing_heavy() -> None:
    heavy = {"duckdb", "jinja2", "msgspec", "phonenumbers", "stdnum", "rapidfuzz", "xlsxwriter", "airflow"}
    code = (
        "import sys, airflow_provider_erp.reconciliation, airflow_provider_erp.reconciliation.rules;"
        f"print(sorted({heavy!r} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
