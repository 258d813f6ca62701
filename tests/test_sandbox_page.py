"""docs/sandbox.md names every fault, option, argument and address of the sandbox, with the defaults that they have."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from airflow_provider_erp.sandbox import running_sandbox
from airflow_provider_erp.sandbox.__main__ import main as serve
from airflow_provider_erp.sandbox.control import PLACES
from airflow_provider_erp.sandbox.faults.board import KINDS

PAGE = (Path(__file__).parents[1] / "docs/sandbox.md").read_text(encoding="utf-8")


def first_cells(heading: str) -> list[str]:
    """The names in the first cells of the table with a heading."""
    table = PAGE.partition(f"| {heading} |")[2].partition("\n\n")[0]
    return [name for cell in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE) for name in re.findall(r"`(.+?)`", cell)]


def test_page_has_every_fault_and_no_other() -> None:
    assert sorted(first_cells("kind")) == sorted(KINDS)


def test_page_has_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        serve(["--help"])
    options = capsys.readouterr().out.partition("faults:")[0]
    assert first_cells("option") == re.findall(r"^  (--[\w-]+)", options, re.MULTILINE)


def test_page_has_every_argument_with_its_default() -> None:
    arguments = inspect.signature(running_sandbox).parameters
    assert sorted(first_cells("`running_sandbox(...)`")) == sorted(arguments)
    for name, default in re.findall(r"^\| `(\w+)` \| ([\w.]+) \|", PAGE, re.MULTILINE):
        assert str(arguments[name].default) == default


def test_page_has_every_address() -> None:
    assert {cell.partition(" /")[2] for cell in first_cells("address")} == {"", *PLACES}
