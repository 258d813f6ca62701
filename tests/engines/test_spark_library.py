"""Tasks of ``run_as_user`` and of macOS run in a process without a main file: Spark Connect works there, too."""

from __future__ import annotations

import subprocess
import sys

from remote_engines import running_sail

COMMAND = """
import sys
from airflow_provider_erp.operators.engines.spark_session import spark_session
with spark_session("lake", sys.argv[1]) as session:
    print(session.sql("SELECT 40 + 2").collect()[0][0], hasattr(sys.modules["__main__"], "__file__"))
"""


def test_session_opens_in_a_process_that_has_no_main_file(object_store: str) -> None:
    with running_sail(object_store) as (host, port):
        ran = subprocess.run(
            [sys.executable, "-c", COMMAND, f"sc://{host}:{port}/"], capture_output=True, text=True, check=False
        )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "42 False\n", "")
