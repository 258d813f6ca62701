"""What an author may give to plan, push and actions: what cannot work is refused before anything runs."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException, BaseOperator

from airflow_provider_erp.operators.lemonsoft import LemonsoftAddAccountOperator
from airflow_provider_erp.operators.plan import ErpPlanOperator
from airflow_provider_erp.operators.push import ErpPushOperator
from airflow_provider_erp.operators.visma_net import VismaNetDunningLetterOperator
from airflow_provider_erp.reconciliation import CUSTOMERS


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "plan, records: expected one of the two"),
        ({"records": [], "plan": "x"}, "plan, records: expected one of the two"),
        ({"records": [], "mode": "merge"}, "mode: "),
        ({"records": [], "resource": "invoice"}, "resource: "),
        ({"records": [], "on_rejected": "ignore"}, "on_rejected: "),
        ({"records": [], "in_flight": 0}, "in_flight: expected a whole number from 1 on"),
        ({"records": [], "match_on": ("email",)}, "match_on: "),
        ({"records": [], "match_on": "number"}, r"match_on: expected several names, .* written \('number',\)"),
        ({"records": "abc"}, "records: expected a list of dicts, a customer each; got one str"),
        ({"records": {"number": "1"}}, "records: expected a list of dicts, a customer each; got one dict"),
        ({"records": [{"number": "1"}, 7]}, "records: expected a dict as record 2, got one int"),
        ({"records": [], "defaults": ["x"]}, "defaults: expected a dict of fields, got one list"),
        ({"records": [], "max_share": 0.1}, "max_share: given records are no share of anything"),
        ({"plan": "x", "max_share": 2}, "max_share: expected a share from 0.0 to 1.0"),
    ],
)
def test_arguments_of_a_push_that_cannot_work_are_refused_when_the_dag_file_is_parsed(
    arguments: Mapping[str, Any], message: str
) -> None:
    with pytest.raises(AirflowFailException, match=message):
        ErpPushOperator(task_id="push", conn_id="x", **arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"report": {}}, "report: expected the output of an ErpReconcileOperator"),
        ({"report": 5}, "report: expected the output of an ErpReconcileOperator"),
        ({"approved_pairs": "ab"}, "approved_pairs: expected a list of pairs of ids, got one str"),
        ({"approved_pairs": 5}, "approved_pairs: expected a list of pairs of ids, got one int"),
        ({"approved_pairs": [("1",)]}, "approved_pairs: expected pairs of a source id and a target id"),
        ({"approved_pairs": ["ab"]}, "approved_pairs: expected pairs of a source id and a target id"),
    ],
)
def test_arguments_of_a_plan_that_cannot_work_are_refused_when_the_dag_file_is_parsed(
    arguments: dict[str, Any], message: str
) -> None:
    given: dict[str, Any] = {"source": "x", "target": "y", "report": "z", **arguments}
    with pytest.raises(AirflowFailException, match=message):
        ErpPlanOperator(task_id="plan", spec=CUSTOMERS, **given)


def test_push_of_which_its_author_says_nothing_is_a_dry_run_of_four_at_a_time_that_fails_on_a_rejection() -> None:
    push = ErpPushOperator(task_id="push", conn_id="x", records=[])
    assert (push.previews, push.in_flight, push.on_rejected) == (True, 4, "fail")
    assert (push.mode, push.match_on) == ("upsert", ("source_id", "number", "org_number"))


def test_pairs_may_be_lists() -> None:
    given: Any = [["1", "2"]]
    plan = ErpPlanOperator(task_id="plan", spec=CUSTOMERS, source="x", target="y", report="z", approved_pairs=given)
    assert plan.approved_pairs == (("1", "2"),)


def test_arguments_of_an_action_that_are_of_another_type_are_refused_when_the_dag_file_is_parsed() -> None:
    with pytest.raises(AirflowFailException, match="account: expected a dict of fields, got one str"):
        LemonsoftAddAccountOperator(task_id="act", conn_id="x", customer_id=1, account="FI21")  # type: ignore[arg-type]
    with pytest.raises(AirflowFailException, match="confirm_resend: expected bool or str"):
        LemonsoftAddAccountOperator(task_id="act", conn_id="x", customer_id=1, account={}, confirm_resend=1)


@pytest.mark.parametrize("operator", [ErpPushOperator, VismaNetDunningLetterOperator, LemonsoftAddAccountOperator])
def test_what_writes_cannot_be_deferred(operator: type[BaseOperator]) -> None:
    assert not any("deferrable" in inspect.signature(kind).parameters for kind in operator.__mro__[:-1])
    assert not operator.start_from_trigger
    assert "defer(" not in inspect.getsource(inspect.getmodule(operator) or operator)
