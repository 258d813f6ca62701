"""An Airflow of its own, on SQLite, that knows nothing of the caller's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def environment_in(home: Path, dags: Path, more: Mapping[str, str]) -> dict[str, str]:
    """What its processes see; ``home`` keeps its database, its logs and what the DAGs write."""
    of_this_python = str(Path(sys.executable).parent)  # standalone starts its parts by the name airflow
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
        "PATH": os.pathsep.join((of_this_python, os.environ.get("PATH", os.defpath))),
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__ERP__BASE_PATH": (home / "erp").as_uri(),
        **more,
    }


def command_of(*arguments: str) -> list[str]:
    """Airflow's command in this Python's environment."""
    return [sys.executable, "-m", "airflow", *arguments]


def succeeded(command: list[str], environment: Mapping[str, str], log: Path) -> bool:
    """Runs it to its end, its output goes to the log; whether it succeeded comes back."""
    with log.open("w", encoding="utf-8") as output:
        done = subprocess.run(  # noqa: S603 - our own words, no shell
            command, env=dict(environment), stdout=output, stderr=subprocess.STDOUT, check=False
        )
    return done.returncode == 0
