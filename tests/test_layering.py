"""The code is held to the table in docs/architecture.md: what may import what, who knows HTTP, Airflow and a clock."""

from __future__ import annotations

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "airflow_provider_erp"
NAME = PACKAGE.name

ROW = re.compile(r"^\| `(\w+)` \|.*\| (.+) \|$", re.MULTILINE)
ALLOWED = {
    part: set(re.findall(r"`(\w+)`", allowed))
    for part, allowed in ROW.findall((ROOT / "docs/architecture.md").read_text(encoding="utf-8"))
}
HTTP = {"requests", "aiohttp", "httpx", "urllib3", "urllib.request", "http.client", "socket", "ssl", "asyncio"}
SPEAK_HTTP = {"transport", "sandbox", "demo"}
KNOW_AIRFLOW = {"hooks", "landing", "notifications", "operators", "sensors", "triggers", "ui", "versions"}
DECIDE = {"protocol", "vendors", "records", "exceptions", "normalise", "matching", "reconciliation", "corrections"}
CLOCK_MODULES = {"time", "sched"}
CLOCK_METHODS = {"now", "utcnow", "today"}
ENGINE = {"duckdb"}
KNOW_THE_ENGINE = {"engine", "landing", "reconciliation"}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def part(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path, *, for_annotations: bool = True) -> set[str]:
    """Every module that is named by an import, and every name that is imported from one."""
    names: set[str] = set()
    module = tree(path)
    if not for_annotations:
        module.body = [node for node in module.body if ast.unparse(node).split("\n")[0] != "if TYPE_CHECKING:"]
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return names


def uses(path: Path, libraries: set[str], *, for_annotations: bool = True) -> set[str]:
    names = imported(path, for_annotations=for_annotations)
    return {library for library in libraries for name in names if f"{name}.".startswith(f"{library}.")}


def called(path: Path) -> set[str]:
    functions = [node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    return {
        function.attr if isinstance(function, ast.Attribute) else function.id
        for function in functions
        if isinstance(function, ast.Attribute | ast.Name)
    }


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


every_module = pytest.mark.parametrize("path", modules(), ids=name_of)


def test_every_part_of_the_package_stands_in_the_table() -> None:
    assert {part(path) for path in modules()} == ALLOWED.keys()


@every_module
def test_module_imports_only_what_the_table_allows(path: Path) -> None:
    own = part(path)
    used = {name.split(".")[1] for name in imported(path) if name.startswith(f"{NAME}.")} - {own, "__version__"}
    assert used <= ALLOWED[own]


@every_module
def test_only_the_transport_and_the_sandbox_know_http(path: Path) -> None:
    assert part(path) in SPEAK_HTTP or not uses(path, HTTP)


@every_module
def test_only_what_meets_airflow_knows_it(path: Path) -> None:
    assert part(path) in KNOW_AIRFLOW or not uses(path, {"airflow"})


@every_module
def test_what_decides_has_no_clock_and_does_not_wait(path: Path) -> None:
    assert part(path) not in DECIDE or not uses(path, CLOCK_MODULES) | (called(path) & CLOCK_METHODS)


@every_module
def test_only_batches_and_the_comparison_know_the_engine(path: Path) -> None:
    assert part(path) in KNOW_THE_ENGINE or not uses(path, ENGINE, for_annotations=False)


@every_module
def test_nothing_is_imported_by_a_name_made_at_run_time(path: Path) -> None:
    """But for the hook of a connection's type, which the provider info names."""
    assert name_of(path) == "hooks/erp.py" or not called(path) & {"import_module", "__import__", "import_string"}


@every_module
def test_vendor_is_named_only_in_its_own_folder_its_hook_and_where_vendors_are_listed(path: Path) -> None:
    if part(path) in ("sandbox", "demo", "get_provider_info") or name_of(path) == "vendors/__init__.py":
        return
    vendors = {folder.parent.name for folder in (PACKAGE / "vendors").glob("*/api.py")}
    names = path.relative_to(PACKAGE).with_suffix("").parts
    own = vendors & set(names)
    constants = {node.value for node in ast.walk(tree(path)) if isinstance(node, ast.Constant)}
    docstrings = {
        ast.get_docstring(node, clean=False)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    }
    texts = {text.lower() for text in constants - docstrings if isinstance(text, str)} | imported(path)
    spelt = {vendor: (vendor, vendor.replace("_", ""), vendor.replace("_", "-")) for vendor in vendors - own}
    assert {vendor for vendor, forms in spelt.items() if any(form in text for text in texts for form in forms)} == set()


def test_no_module_imports_itself_through_others() -> None:
    graph: dict[str, set[str]] = {}
    for path in modules():
        module = ".".join((NAME, *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
        graph[module] = {name for name in imported(path, for_annotations=False) if name.startswith(f"{NAME}.")} - {
            module
        }
    known = {module: {name for name in names if name in graph} for module, names in graph.items()}
    try:
        TopologicalSorter(known).prepare()
    except CycleError as exc:
        pytest.fail(f"import cycle: {' -> '.join(exc.args[1])}")
