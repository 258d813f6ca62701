"""What was written over a row, value by value: laid over what it was noted on, it gives what was written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.sandbox.patches import Patch, leaf, leaves
from airflow_provider_erp.sandbox.serving import Row

VALUES = st.none() | st.integers(0, 3) | st.lists(st.integers(0, 1), max_size=2)
ROWS: st.SearchStrategy[Row] = st.fixed_dictionaries(
    {"stamp": st.sampled_from("123"), "name": VALUES, "inner": st.fixed_dictionaries({"city": VALUES, "zip": VALUES})}
)


def noted(before: Row, after: Row) -> Patch:
    patch = Patch(("stamp",))
    patch.note(before, after)
    return patch


@given(before=ROWS, after=ROWS)
def test_patch_over_what_it_was_noted_on_is_what_was_written_and_its_stamp_no_earlier(before: Row, after: Row) -> None:
    over = noted(before, after).over(before)
    assert over == after | {"stamp": max(before["stamp"], after["stamp"])}


@given(before=ROWS, after=ROWS, later=ROWS)
def test_values_whose_planted_value_changes_are_given_up_and_no_others(before: Row, after: Row, later: Row) -> None:
    patch = noted(before, after)
    patch.yield_to(before, later)
    over = patch.over(later)
    for path, planted in leaves(later):
        if path != ("stamp",):
            assert leaf(over, path) == (leaf(after, path) if planted == leaf(before, path) else planted)


@given(before=ROWS, after=ROWS)
def test_planted_row_is_left_as_it_is(before: Row, after: Row) -> None:
    copy = {**before, "inner": dict(before["inner"])}
    noted(before, after).over(before)["inner"]["city"] = "another"
    assert before == copy
