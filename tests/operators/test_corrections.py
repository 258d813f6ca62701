"""From a break to its end: reconciled, planned, pushed, and gone on the next day, against the sandbox."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import openpyxl
import pytest
from airflow.providers.common.compat.sdk import AirflowFailException, AirflowSkipException
from asking import MOMENT, answered
from published_report import folder_of, read_report

from airflow_provider_erp.operators.approval import ErpApprovalOperator
from airflow_provider_erp.operators.fetch import ErpFetchOperator
from airflow_provider_erp.operators.plan import ErpPlanOperator
from airflow_provider_erp.operators.push import ErpPushOperator
from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.reconciliation import CUSTOMERS
from airflow_provider_erp.reconciliation.rules import Field
from airflow_provider_erp.sandbox import Sandbox, running_sandbox
from airflow_provider_erp.sensors.selection import ErpSelectionSensor

RIGHTS = " ".join(f"vismanet_erp_service_api:{right}" for right in ("read", "create", "update"))
SPEC = replace(
    CUSTOMERS.comparing(*(Field(name=name, authority="source") for name in ("email", "phone", "city", "street"))),
    name="corrections",
)
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with running_sandbox(customers=200, requests_per_session=10_000, visma_net_limit=10_000) as running:
        for name, connection in running.connections().items():
            extra = connection["extra"] | {"timeout_seconds": 5, "scope": RIGHTS}
            monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(connection | {"extra": extra}))
        yield running


def run(operator: Any, moment: dt.datetime, task_id: str = "task") -> Any:
    instance = SimpleNamespace(dag_id="dag", run_id=f"{moment}", task_id=task_id, map_index=-1, try_number=1)
    day = SimpleNamespace(logical_date=moment, run_after=moment, run_id=f"{moment}")
    return operator.execute({"dag_run": day, "ti": instance})


def a_day(base: str, moment: dt.datetime) -> dict[str, Any]:
    """Both sides fetched and compared: what the tasks returned, by name."""
    done: dict[str, Any] = {}
    for side, conn_id in (("source", "lemonsoft_default"), ("target", "visma_net_default")):
        fetch = ErpFetchOperator(task_id=side, conn_id=conn_id, resource="customer", base_path=base)
        done[side] = run(fetch, moment, side)
    compare = ErpReconcileOperator(task_id="reconcile", spec=SPEC, base_path=base, **done)
    return done | {"report": run(compare, moment, "reconcile")}


def to_correct(report: str) -> set[tuple[str, str]]:
    return {
        (row["key"], row["field"])
        for row in read_report(report)["breaks"]
        if row["kind"] == "field_differs" and row["correct_side"] == "target"
    }


def test_breaks_are_planned_pushed_and_gone_with_the_next_run(sandbox: Sandbox, tmp_path: Path) -> None:
    base = f"file://{tmp_path}/erp"
    first = a_day(base, NOW - dt.timedelta(days=1))
    wrong = to_correct(first["report"]["report"])
    assert wrong

    planned = run(ErpPlanOperator(task_id="plan", spec=SPEC, **first), NOW)
    assert planned["changes"] >= 1
    push: dict[str, Any] = {"conn_id": "visma_net_default", "plan": planned, "base_path": base}
    preview = run(ErpPushOperator(task_id="push", **push), NOW)
    assert preview["counts"] == {"updated": planned["records"]}
    assert sandbox.tally("visma_net").updated == 0

    told = run(ErpPushOperator(task_id="push", dry_run=False, **push), NOW)
    assert told["counts"] == {"updated": planned["records"]}
    assert sandbox.tally("visma_net").updated == planned["records"]

    second = a_day(base, NOW)
    left = to_correct(second["report"]["report"])
    assert len(left) == len(wrong) - planned["changes"]
    assert second["report"]["states"]["resolved"] >= planned["changes"]
    assert second["report"]["states"]["new"] == 0
    if left:  # what the plan left out stays left out
        assert planned["left_out"]
    with pytest.raises(AirflowSkipException, match="nothing is to be changed in the target"):
        run(ErpPlanOperator(task_id="plan", spec=SPEC, **second), NOW)


def test_lineage_leads_from_the_breaks_of_a_comparison_to_the_system_that_was_put_right(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    base = f"file://{tmp_path}/erp"
    day = a_day(base, NOW)
    planned = run(ErpPlanOperator(task_id="plan", spec=SPEC, **day), NOW)
    push = ErpPushOperator(
        task_id="push", conn_id="visma_net_default", plan=answered(planned, "Approve"), base_path=base, dry_run=False
    )
    run(push, NOW)
    lineage = push.get_openlineage_facets_on_complete(None)
    [breaks], [written] = lineage.inputs, lineage.outputs
    assert breaks.name == str(folder_of(day["report"]["report"]).parent)
    assert breaks.inputFacets["inputStatistics"].rowCount == planned["changes"]
    assert "break_id" in {each.name for each in breaks.facets["schema"].fields}
    assert written.outputFacets["outputStatistics"].rowCount == planned["records"]


DIRECTIONS = {
    "target": ("visma_net", {"overrideWithClassValues": True, "customerClassId": "1"}, "language"),
    "source": ("lemonsoft", {}, "invoice e-mail"),
}


@pytest.mark.parametrize("side", DIRECTIONS)
def test_customer_that_one_system_lacks_is_created_there_with_the_fields_that_it_has(
    sandbox: Sandbox, tmp_path: Path, side: Literal["source", "target"]
) -> None:
    vendor, defaults, lacking = DIRECTIONS[side]
    base = f"file://{tmp_path}/erp"
    first = a_day(base, NOW - dt.timedelta(days=1))
    planned = run(ErpPlanOperator(task_id="plan", spec=SPEC, side=side, create=True, **first), NOW)
    assert [reason for reason in planned["left_out"] if reason.endswith(f"has no field for {lacking}")]
    push = ErpPushOperator(
        task_id="push", conn_id=f"{vendor}_default", plan=planned, base_path=base, dry_run=False, defaults=defaults
    )
    told = run(push, NOW)
    assert told["counts"].keys() <= {"created", "updated"}
    assert told["counts"]["created"] == sandbox.tally(vendor).created > 0
    second = a_day(base, NOW)
    assert missing(second, side) < missing(first, side)
    with pytest.raises(AirflowSkipException, match="nothing is to be changed"):
        run(ErpPlanOperator(task_id="plan", spec=SPEC, side=side, create=True, **second), NOW)


def missing(day: Mapping[str, Any], side: str) -> int:
    rows = read_report(day["report"]["report"])["breaks"]
    return sum(row["kind"] == f"missing_in_{side}" for row in rows)


def test_sides_that_the_report_did_not_compare_are_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    base = f"file://{tmp_path}/erp"
    earlier, day = a_day(base, NOW - dt.timedelta(days=1)), a_day(base, NOW)
    swapped = day | {"source": day["target"], "target": day["source"]}
    message = r"source: the report compared batch 'lemonsoft/.*', given is 'visma_net/.*'; give source and target as"
    with pytest.raises(AirflowFailException, match=message):
        run(ErpPlanOperator(task_id="plan", spec=SPEC, **swapped), NOW)
    with pytest.raises(AirflowFailException, match="target: the report compared batch"):
        run(ErpPlanOperator(task_id="plan", spec=SPEC, **day | {"target": earlier["target"]}), NOW)


def approval(planned: Any, **arguments: Any) -> ErpApprovalOperator:
    return ErpApprovalOperator(task_id="approve", plan=planned, **arguments)


def test_person_sees_the_changes_with_the_digest_and_who_is_silent_rejects(sandbox: Sandbox, tmp_path: Path) -> None:
    planned = run(ErpPlanOperator(task_id="plan", spec=SPEC, **a_day(f"file://{tmp_path}/erp", NOW)), NOW)
    page = approval(planned).page()
    assert planned["digest"] in page
    assert "| " in page
    assert approval(planned).defaults == ["Reject"]
    assert approval(planned).response_timeout == dt.timedelta(hours=8)


def test_approved_plan_is_the_one_that_is_pushed(sandbox: Sandbox, tmp_path: Path) -> None:
    base = f"file://{tmp_path}/erp"
    planned = run(ErpPlanOperator(task_id="plan", spec=SPEC, **a_day(base, NOW)), NOW)
    approved = answered(planned, "Approve")
    assert (approved["digest"], approved["approved"], approved["by"]) == (planned["digest"], True, {"id": "ann"})
    push: dict[str, Any] = {"task_id": "push", "conn_id": "visma_net_default", "base_path": base, "dry_run": False}
    with pytest.raises(AirflowFailException, match=r"expected what was named 0a1b0a1b0a1b, it holds .*; nothing"):
        run(ErpPushOperator(**push, plan=approved | {"digest": "0a1b" * 16}), NOW)
    assert sandbox.tally("visma_net").updated == 0
    assert run(ErpPushOperator(**push, plan=approved), NOW)["counts"] == {"updated": planned["records"]}


def test_rejected_plan_is_not_named_for_what_follows(sandbox: Sandbox, tmp_path: Path) -> None:
    planned = run(ErpPlanOperator(task_id="plan", spec=SPEC, **a_day(f"file://{tmp_path}/erp", NOW)), NOW)
    assert answered(planned, "Reject") == {"approved": False, "by": {"id": "ann"}, "at": MOMENT.isoformat()}


def test_plan_of_the_same_report_is_the_same_and_lies_beside_it(sandbox: Sandbox, tmp_path: Path) -> None:
    day = a_day(f"file://{tmp_path}/erp", NOW)
    plans = [run(ErpPlanOperator(task_id="plan", spec=SPEC, **day), NOW) for _ in range(2)]
    assert plans[0] == plans[1]
    folder = Path(plans[0]["plan"].removeprefix("file://")).parent
    assert folder.parent == Path(day["report"]["report"].removeprefix("file://")).parent
    assert sorted(file.name for file in folder.iterdir()) == [
        "made_of.json",
        "plan.json",
        "plan.parquet",
        "plan.xlsx",
    ]


def local(address: str) -> Path:
    return Path(address.removeprefix("file://"))


def marked(planned: Any, to: Path, rows: Iterable[int]) -> None:
    """A person marks rows of the plan's workbook, counted from 0, and puts it where it is looked for."""
    book = openpyxl.load_workbook(local(planned["plan"]).with_name("plan.xlsx"))
    for row in rows:
        book["Corrections"].cell(row + 2, 1).value = "x"
    book.save(to)


def selected(planned: Any, path: Path) -> Any:
    return ErpSelectionSensor(task_id="select", plan=planned, approvals_path=f"file://{path}").poke({})


def test_marked_rows_are_what_a_person_approves_and_what_is_pushed(sandbox: Sandbox, tmp_path: Path) -> None:
    base, workbook = f"file://{tmp_path}/erp", tmp_path / "approvals.xlsx"
    before = NOW - dt.timedelta(days=1)
    planned = run(ErpPlanOperator(task_id="plan", spec=SPEC, **a_day(base, before)), before)
    push: dict[str, Any] = {"conn_id": "visma_net_default", "base_path": base, "dry_run": False}
    assert not selected(planned, workbook)

    marked(planned, workbook, [0])
    found = selected(planned, workbook)
    assert found
    first = found.xcom_value
    assert (first["changes"], first["records"]) == (1, 1)
    page = approval(first).page()
    assert planned["digest"] in page
    assert first["selection_digest"] in page
    assert f"1 of the plan's {planned['changes']} changes" in page
    told = run(ErpPushOperator(task_id="push", plan=answered(first, "Approve"), **push), NOW)
    assert (told["counts"], told["selection"]) == ({"updated": 1}, first["selection_digest"])
    assert sandbox.tally("visma_net").updated == 1

    marked(planned, workbook, range(planned["changes"]))
    second = answered(selected(planned, workbook).xcom_value, "Approve")
    rest = run(ErpPushOperator(task_id="push", plan=second, **push), NOW)
    assert rest["counts"] == {"updated": planned["records"]}
    assert rest["receipts"] != told["receipts"]
    with pytest.raises(AirflowSkipException, match="nothing is to be changed"):
        run(ErpPlanOperator(task_id="plan", spec=SPEC, **a_day(base, NOW)), NOW)


def test_workbook_of_another_plan_is_not_taken_and_one_without_marks_skips(sandbox: Sandbox, tmp_path: Path) -> None:
    base, workbook = f"file://{tmp_path}/erp", tmp_path / "approvals.xlsx"
    earlier = run(ErpPlanOperator(task_id="plan", spec=SPEC, **a_day(base, NOW - dt.timedelta(days=1))), NOW)
    marked(earlier, workbook, [0])
    planned = run(ErpPlanOperator(task_id="plan", spec=SPEC, **a_day(base, NOW)), NOW)
    assert planned["digest"] != earlier["digest"]
    assert not selected(planned, workbook)
    marked(planned, workbook, [])
    with pytest.raises(AirflowSkipException, match=r"nothing is marked in file://.*approvals\.xlsx"):
        selected(planned, workbook)


def test_workbook_that_is_still_on_its_way_is_waited_for_and_a_changed_one_is_refused(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    base, workbook = f"file://{tmp_path}/erp", tmp_path / "approvals.xlsx"
    planned = run(ErpPlanOperator(task_id="plan", spec=SPEC, **a_day(base, NOW)), NOW)
    marked(planned, workbook, [0])
    whole = workbook.read_bytes()
    workbook.write_bytes(whole[: len(whole) // 2])
    assert not selected(planned, workbook)
    workbook.write_bytes(whole)
    book = openpyxl.load_workbook(workbook)
    book["Corrections"].cell(30, 2).value = "looked into it"
    book.save(workbook)
    with pytest.raises(AirflowFailException, match=r"approvals\.xlsx, sheet Corrections, row 30: "):
        selected(planned, workbook)
    with pytest.raises(AirflowFailException, match=r"approvals_path: expected the path of a workbook, .* is a folder"):
        selected(planned, tmp_path)


def test_selection_that_was_not_approved_is_not_pushed(sandbox: Sandbox, tmp_path: Path) -> None:
    base, workbook = f"file://{tmp_path}/erp", tmp_path / "approvals.xlsx"
    planned = run(ErpPlanOperator(task_id="plan", spec=SPEC, **a_day(base, NOW)), NOW)
    marked(planned, workbook, [0])
    approved = answered(selected(planned, workbook).xcom_value, "Approve") | {"selection_digest": "0a1b" * 16}
    push = ErpPushOperator(task_id="push", conn_id="visma_net_default", plan=approved, base_path=base, dry_run=False)
    with pytest.raises(AirflowFailException, match="expected what was named 0a1b0a1b0a1b"):
        run(push, NOW)
    assert sandbox.tally("visma_net").updated == 0


def test_greater_share_of_the_system_than_allowed_is_not_pushed(sandbox: Sandbox, tmp_path: Path) -> None:
    base = f"file://{tmp_path}/erp"
    planned = run(ErpPlanOperator(task_id="plan", spec=SPEC, **a_day(base, NOW)), NOW)
    push: dict[str, Any] = {"conn_id": "visma_net_default", "plan": planned, "base_path": base, "dry_run": False}
    of_all = f"about {planned['records']} of the system's 197 records, max_share is 0.01; nothing was sent"
    before = list(sandbox.requests)
    with pytest.raises(AirflowFailException, match=of_all):
        run(ErpPushOperator(task_id="push", max_share=0.01, **push), NOW)
    assert sandbox.requests == before
    told = run(ErpPushOperator(task_id="push", max_share=0.2, **push), NOW)
    assert told["counts"] == {"updated": planned["records"]}
