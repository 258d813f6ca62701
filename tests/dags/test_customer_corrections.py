"""The example DAG that puts a system right asks a person before it writes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from example_dags import load_dag

ORDER = ("reconcile", "plan", "approve", "push")


def test_nothing_is_pushed_that_no_person_approved() -> None:
    dag = load_dag("customer_corrections")
    for before, after in pairwise(ORDER):
        assert before in dag.task_dict[after].upstream_task_ids
    tasks: dict[str, Any] = dict(dag.task_dict)
    assert tasks["approve"].defaults == ["Reject"]
    assert tasks["push"].previews
    assert dag.catchup is False
    assert dag.tags
    assert "dry run" in (dag.doc_md or "")
