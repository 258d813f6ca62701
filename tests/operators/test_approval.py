"""An approval holds for what the person saw, and for nothing that has taken its place since."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from asking import answered, asked
from plans import a_change, a_plan

from airflow_provider_erp.corrections.files import write_plan
from airflow_provider_erp.corrections.plan import Plan
from airflow_provider_erp.corrections.selections import write_selection
from airflow_provider_erp.operators.planned import names_of

SEEN = a_plan(a_change("t1"), a_change("t2"))
OTHER = a_plan(a_change("t1", new="Espoo"))


def named(plan: Plan, folder: Path) -> dict[str, Any]:
    return {"plan": str(write_plan(plan, folder)[0]), "digest": plan.digest}


def selected(plan: Plan, folder: Path, *places: int) -> dict[str, Any]:
    """What the sensor returns of a selection."""
    names = named(plan, folder)
    selection = plan.select(plan.changes[place].change_id for place in places)
    path = str(write_selection(selection, folder))
    return names | {"selection": path, "selection_digest": selection.digest}


def test_what_was_shown_is_what_is_approved(tmp_path: Path) -> None:
    operator, _ = asked(named(SEEN, tmp_path))
    assert SEEN.digest in str(operator.body)
    told = answered(named(SEEN, tmp_path), "Approve")
    assert (told["digest"], told["approved"]) == (SEEN.digest, True)


def test_plan_that_is_named_by_its_path_is_approved_by_its_digest(tmp_path: Path) -> None:
    path = named(SEEN, tmp_path)["plan"]
    assert answered(path, "Approve")["digest"] == SEEN.digest


def test_other_plan_in_the_same_file_is_not_approved(tmp_path: Path) -> None:
    path = named(SEEN, tmp_path)["plan"]
    _, context = asked(path)
    write_plan(OTHER, tmp_path)
    message = rf"the person saw {SEEN.digest[:12]}, named now is {OTHER.digest[:12]}: .*; nothing is approved"
    with pytest.raises(AirflowFailException, match=message):
        answered(path, "Approve", context=context)
    assert answered(path, "Reject", context=context)["approved"] is False


def test_other_plan_of_a_task_that_ran_again_is_not_approved(tmp_path: Path) -> None:
    shown, later = named(SEEN, tmp_path / "one"), named(OTHER, tmp_path / "two")
    with pytest.raises(AirflowFailException, match="made or selected anew while the question waited"):
        answered(shown, "Approve", then=later)


def test_other_selection_of_the_same_plan_is_not_approved(tmp_path: Path) -> None:
    shown, later = selected(SEEN, tmp_path, 0), selected(SEEN, tmp_path, 0, 1)
    told = answered(shown, "Approve")
    assert (told["digest"], told["selection_digest"]) == (SEEN.digest, shown["selection_digest"])
    for then in (later, named(SEEN, tmp_path)):
        with pytest.raises(AirflowFailException, match="nothing is approved"):
            answered(shown, "Approve", then=then)


def test_answer_to_a_question_of_which_nothing_was_noted_approves_nothing(tmp_path: Path) -> None:
    shown = named(SEEN, tmp_path)
    _, context = asked(shown)
    context["ti"].kept.clear()
    with pytest.raises(AirflowFailException, match="the person saw nothing that was noted"):
        answered(shown, "Approve", context=context)


@pytest.mark.parametrize("given", [5, [], {}, "", {"digest": "x"}])
def test_what_names_no_plan_is_refused(given: Any) -> None:
    with pytest.raises(ValueError, match="expected the output of a task that made, selected or approved a plan"):
        names_of(given)


def test_what_was_rejected_names_no_plan() -> None:
    with pytest.raises(ValueError, match="it was not approved; nothing was sent"):
        names_of({"plan": "x", "digest": "y", "approved": False})


@pytest.mark.parametrize("left", ["selection", "selection_digest"])
def test_selection_without_its_digest_and_digest_without_its_selection_are_refused(left: str) -> None:
    with pytest.raises(ValueError, match="expected a selection with its digest, got one of the two"):
        names_of({"plan": "x", "digest": "y", left: "z"})
