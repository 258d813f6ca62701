"""Settings of the test's Airflow: short waits, and a name for each worker of this machine."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from typing import Any

_RETRY_DELAY = timedelta(seconds=2)


def task_policy(task: Any) -> None:
    """The DAGs' own delays are minutes."""
    task.retry_delay = _RETRY_DELAY


def worker_name() -> str:
    """What Airflow writes down as the machine of a task."""
    return os.environ.get("WORKER_NAME") or socket.gethostname()
