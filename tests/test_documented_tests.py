"""The tests that the documents name are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NAMED = re.findall(r"`([\w/]+\.py)::(test_\w+)`", (HERE.parent / "docs" / "reliability.md").read_text())


def test_the_page_names_tests() -> None:
    assert len(NAMED) > 20


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_each_test_that_the_page_on_reliability_names_is_there(file: str, name: str) -> None:
    assert f"def {name}(" in (HERE / file).read_text()
