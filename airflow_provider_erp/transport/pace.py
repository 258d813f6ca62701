"""How fast one connection may be asked, kept in a small file that all tasks of a machine share."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from airflow_provider_erp.exceptions import ErpConfigError
from airflow_provider_erp.protocol.messages import Response
from airflow_provider_erp.protocol.retry import TOO_MANY, retry_after_seconds

_WINDOW_SECONDS = 3_600.0
"""No reset is further away. Source: Visma.net ERP API, rate limits: a fixed hourly window."""
_MOMENT_NOT_SPAN = 1_000_000_000
"""Above this a reset is a moment since 1970, below it a number of seconds."""


class SharedPace:
    """Gives turns: at most ``per_minute`` of them, and none while the server wants to be left alone.

    The file holds the moment from which the next request may go out, in
    seconds since 1970. Tasks on several machines do not see each other's file:
    an Airflow pool with one slot per allowed task holds them apart.
    """

    def __init__(self, path: Path, per_minute: float | None, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._apart = 60.0 / per_minute if per_minute else 0.0
        self._clock = clock

    def turn(self, most_seconds: float) -> tuple[float, bool]:
        """Seconds until the caller's turn, and whether it is taken: not where that is longer than ``most_seconds``.

        Two turns are waited for in any case: a connection that may ask but
        once a minute would else never come to its second page.
        """
        if not self._apart and not self._path.exists():
            return 0.0, True
        with self._state() as (file, free_from):
            now = self._clock()
            start = max(now, free_from)
            is_taken = start - now <= max(most_seconds, 2 * self._apart)
            if is_taken and (self._apart or free_from > now):
                _write(file, start + self._apart)
            return start - now, is_taken

    def learn(self, response: Response) -> None:
        """Takes note of a server that wants no more requests for a while.

        Source: Visma.net ERP API, rate limits: ``X-RateLimit-Remaining`` and
        ``-Reset``. ASSUMED: the reset is in seconds, or a moment since 1970.
        """
        pause = _asked_pause(response, self._clock())
        if not pause:
            return
        with self._state() as (file, free_from):
            _write(file, max(free_from, self._clock() + pause))

    @contextmanager
    def _state(self) -> Iterator[tuple[TextIO, float]]:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                free_from = float(file.read() or 0)
            except ValueError:
                free_from = 0.0
            yield file, free_from


def shared_pace(name: str, per_minute: float | None) -> SharedPace:
    """The pace of all that this user's tasks on this machine ask under one name.

    Raises:
        ErpConfigError: the folder for it belongs to somebody else.
    """
    folder = Path(tempfile.gettempdir()) / f"airflow-provider-erp-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise ErpConfigError(f"{folder}: another user made this folder; remove it, or set TMPDIR for the workers")
    return SharedPace(folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.pace", per_minute)


def _asked_pause(response: Response, now: float) -> float:
    if response.status == TOO_MANY:
        return retry_after_seconds(response) or 0.0
    if response.headers.get("x-ratelimit-remaining", "").strip() != "0":
        return 0.0
    try:
        reset = float(response.headers.get("x-ratelimit-reset", ""))
    except ValueError:
        return 0.0
    return min(max(0.0, reset - now if reset > _MOMENT_NOT_SPAN else reset), _WINDOW_SECONDS)


def _write(file: TextIO, free_from: float) -> None:
    file.seek(0)
    file.truncate()
    file.write(repr(free_from))
