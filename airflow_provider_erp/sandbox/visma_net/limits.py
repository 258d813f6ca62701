"""The limit of requests of Visma.net: so many an hour, told with every answer.

Source: the project's vendor notes: ``X-RateLimit-Limit``, ``-Remaining`` and
``-Reset``, a fixed window of an hour, 429 with ``Retry-After`` in seconds.
ASSUMED: ``Reset`` is the seconds until the window ends, refused requests count,
and the first window begins with the sandbox.
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from airflow_provider_erp.sandbox.answers import json_answer

DEFAULT_LIMIT = 100_000
_WINDOW_SECONDS = 3600
_Handler = Callable[[web.Request], Awaitable[web.Response]]


class Limit:
    """Counts the requests of each window; ``clock`` tells seconds that only grow.

    Raises:
        ValueError: a negative limit.
    """

    def __init__(self, limit: int = DEFAULT_LIMIT, clock: Callable[[], float] = time.monotonic) -> None:
        if limit < 0:
            raise ValueError(f"sandbox: expected a limit of 0 requests or more for Visma.net, got {limit}")
        self._limit, self._clock = limit, clock
        self._begun = clock()
        self._window = self._used = 0

    def guarding(self, handler: _Handler) -> _Handler:
        """The handler, answering 429 beyond the limit, and its answers with the three headers."""

        async def guarded(request: web.Request) -> web.Response:
            headers = self._spend()
            if self._used > self._limit:
                headers["Retry-After"] = headers["X-RateLimit-Reset"]
                return json_answer({"message": "The limit of requests is reached."}, 429, headers=headers)
            response = await handler(request)
            response.headers.update(headers)
            return response

        return guarded

    def _spend(self) -> dict[str, str]:
        """Takes one request off the window; what is told about it."""
        window, gone = divmod(self._clock() - self._begun, _WINDOW_SECONDS)
        if window != self._window:
            self._window, self._used = int(window), 0
        self._used += 1
        return {
            "X-RateLimit-Limit": str(self._limit),
            "X-RateLimit-Remaining": str(max(0, self._limit - self._used)),
            "X-RateLimit-Reset": str(math.ceil(_WINDOW_SECONDS - gone)),
        }
