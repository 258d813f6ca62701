"""A selection's file: read back it is the selection of its plan, changed or of another plan it is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from plans import a_change, a_plan

from airflow_provider_erp.corrections.selections import read_selection, write_selection
from airflow_provider_erp.exceptions import ErpInconsistentRead

PLAN = a_plan(a_change("t1"), a_change("t2", new="Åbo"), a_change("t2", field="email", new="a@b.fi"))
SELECTED = PLAN.select([PLAN.changes[1].change_id])


def test_what_is_read_back_is_the_selection_and_the_file_holds_no_values(tmp_path: Path) -> None:
    file = write_selection(SELECTED, tmp_path)
    assert read_selection(file, PLAN) == SELECTED
    assert file.name == f"selection-{SELECTED.digest[:16]}.json"
    assert "Åbo" not in file.read_text("utf-8")


def test_selection_of_another_plan_is_refused(tmp_path: Path) -> None:
    file = write_selection(SELECTED, tmp_path)
    with pytest.raises(ErpInconsistentRead, match="expected a selection of plan"):
        read_selection(file, a_plan(a_change("t1")))
    same_changes = a_plan(*PLAN.changes, spec="other")
    with pytest.raises(ErpInconsistentRead, match=f"it names plan {PLAN.digest[:12]}"):
        read_selection(file, same_changes)


def test_selection_to_which_a_change_was_added_is_refused(tmp_path: Path) -> None:
    file = write_selection(SELECTED, tmp_path)
    content = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(content | {"changes": [each.change_id for each in PLAN.changes]}), "utf-8")
    with pytest.raises(ErpInconsistentRead, match="mark the plan anew"):
        read_selection(file, PLAN)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"plan":1}', "\ufeff"])
def test_file_that_is_no_selection_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "selection.json"
    file.write_text(content, "utf-8")
    with pytest.raises(ErpInconsistentRead, match="expected a selection of plan"):
        read_selection(file, PLAN)
