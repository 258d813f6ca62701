"""docs/reconciliation-spec.md names every part of a spec, every kind and every word that an argument takes."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from airflow_provider_erp.normalise.fields import BY_NAME
from airflow_provider_erp.reconciliation import ReconciliationSpec
from airflow_provider_erp.reconciliation.postings import AmountWithin, DateWithin, PercentWithin, PostingSpec
from airflow_provider_erp.reconciliation.postings.spec import KINDS as POSTING_KINDS
from airflow_provider_erp.reconciliation.rules import Absent, Accepted, Action, Authority, Field, Severity, Threshold
from airflow_provider_erp.reconciliation.spec import KEYS, KINDS, SharedEmail
from airflow_provider_erp.reconciliation.tolerances import NumberWithin

PAGE = (Path(__file__).parents[1] / "docs/reconciliation-spec.md").read_text(encoding="utf-8")


def rows_of(name: str) -> list[str]:
    """The first cells of the table that is headed by a name."""
    table = PAGE.partition(f"| `{name}` |")[2].partition("\n\n")[0]
    return re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)


@pytest.mark.parametrize("of", [ReconciliationSpec, Field, Threshold, Accepted, PostingSpec])
def test_page_has_each_part_in_its_order(of: Any) -> None:
    assert rows_of(of.__name__) == [each.name for each in dataclasses.fields(of)]


@pytest.mark.parametrize("of", [AmountWithin, NumberWithin, PercentWithin, DateWithin])
def test_page_has_each_tolerance_with_its_arguments(of: Any) -> None:
    assert f"`{of.__name__}({', '.join(inspect.signature(of).parameters)})`" in PAGE


@pytest.mark.parametrize(
    "words",
    [KEYS, KINDS, POSTING_KINDS, BY_NAME, *map(get_args, (Absent, Action, Authority, Severity, SharedEmail))],
    ids=["keys", "kinds", "posting kinds", "normalisers", "absent", "action", "authority", "severity", "shared e-mail"],
)
def test_page_has_each_word(words: Any) -> None:
    assert [word for word in words if f"`{word}`" not in PAGE] == []
