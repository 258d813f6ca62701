"""Structs are known to msgspec before there are threads: two that meet one at once for the first time crash 0.22.

A push that read its journal with 16 readers ended in a segmentation fault.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "airflow_provider_erp"
FILES = sorted(file for file in PACKAGE.rglob("*.py") if "sandbox" not in file.parts)


def told_by_name(file: Path) -> Iterator[str]:
    """Calls of ``msgspec.json.decode(..., type=Name)``: the struct is looked into when it is called."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"msgspec.json.decode", "msgspec.msgpack.decode"}:
            kinds = [each.value for each in node.keywords if each.arg == "type"]
            yield from (f"{file.name}:{node.lineno}" for kind in kinds if isinstance(kind, ast.Name | ast.Attribute))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_decoders_of_structs_are_made_when_their_module_is_imported(file: Path) -> None:
    assert list(told_by_name(file)) == []
