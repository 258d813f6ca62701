"""The sensor that waits for changes, in its three modes and through Airflow."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException, TaskDeferred
from airflow.sdk import DAG
from waiting import FILTERED, LISTS, publish_now

from airflow_provider_erp.exceptions import ErpUnavailable
from airflow_provider_erp.hooks.erp import ErpHook
from airflow_provider_erp.sandbox import Sandbox
from airflow_provider_erp.sensors.changes import TRIGGER, ErpChangesSensor
from airflow_provider_erp.triggers.changes import ErpChangesTrigger

CONTEXT: Any = {}


def sensor(vendor: str, resource: str, **options: Any) -> ErpChangesSensor:
    return ErpChangesSensor(task_id="wait", conn_id=f"{vendor}_default", resource=resource, **options)


@pytest.mark.parametrize(("vendor", "resource"), LISTS)
def test_a_look_tells_when_something_changed_since_the_last_batch(
    sandbox: Sandbox, base_path: Path, vendor: str, resource: str
) -> None:
    publish_now(base_path, f"{vendor}_default", resource)
    assert sensor(vendor, resource).poke(CONTEXT).is_done is False
    sandbox.advance()
    looked = sensor(vendor, resource).poke(CONTEXT)
    assert looked.is_done is True
    found: Any = looked.xcom_value
    assert found.keys() == {"records", "at_least", "cursor"}
    assert found["records"] >= 1


@pytest.mark.parametrize(("vendor", "resource"), LISTS)
def test_the_count_is_that_of_the_changes_where_more_are_waited_for_than_there_are(
    sandbox: Sandbox, base_path: Path, vendor: str, resource: str
) -> None:
    publish_now(base_path, f"{vendor}_default", resource)
    sandbox.advance()
    changes = sandbox.truth()["changes"][vendor][resource]
    there_are = len(changes["added"]) + len(changes["changed"])
    assert sensor(vendor, resource, min_records=there_are + 1).poke(CONTEXT).is_done is False
    found: Any = sensor(vendor, resource, min_records=there_are).poke(CONTEXT).xcom_value
    assert found["records"] == there_are


@pytest.mark.parametrize(("vendor", "resource"), FILTERED)
def test_a_look_at_changes_takes_one_request_for_data(
    sandbox: Sandbox, base_path: Path, vendor: str, resource: str
) -> None:
    publish_now(base_path, f"{vendor}_default", resource)
    sandbox.advance()
    before = len(sandbox.requests)
    sensor(vendor, resource).poke(CONTEXT)
    data = [path for method, path in sandbox.requests[before:] if method == "GET"]
    assert len(data) == 1


@pytest.mark.parametrize(("vendor", "resource"), FILTERED)
def test_a_fetch_goes_on_from_the_cursor_and_misses_nothing(
    sandbox: Sandbox, base_path: Path, vendor: str, resource: str
) -> None:
    publish_now(base_path, f"{vendor}_default", resource)
    sandbox.advance()
    found: Any = sensor(vendor, resource).poke(CONTEXT).xcom_value
    before = ErpHook.for_connection(f"{vendor}_default").fetch(resource, since=found["cursor"])
    changes = sandbox.truth()["changes"][vendor][resource]
    wanted = len(changes["added"]) + len(changes["changed"])
    rows = sum(len(page.raw) for page in before)
    assert rows >= wanted if found["at_least"] else found["records"] == wanted


def test_what_is_new_when_nothing_was_published_is_seen_on_one_short_page(sandbox: Sandbox, base_path: Path) -> None:
    found: Any = sensor("lemonsoft", "customer").poke(CONTEXT).xcom_value
    assert found == {"records": 20, "at_least": True, "cursor": None}


def test_a_list_without_a_change_filter_tells_no_cursor(sandbox: Sandbox, base_path: Path) -> None:
    found: Any = sensor("fynn", "customer", min_records=10).poke(CONTEXT).xcom_value
    assert found["cursor"] is None


def test_an_empty_text_of_a_template_asks_for_everything(sandbox: Sandbox, base_path: Path) -> None:
    publish_now(base_path, "visma_net_default", "customer")
    assert sensor("visma_net", "customer").poke(CONTEXT).is_done is False
    assert sensor("visma_net", "customer", since="").poke(CONTEXT).is_done is True


def test_deferring_hands_all_arguments_to_the_trigger_without_a_look(sandbox: Sandbox) -> None:
    options = {"since": "2026-01-01", "filters": {"name": "A"}, "min_records": 3, "base_path": "file:///x"}
    waiting = sensor("visma_net", "customer", deferrable=True, poke_interval=30, timeout=600, max_failures=2, **options)
    with pytest.raises(TaskDeferred) as deferred:
        waiting.execute(CONTEXT)
    assert deferred.value.timeout == dt.timedelta(seconds=600)
    path, arguments = deferred.value.trigger.serialize()
    assert path == TRIGGER
    common = {"conn_id": "visma_net_default", "resource": "customer", "poll_interval": 30.0, "max_failures": 2}
    assert arguments == {**common, **options}
    assert sandbox.requests == []


def test_what_a_template_rendered_to_is_checked_before_the_triggerer_gets_it() -> None:
    waiting = sensor("fynn", "customer", deferrable=True)
    waiting.resource = "customers"
    with pytest.raises(AirflowFailException, match="resource: expected one of customer, project_transaction, invoice"):
        waiting.execute(CONTEXT)


def test_a_start_from_the_trigger_takes_the_same_arguments() -> None:
    waiting = sensor(
        "visma_net", "customer", deferrable=True, start_from_trigger=True, timeout=600, filters={"name": "A"}
    )
    started = waiting.start_trigger_args
    assert waiting.start_from_trigger
    assert started.timeout == dt.timedelta(seconds=600)
    assert started.trigger_kwargs is not None
    assert ErpChangesTrigger(**started.trigger_kwargs).serialize() == (started.trigger_cls, started.trigger_kwargs)
    assert ErpChangesSensor.start_trigger_args.trigger_kwargs == {}


def test_mapped_instances_cannot_start_from_the_trigger_for_airflow_gives_it_no_arguments() -> None:
    with pytest.raises(AirflowFailException, match="start_from_trigger: Airflow starts no mapped task"):
        ErpChangesSensor.partial(task_id="wait", resource="customer", deferrable=True, start_from_trigger=True)


@pytest.mark.parametrize("by_default", [False, True])
def test_mapped_instances_wait_in_the_triggerer_each_for_its_own(
    run_dag: Any, sandbox: Sandbox, base_path: Path, by_default: bool
) -> None:
    defaults = {"start_from_trigger": True} if by_default else {}
    with DAG(dag_id="waits_for_each", schedule=None, default_args=defaults) as dag:
        ErpChangesSensor.partial(task_id="wait", resource="customer", poke_interval=1, deferrable=True).expand(
            conn_id=["visma_px_default", "fynn_default"]
        )
    mapped: Any = dag.get_task("wait")
    assert mapped.start_from_trigger is False
    run = run_dag(dag)
    assert run.state == "success"
    assert len(run.get_task_instances()) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_records": 0}, "min_records: expected at least 1"),
        ({"max_failures": True}, "max_failures: expected a whole number"),
        ({"deferrable": "no"}, "deferrable: expected True or False"),
        ({"start_from_trigger": True, "deferrable": False}, "expected deferrable=True"),
        ({"deferrable": True, "poke_interval": 0.5}, "poke_interval: expected a number of seconds from 1 on, got 0.5"),
        ({"start_from_trigger": True, "deferrable": True, "filters": "A"}, "filters: expected a mapping"),
        ({"start_from_trigger": True, "deferrable": True, "since": 5}, "since: expected str or None, got 5"),
        ({"start_from_trigger": True, "deferrable": True, "since": "{{ ds }}"}, "no worker renders templates"),
    ],
)
def test_arguments_that_cannot_work_are_refused_at_once(options: dict[str, Any], message: str) -> None:
    with pytest.raises(AirflowFailException, match=message):
        sensor("fynn", "customer", **options)


def test_what_the_trigger_gave_up_on_is_an_error_with_its_words_and_its_fate() -> None:
    event = {"status": "error", "type": "ErpUnavailable", "message": "status 503", "failures": 10, "retry_after": 7.0}
    waiting = sensor("fynn", "customer")
    with pytest.raises(ErpUnavailable, match="gave up after 10 failed looks: status 503") as failed:
        waiting.execute_complete(CONTEXT, {**event, "retry": True})
    assert failed.value.retry_after == 7.0
    with pytest.raises(AirflowFailException, match="gave up after 10 failed looks: status 503"):
        waiting.execute_complete(CONTEXT, {**event, "retry": False})
    with pytest.raises(ErpUnavailable, match="ended without an event"):
        waiting.execute_complete(CONTEXT)


@pytest.mark.parametrize("options", [{"mode": "poke"}, {"mode": "reschedule"}, {"deferrable": True}])
def test_it_runs_through_airflow_in_each_mode(
    run_dag: Any, sandbox: Sandbox, base_path: Path, options: dict[str, Any]
) -> None:
    publish_now(base_path, "visma_px_default", "project_transaction")
    sandbox.advance()
    with DAG(dag_id="waits", schedule=None) as dag:
        ErpChangesSensor(
            task_id="wait", conn_id="visma_px_default", resource="project_transaction", poke_interval=1, **options
        )
    run = run_dag(dag)
    assert run.state == "success"
    [instance] = run.get_task_instances()
    found = instance.xcom_pull(task_ids="wait")
    changes = sandbox.truth()["changes"]["visma_px"]["project_transaction"]
    assert found["records"] == len(changes["added"]) + len(changes["changed"])
    assert found["at_least"] is False
    assert found["cursor"]


def test_what_a_person_must_mend_fails_the_task_at_once(sandbox: Sandbox, base_path: Path) -> None:
    with pytest.raises(AirflowFailException, match="fynn has no resource 'invoice'"):
        sensor("fynn", "invoice").poke(CONTEXT)
