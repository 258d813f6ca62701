"""Reconciling current states: batches of changes, and full batches that the guard doubts."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from batches_on_disk import EVERYONE, Read, publish, same

from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.reconciliation import CUSTOMERS

LEDGER = dataclasses.replace(EVERYONE, conn_type="visma_net")
BY_ID = dataclasses.replace(CUSTOMERS, keys=("number",), fields=("name",))


def reconciled(base: Path, source: Read, target: Read, **options: Any) -> dict[str, Any]:
    """The result for two batches that are published now."""
    operator = ErpReconcileOperator(
        task_id="reconcile",
        spec=BY_ID,
        source=publish(base, source).path,
        target=publish(base, target, LEDGER).path,
        base_path=base.as_uri(),
        **options,
    )
    run = SimpleNamespace(logical_date=source.as_of, run_after=source.as_of)
    context: Any = {"dag_run": run}
    return operator.execute(context)


def counted(result: dict[str, Any]) -> dict[str, int]:
    return {kind: number for kind, number in result["counts"].items() if number}


def test_changes_are_compared_as_the_whole_that_they_belong_to(tmp_path: Path) -> None:
    publish(tmp_path, Read(0, same(range(5), "Salo")))
    result = reconciled(
        tmp_path, Read(1, same([4, 5], "Turku"), since="1", hour=6), Read(1, same(range(6), "Salo"), hour=5)
    )
    assert counted(result) == {"field_differs": 2}
    assert result["matched"] == 6
    report = json.loads(Path(result["report"].removeprefix("file://")).with_name("breaks.json").read_bytes())
    assert report["source"]["read_at"] == "2026-11-17T06:00:00Z"
    assert report["source"]["batch"] == "visma_px/Nordic Oy/customer/2026-11-17"


def test_the_report_says_that_changes_do_not_tell_deletions(tmp_path: Path) -> None:
    publish(tmp_path, Read(0, same(range(5))))
    result = reconciled(tmp_path, Read(1, {}, since="1"), Read(1, same(range(5))))
    [remark] = result["remarks"]
    assert remark == (
        "Visma PX was read whole on 2026-11-16 00:00 UTC and its changes since: what was deleted there after that is "
        "still in the state"
    )


def test_changes_without_a_full_batch_before_them_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AirflowFailException, match="covers changes since 1 only; fetch a full batch"):
        reconciled(tmp_path, Read(1, same([1]), since="1"), Read(1, same([1])))


def test_a_list_with_unreadable_records_resolves_nothing_but_is_no_failure(tmp_path: Path) -> None:
    publish(tmp_path, Read(0, same(range(5))))
    result = reconciled(tmp_path, Read(1, same(range(4)), rejected=1), Read(1, same(range(5))))
    assert counted(result) == {}
    report = json.loads(Path(result["report"].removeprefix("file://")).with_name("breaks.json").read_bytes())
    assert report["resolves"] is False
    assert "is incomplete (1 records could not be read)" in result["remarks"][0]


def test_a_short_list_that_the_author_allows_is_compared_as_it_is(tmp_path: Path) -> None:
    publish(tmp_path, Read(0, same(range(100))))
    result = reconciled(tmp_path, Read(1, same(range(30))), Read(1, same(range(100))), most_deleted_share=0.7)
    assert counted(result) == {"missing_in_source": 70}
    assert result["remarks"] == []


def test_a_share_that_is_none_fails_at_once(tmp_path: Path) -> None:
    with pytest.raises(AirflowFailException, match="most_deleted_share"):
        reconciled(tmp_path, Read(1, same([1])), Read(1, same([1])), most_deleted_share=20)
