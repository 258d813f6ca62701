"""A spec is checked while the DAG file is parsed, and a variant of it is one line."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from airflow_provider_erp.reconciliation import CUSTOMERS, ReconciliationSpec


def test_variant_reads_as_a_sentence_and_leaves_the_original_alone() -> None:
    variant = CUSTOMERS.named("customers_px", "PX customers").without("street", "city").comparing("language")
    assert (variant.name, variant.title) == ("customers_px", "PX customers")
    assert "street" in CUSTOMERS.fields
    assert set(CUSTOMERS.fields) - set(variant.fields) == {"street", "city"}
    assert variant.fields[-1] == "language"
    assert variant.matched_by("email", "number").keys == ("email", "number")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": ""}, "name: expected letters"),
        ({"name": "../up"}, "name: expected letters"),
        ({"keys": ()}, "keys: expected a tuple with at least one of number"),
        ({"keys": "number"}, "keys: expected a tuple"),
        ({"keys": ("number", "phone")}, "keys: 'phone' is unknown; known are number, org_number"),
        ({"fields": ("name", "name")}, "fields: 'name' is given twice"),
        ({"fields": ("colour",)}, "fields: 'colour' is unknown"),
        ({"fields": ("modified_at",)}, "fields: 'modified_at' is unknown"),
    ],
)
def test_wrong_argument_is_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ReconciliationSpec(**{"name": "customers", "keys": ("number",), "fields": ("name",)} | arguments)


def test_field_that_is_not_compared_cannot_be_left_out() -> None:
    with pytest.raises(ValueError, match="without: 'language' is unknown"):
        CUSTOMERS.without("language")


def test_naming_a_spec_in_a_dag_file_loads_nothing_heavy() -> None:
    code = (
        "import sys, airflow_provider_erp.reconciliation;"
        "print(sorted({'duckdb', 'jinja2', 'phonenumbers', 'msgspec', 'airflow'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
