"""The commands of Airflow on the pages, run one after another as a newcomer does, against the sandbox."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from airflow_provider_erp.sandbox import running_sandbox

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "docs/getting-started.md", ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")))
"""The first steps first; a command that stands on two pages is run once."""
COMMAND = re.compile(r"^airflow (.+)$", re.MULTILINE)
FIRST_DAG = re.compile(r"^```python\n((?:(?!```).)*? as first_dag:\n.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_command_of_airflow_on_the_pages_does_what_it_says(tmp_path: Path) -> None:
    pages = [page.read_text(encoding="utf-8") for page in PAGES]
    commands = dict.fromkeys(words for page in pages for words in COMMAND.findall(page))
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags/first.py").write_text(FIRST_DAG.findall(pages[0])[0], encoding="utf-8")
    with running_sandbox(customers=40) as sandbox:
        of_connections = {
            f"AIRFLOW_CONN_{each['conn_type']}_DEFAULT".upper(): json.dumps(each)
            for each in sandbox.connections().values()
        }
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
        settings = (
            surroundings
            | of_connections
            | {
                "AIRFLOW_HOME": str(tmp_path),
                "AIRFLOW__CORE__DAGS_FOLDER": str(tmp_path / "dags"),
                "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
                "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
            }
        )
        told = {words: airflow(words, settings) for words in commands}
    assert "airflow-provider-erp" in told["providers get airflow-provider-erp"]
    assert "success!" in told["connections test lemonsoft_default"]
    assert "lemonsoft" in airflow("pools get lemonsoft", settings)
    assert "Lemonsoft and Visma.net ERP agree on" in told["dags test customers_of_sales_and_ledger"]
    assert list(tmp_path.glob("erp/reconciliation/sales_and_ledger/*/*/*/report.html"))


def airflow(words: str, settings: dict[str, str]) -> str:
    """What the command prints; it must succeed."""
    command = [sys.executable, "-m", "airflow", *shlex.split(words)]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, f"airflow {words}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout + done.stderr
