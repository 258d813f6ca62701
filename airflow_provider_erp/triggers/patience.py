"""How long a trigger waits between two looks, and when it gives up."""

from __future__ import annotations

from typing import Any

from airflow.providers.common.compat.sdk import AirflowNotFoundException

from airflow_provider_erp.exceptions import ErpError, ErpInconsistentRead, ErpUnavailable

LONGEST_PAUSE = 600.0
"""A pause that grows with failures grows no longer, but for what the server asks for."""


class Patience:
    """Counts failures in a row; what a person must mend is not tried again, for logins may get locked."""

    def __init__(self, poll_interval: float, max_failures: int) -> None:
        self._poll_interval = poll_interval
        self._max_failures = max_failures
        self.failures = 0

    def succeeded(self) -> None:
        """Begins to count anew."""
        self.failures = 0

    def after(self, error: Exception) -> float | None:
        """Seconds until the next look, at least what the server asked for; None to give up."""
        if not _is_held_back(error):
            self.failures += 1
        return None if is_final(error) or self.failures >= self._max_failures else self.pause(error)

    def pause(self, error: Exception) -> float:
        """The poll interval, doubled with each failure in a row; the longest for what a person must mend."""
        asked = getattr(error, "retry_after", None) or 0.0
        doubled = self._poll_interval * 2.0 ** min(max(self.failures - 1, 0), 30)
        return max(asked, LONGEST_PAUSE if is_final(error) else min(doubled, LONGEST_PAUSE), self._poll_interval)


def _is_held_back(error: Exception) -> bool:
    """Whether nothing was sent, because the limit that all share allows the next request later: no failure."""
    return isinstance(error, ErpUnavailable) and error.status is None and error.retry_after is not None


def is_final(error: Exception) -> bool:
    """Whether the same would come again until a person acts."""
    if isinstance(error, ErpUnavailable | ErpInconsistentRead):
        return False
    return isinstance(error, ErpError | ValueError | AirflowNotFoundException)


def told(error: Exception) -> str:
    """The error's words, where they hold no secrets; else its type."""
    if isinstance(error, ErpError | ValueError | AirflowNotFoundException):
        return str(error)
    return f"{type(error).__name__}; the triggerer's log has more"


def gave_up(error: Exception, failures: int) -> dict[str, Any]:
    """The event of a trigger that ends without having found anything."""
    return {
        "status": "error",
        "type": type(error).__name__,
        "message": told(error),
        "failures": failures,
        "retry": not is_final(error),
        "retry_after": getattr(error, "retry_after", None),
    }
