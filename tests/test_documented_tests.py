"""The tests that the documents name are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGES = sorted((HERE.parent / "docs").glob("*.md"))
NAMED = sorted({name for page in PAGES for name in re.findall(r"`([\w/]+\.py)::(test_\w+)`", page.read_text("utf-8"))})


def test_the_pages_name_tests() -> None:
    assert len(NAMED) > 60


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_each_test_that_a_page_names_is_there(file: str, name: str) -> None:
    assert f"def {name}(" in (HERE / file).read_text()


def test_the_readme_links_to_every_page_and_every_link_of_a_page_leads_somewhere() -> None:
    root = HERE.parent
    pages = [root / "README.md", root / "CONTRIBUTING.md", *sorted(root.glob("docs/*.md"))]
    for page in pages:
        links = re.findall(r"\]\((?!https?://)([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
        assert [link for link in links if not (page.parent / link).exists()] == [], page.name
    linked = set(re.findall(r"\((docs/[\w-]+\.md)\)", pages[0].read_text(encoding="utf-8")))
    assert linked == {f"docs/{page.name}" for page in root.glob("docs/*.md")}
