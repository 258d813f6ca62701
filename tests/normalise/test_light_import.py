"""A DAG file may name normalisers: the libraries behind them are loaded when a value needs them."""

from __future__ import annotations

import subprocess
import sys


def test_no_heavy_library_is_loaded_with_the_normalisers() -> None:
    program = (
        "import sys; import airflow_provider_erp.normalise.fields, airflow_provider_erp.normalise.validity; "
        "print([name for name in ('phonenumbers', 'stdnum') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
