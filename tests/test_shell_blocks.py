"""Every command in the README and the docs is one that there is; those of the sandbox are sent to one that runs."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_provider_erp.get_provider_info import get_provider_info
from airflow_provider_erp.sandbox import running_sandbox
from airflow_provider_erp.sandbox.__main__ import main as serve

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md")))
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PORT = "8079"
"""The sandbox's, on the pages; here each has a free one."""


def commands() -> Iterator[tuple[str, list[str]]]:
    """The page and the words of each command."""
    for page in PAGES:
        for block in BLOCK.findall(page.read_text(encoding="utf-8")):
            for line in block.replace("\\\n", " ").splitlines():
                words = shlex.split(line, comments=True)
                if words:
                    yield page.name, words


COMMANDS = list(commands())


def check(words: list[str]) -> None:
    """Fails where the command is none that would work."""
    program, *rest = words
    if program == "make":
        assert f"\n{rest[0]}:" in (ROOT / "Makefile").read_text()
    elif program == "pip":
        check_extras(rest[-1])
    elif program == "export":
        check_setting(rest[0])
    elif program == "airflow":
        from airflow.cli.cli_parser import get_parser

        get_parser().parse_args(rest)
    elif program == "eval":
        check(shlex.split(rest[0].removeprefix("$(").removesuffix(")")))
    elif program == "curl":
        check_answered(rest)
    elif program.endswith("python"):
        assert rest[:2] == ["-m", "airflow_provider_erp.sandbox"]
        arguments = rest[2:] if "--print-connections" in rest else ["0" if each == PORT else each for each in rest[2:]]
        assert serve(arguments, wait=lambda: None) == 0
    else:
        assert program == "pre-commit"


def check_extras(requirement: str) -> None:
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(filter(None, requirement.removeprefix(".").strip("[]").split(","))) <= known.keys()


def check_setting(text: str) -> None:
    name, _, value = text.partition("=")
    if name.startswith("AIRFLOW_CONN_"):
        assert json.loads(value)["conn_type"] in str(get_provider_info())
    else:
        assert name in ("AIRFLOW__ERP__BASE_PATH", "AIRFLOW__CORE__TEST_CONNECTION")


def check_answered(arguments: list[str]) -> None:
    if shutil.which("curl") is None:
        pytest.skip("needs curl")
    with running_sandbox(customers=10) as sandbox:
        sent = [each.replace(f"http://127.0.0.1:{PORT}", sandbox.url) for each in arguments]
        subprocess.run(["curl", "--fail", *sent], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("page", "words"), COMMANDS, ids=[f"{page}: {shlex.join(words)}"[:70] for page, words in COMMANDS]
)
def test_each_command_works(page: str, words: list[str]) -> None:
    assert page
    check(words)


def test_no_block_is_of_a_kind_that_nothing_runs() -> None:
    kinds = {
        kind for page in PAGES for kind in re.findall(r"^```(\w+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert kinds <= {"python", "sh", "text", "mermaid", "json"}
