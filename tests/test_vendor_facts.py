"""Facts about vendors carry their source, guesses are marked: run with ``-rP`` to read the list of guesses."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "airflow_provider_erp"
FILES = sorted([*PACKAGE.glob("vendors/*/*.py"), *PACKAGE.glob("hooks/*.py")])
GUESS = re.compile(r"ASSUMED:\s*(.+?)(?=\n\s*\n|\Z)", re.DOTALL)


def notes(path: Path) -> list[str]:
    """Docstrings, texts under constants, and comments."""
    text = path.read_text(encoding="utf-8")
    strings = [
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    comments = [line.strip().lstrip("# ") for line in text.splitlines() if line.strip().startswith("#")]
    return [*strings, *comments]


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in PACKAGE.glob("vendors/*/api.py")), ids=lambda f: f.name
)
def test_every_vendor_names_the_source_of_its_facts(folder: Path) -> None:
    for name in ("api.py", "records.py"):
        assert any("Source:" in note for note in notes(folder / name)), f"{folder.name}/{name}"


def test_guesses_are_marked_and_can_be_listed() -> None:
    guesses = [
        f"{path.parent.name}/{path.name}: {' '.join(guess.split())}"
        for path in FILES
        for note in notes(path)
        for guess in GUESS.findall(note)
    ]
    print("\n".join(guesses))
    assert len(guesses) >= 10
    assert all(len(guess) > 40 for guess in guesses)
