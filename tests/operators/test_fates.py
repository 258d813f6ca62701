"""What becomes of a task by the error that ended it."""

from __future__ import annotations

import datetime as dt
import inspect

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException

from airflow_provider_erp import exceptions
from airflow_provider_erp.exceptions import (
    ErpAuthError,
    ErpConfigError,
    ErpError,
    ErpInconsistentRead,
    ErpProtocolError,
    ErpRejected,
    ErpUnavailable,
    OutcomeUnknown,
    UnreadableRecord,
)
from airflow_provider_erp.landing.contents import TooManyRejected
from airflow_provider_erp.operators.edge import failing_for_good
from airflow_provider_erp.operators.fates import ERP_RETRY_POLICY, FATES, Fate, fate_of
from airflow_provider_erp.operators.fetch import ErpFetchOperator
from airflow_provider_erp.protocol.completeness import Moved, OddPage

EACH = [
    (ErpUnavailable("x"), Fate.RETRY),
    (ErpInconsistentRead("x"), Fate.RETRY),
    (Moved("x"), Fate.RETRY),
    (OddPage("x"), Fate.RETRY),
    (ErpAuthError("x"), Fate.FAIL),
    (ErpConfigError("x"), Fate.FAIL),
    (ErpProtocolError("x"), Fate.FAIL),
    (TooManyRejected("x"), Fate.FAIL),
    (ErpRejected("x"), Fate.FAIL),
    (OutcomeUnknown("x"), Fate.FAIL),
    (UnreadableRecord("x"), Fate.FAIL),
    (ValueError("x"), Fate.FAIL),
    (OSError("x"), None),
    (KeyError("x"), None),
]
each_error = pytest.mark.parametrize(("error", "fate"), EACH, ids=lambda value: type(value).__name__)
needs_policies = pytest.mark.skipif(ERP_RETRY_POLICY is None, reason="retry policies came with Airflow 3.3")


def test_every_error_of_this_package_has_a_fate() -> None:
    own = {kind for _, kind in inspect.getmembers(exceptions, inspect.isclass) if issubclass(kind, ErpError)}
    assert own - {ErpError} <= FATES.keys()


@each_error
def test_error_that_would_come_again_fails_the_task_at_once_and_another_is_left_to_the_retry(
    error: Exception, fate: Fate | None
) -> None:
    assert fate_of(error) is fate
    with pytest.raises(AirflowFailException if fate is Fate.FAIL else type(error)), failing_for_good():
        raise error


@needs_policies
@each_error
def test_retry_policy_decides_by_the_same_table(error: Exception, fate: Fate | None) -> None:
    assert ERP_RETRY_POLICY is not None
    decision = ERP_RETRY_POLICY.evaluate(error, 1, 3)
    assert decision.action.value == (fate.value if fate else "default")


@needs_policies
def test_wait_that_the_server_asked_for_becomes_the_tasks_retry_delay() -> None:
    assert ERP_RETRY_POLICY is not None
    decision = ERP_RETRY_POLICY.evaluate(ErpUnavailable("limit reached", retry_after=3600.0), 1, 3)
    assert (decision.retry_delay, decision.reason) == (dt.timedelta(hours=1), "limit reached")


@needs_policies
def test_operator_has_the_policy_unless_its_author_gives_another() -> None:
    assert ErpFetchOperator(task_id="x", conn_id="c", resource="customer").retry_policy is ERP_RETRY_POLICY
    own = ErpFetchOperator(task_id="x", conn_id="c", resource="customer", retry_policy=None)
    assert own.retry_policy is None
