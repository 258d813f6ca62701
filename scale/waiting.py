"""Waiting with an end: what does not come in time is told, with the log to read."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
_PAUSE_SECONDS = 0.5


def until(what: str, found: Callable[[], T | None], seconds: float, log: Path) -> T:
    """The first answer that says something.

    Raises:
        TimeoutError: none came in this time.
    """
    deadline = time.monotonic() + seconds
    while not (answer := found()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s; see {log}")
        time.sleep(_PAUSE_SECONDS)
    return answer
