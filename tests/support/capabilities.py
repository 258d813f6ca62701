"""What a machine may lack: named at the end of a run, and a failure where ERP_REQUIRE asks for it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest


def browser() -> str | None:
    """Chromium's path."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def postgres() -> str | None:
    """The path of PostgreSQL's initdb."""
    installed = sorted(str(path) for path in Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return shutil.which("initdb") or (installed[-1] if installed else None)


def airflow_3_3() -> str | None:
    """The version of an Airflow whose tests wait for a person's answer; below it a trigger would have to."""
    installed = version("apache-airflow")
    return installed if tuple(map(int, installed.split(".")[:2])) >= (3, 3) else None


CAPABILITIES: dict[str, tuple[Callable[[], str | None], str]] = {
    "browser": (browser, "install Chromium"),
    "postgres": (postgres, "install a PostgreSQL server"),
    "newer airflow": (airflow_3_3, "install Airflow 3.3 or newer"),
}


def absent() -> dict[str, str]:
    """What is not here, with how to get it."""
    return {name: mend for name, (find, mend) in CAPABILITIES.items() if find() is None}


def refuse_absent_requirements() -> None:
    """Ends the run when something that ERP_REQUIRE names is not here, or is unknown."""
    required = [name.strip() for name in os.environ.get("ERP_REQUIRE", "").split(",") if name.strip()]
    unknown = [name for name in required if name not in CAPABILITIES]
    if unknown:
        raise pytest.UsageError(f"ERP_REQUIRE names {', '.join(unknown)}; known are {', '.join(CAPABILITIES)}")
    lacking = {name: mend for name, mend in absent().items() if name in required}
    if lacking:
        told = ", ".join(f"{name} ({mend})" for name, mend in lacking.items())
        raise pytest.UsageError(f"ERP_REQUIRE asks for what is not on this machine: {told}")


def skip_what_needs(items: list[pytest.Item]) -> None:
    """Marks tests that need what is not here."""
    lacking = absent()
    for item in items:
        for marker in item.iter_markers("needs"):
            if marker.args[0] in lacking:
                item.add_marker(pytest.mark.skip(reason=f"needs a {marker.args[0]}: {lacking[marker.args[0]]}"))


def tell_absent(reporter: pytest.TerminalReporter) -> None:
    """Names at the end what was left out, and how many tests needed it."""
    skipped = [str(report.longrepr) for report in reporter.stats.get("skipped", [])]
    for name, mend in absent().items():
        tests = sum(f"needs a {name}:" in reason for reason in skipped)
        if tests:
            reporter.write_line(f"NOT TESTED HERE: {tests} test{'s' * (tests > 1)} need a {name}; {mend}", yellow=True)
