"""A machine that lacks something is told so, and fails where that was required."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from capabilities import CAPABILITIES, refuse_absent_requirements

HERE = Path(__file__).parent


def run_tests(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *arguments]
    return subprocess.run(
        command, cwd=HERE.parent, env=os.environ | environment, capture_output=True, text=True, check=False
    )


def test_what_is_absent_is_named_at_the_end() -> None:
    done = run_tests("tests/browser", PATH="/nowhere", ERP_REQUIRE="")
    assert done.returncode == 0, done.stdout
    assert re.search(r"NOT TESTED HERE: \d+ tests need a browser; install Chromium", done.stdout)


def test_what_is_required_and_absent_is_a_failure() -> None:
    done = run_tests("tests/browser", PATH="/nowhere", ERP_REQUIRE="browser")
    assert done.returncode != 0
    assert "asks for what is not on this machine: browser (install Chromium)" in done.stderr


def test_unknown_requirement_is_a_failure() -> None:
    done = run_tests("tests/browser", ERP_REQUIRE="browsr")
    assert done.returncode != 0
    assert "known are browser, postgres" in done.stderr


def test_several_requirements_are_each_named_when_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, (_, mend) in CAPABILITIES.items():
        monkeypatch.setitem(CAPABILITIES, name, (lambda: None, mend))
    monkeypatch.setenv("ERP_REQUIRE", "browser,postgres")
    with pytest.raises(
        pytest.UsageError, match=r"browser \(install Chromium\), postgres \(install a PostgreSQL server\)"
    ):
        refuse_absent_requirements()
