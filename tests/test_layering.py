"""What may import what: layers import downwards only, and only the transport knows the HTTP libraries."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "airflow_provider_erp"
NAME = PACKAGE.name

ALLOWED = {
    "exceptions": set(),
    "records": set(),
    "get_provider_info": set(),
    "protocol": {"exceptions"},
    "transport": {"protocol", "exceptions"},
    "vendors": {"protocol", "records", "exceptions"},
    "hooks": {"vendors", "protocol", "transport", "records", "exceptions", "get_provider_info"},
    "landing": {"protocol", "records", "exceptions"},
    "reconciliation": {"records", "exceptions"},
    "operators": {"hooks", "landing", "reconciliation", "protocol", "records", "exceptions"},
    "sandbox": set(),
    "demo": {"sandbox"},
}
HTTP = {"requests", "aiohttp", "httpx", "urllib3", "socket", "http"}
SPEAK_HTTP = {"transport", "sandbox"}
KNOW_AIRFLOW = {"hooks", "landing", "operators", "sandbox"}
CLOCK = {"time"}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module or "")
    return names


def ids(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", modules(), ids=ids)
def test_module_imports_only_layers_below_its_own(path: Path) -> None:
    own = layer(path)
    used = {name.split(".")[1] for name in imported(path) if name.startswith(f"{NAME}.")}
    assert used - {own} <= ALLOWED[own]


@pytest.mark.parametrize("path", modules(), ids=ids)
def test_only_the_transport_and_the_sandbox_know_http_libraries(path: Path) -> None:
    used = {name.split(".")[0] for name in imported(path)} & HTTP
    assert layer(path) in SPEAK_HTTP or not used


@pytest.mark.parametrize("path", modules(), ids=ids)
def test_what_decides_knows_no_airflow_and_no_clock(path: Path) -> None:
    used = {name.split(".")[0] for name in imported(path)}
    assert layer(path) in KNOW_AIRFLOW or "airflow" not in used
    assert layer(path) != "protocol" or not used & CLOCK


@pytest.mark.parametrize("path", modules(), ids=ids)
def test_vendor_is_named_only_in_its_own_folder_its_hook_and_where_vendors_are_listed(path: Path) -> None:
    vendors = {folder.name for folder in (PACKAGE / "vendors").iterdir() if (folder / "api.py").exists()}
    relative = path.relative_to(PACKAGE)
    if layer(path) in ("sandbox", "get_provider_info") or relative.as_posix() == "vendors/__init__.py":
        return
    own = {relative.stem} if layer(path) == "hooks" else {relative.parts[1]} if len(relative.parts) > 2 else set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    named = {part for name in imported(path) for part in name.split(".")} | texts
    assert named & (vendors - own) == set()


def test_every_folder_has_its_place_in_the_layers() -> None:
    assert {layer(path) for path in modules()} == ALLOWED.keys()
