"""Every public name of the package says what it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

import pytest

PACKAGE = Path(__file__).parents[1] / "airflow_provider_erp"
MODULES = sorted(PACKAGE.rglob("*.py"))
Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def is_public(node: ast.AST) -> TypeGuard[Documented]:
    return isinstance(node, Documented) and not node.name.startswith("_")


def undocumented(path: Path) -> Iterator[str]:
    """Public classes and functions, and public methods of public classes, without a docstring."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    if module.body and not ast.get_docstring(module):
        yield "the module"
    for node in filter(is_public, module.body):
        if not ast.get_docstring(node):
            yield node.name
        if isinstance(node, ast.ClassDef):
            methods = (each for each in node.body if is_public(each) and not _is_overload(each))
            yield from (f"{node.name}.{each.name}" for each in methods if not _documents(each))


def _is_overload(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and any(ast.unparse(each) == "overload" for each in node.decorator_list)


def _documents(node: ast.AST) -> bool:
    return isinstance(node, Documented) and bool(ast.get_docstring(node))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_public_names_have_a_docstring(path: Path) -> None:
    assert list(undocumented(path)) == []
