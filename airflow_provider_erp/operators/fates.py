"""What becomes of a task by the error that ended it: one table for the operators and for the retry policy."""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import Any

from airflow_provider_erp.exceptions import (
    ErpAuthError,
    ErpConfigError,
    ErpInconsistentRead,
    ErpProtocolError,
    ErpRejected,
    ErpUnavailable,
    OutcomeUnknown,
    StillUnderWay,
    UnreadableRecord,
)
from airflow_provider_erp.versions import HAS_RETRY_POLICIES, RetryDecision, RetryPolicy


class Fate(Enum):
    """Retry the task, or fail it at once because the same would come again."""

    RETRY = "retry"
    FAIL = "fail"


FATES: dict[type[BaseException], Fate] = {
    ErpUnavailable: Fate.RETRY,
    ErpInconsistentRead: Fate.RETRY,
    ErpAuthError: Fate.FAIL,
    ErpConfigError: Fate.FAIL,
    ErpProtocolError: Fate.FAIL,
    ErpRejected: Fate.FAIL,
    OutcomeUnknown: Fate.FAIL,
    StillUnderWay: Fate.FAIL,
    UnreadableRecord: Fate.FAIL,
    ValueError: Fate.FAIL,
}
"""By type, the nearest base class counts; what is not here is left to Airflow."""


def fate_of(error: BaseException) -> Fate | None:
    """The fate of a task that ended with this error; None where this package has no say."""
    return next((FATES[kind] for kind in type(error).__mro__ if kind in FATES), None)


class ErpRetryPolicy(RetryPolicy):
    """Waits as long as the server asked for before a retry, and fails at once what a retry cannot mend."""

    def evaluate(self, exception: BaseException, try_number: int, max_tries: int, context: Any = None) -> RetryDecision:
        """The decision by the table of fates; ``retry_after`` of the error becomes the task's retry delay."""
        fate = fate_of(exception)
        if fate is Fate.FAIL:
            return RetryDecision.fail(str(exception))
        if fate is None:
            return RetryDecision.default()
        seconds = getattr(exception, "retry_after", None)
        delay = None if seconds is None else dt.timedelta(seconds=seconds)
        return RetryDecision.retry(delay, str(exception))


ERP_RETRY_POLICY: ErpRetryPolicy | None = ErpRetryPolicy() if HAS_RETRY_POLICIES else None
"""For ``retry_policy`` of any task on Airflow 3.3 and newer; None below, where the task's own delay counts."""


def with_retry_policy(arguments: dict[str, Any]) -> dict[str, Any]:
    """An operator's arguments with this policy, unless there is one or Airflow knows none."""
    if ERP_RETRY_POLICY is None or "retry_policy" in arguments:
        return arguments
    return {**arguments, "retry_policy": ERP_RETRY_POLICY}
