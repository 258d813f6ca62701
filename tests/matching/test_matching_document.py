"""The page on matching prints what it says, and names every kind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from airflow_provider_erp.matching import APPLY_AT, KINDS, SUGGEST_AT

PAGE = (Path(__file__).parents[2] / "docs" / "matching.md").read_text()


def test_the_example_of_the_page_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    [(code, printed)] = re.findall(r"```python\n(.*?)```.*?```text\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(code, "docs/matching.md", "exec"), {})  # the page is ours
    assert capsys.readouterr().out == printed


def test_the_page_explains_every_kind_and_the_thresholds_that_ship() -> None:
    explained = re.findall(r"^\| `(\w+)` \|", PAGE.partition("## Kinds")[2], re.MULTILINE)
    assert sorted(explained) == sorted(KINDS)
    assert f"apply_at={APPLY_AT}, suggest_at={SUGGEST_AT}" in PAGE
