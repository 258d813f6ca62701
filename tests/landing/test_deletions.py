"""Deletions: what is taken for gone, and what the guard keeps."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from batches_on_disk import DAY, EVERYONE, MONDAY, Read, manifest_of, publish, rows_of, said, same
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.landing.deletions import ALWAYS_ALLOWED, Guard
from airflow_provider_erp.landing.state import State, current_state


def state_after(base: Path, *reads: Read, share: float = 0.2) -> State:
    """The state when these readings are all that there is."""
    folder = base / "work"
    folder.mkdir(parents=True)
    for read in reads:
        publish(base, read)
    guard = Guard(most_deleted_share=share)
    return current_state(base.as_uri(), EVERYONE, MONDAY + 100 * DAY, folder, guard=guard)


def ids(state: State) -> set[int]:
    return {int(key) for key in said(state.records)}


def day(number: int) -> str:
    return (MONDAY + number * DAY).isoformat()


def test_what_the_older_full_batch_had_and_the_newer_has_not_is_gone(tmp_path: Path) -> None:
    state = state_after(tmp_path, Read(0, same(range(5))), Read(1, same(range(1, 6))))
    assert ids(state) == {1, 2, 3, 4, 5}
    assert rows_of(state.deleted) == [("0", day(0), day(1))]
    assert state.remarks == ()


def test_a_deletion_says_which_batch_last_showed_the_record_and_by_which_it_was_gone(tmp_path: Path) -> None:
    state = state_after(
        tmp_path,
        Read(0, same(range(5))),
        Read(1, same([0, 7]), since="1", deleted=["4"]),
        Read(2, same([9]), since="2", deleted=[]),
        Read(3, same(range(1, 4))),
    )
    assert rows_of(state.deleted) == [
        ("0", day(1), day(3)),
        ("4", day(0), day(1)),
        ("7", day(1), day(3)),
        ("9", day(2), day(3)),
    ]


def test_what_the_vendors_feed_names_is_gone_until_a_later_batch_shows_it(tmp_path: Path) -> None:
    state = state_after(
        tmp_path,
        Read(0, same(range(4))),
        Read(1, {}, since="1", deleted=["0", "1", "of another table"]),
        Read(2, same([1]), since="2", deleted=[]),
    )
    assert ids(state) == {1, 2, 3}
    assert [row[0] for row in rows_of(state.deleted)] == ["0"]
    assert state.remarks == ()


def test_what_a_batch_shows_is_there_though_its_feed_names_it(tmp_path: Path) -> None:
    state = state_after(tmp_path, Read(0, same([1])), Read(1, same([1]), since="1", deleted=["1"]))
    assert ids(state) == {1}
    assert rows_of(state.deleted) == []


def test_an_incomplete_batch_deletes_nothing_and_says_so(tmp_path: Path) -> None:
    state = state_after(tmp_path, Read(0, same(range(5))), Read(1, same(range(1, 5), "new"), rejected=2))
    assert said(state.records) == {"0": "first"} | same(range(1, 5), "new")
    assert state.deleted_rows == 0
    [remark] = state.remarks
    assert remark == (
        "Visma PX's full batch of 2026-11-17 is incomplete (2 records could not be read): 1 of 5 earlier records that "
        "it lacks stay, for they may be among them"
    )


def test_an_incomplete_batch_that_lacks_nothing_is_as_good_as_any(tmp_path: Path) -> None:
    state = state_after(tmp_path, Read(0, same(range(5))), Read(1, same(range(6)), rejected=1))
    assert ids(state) == set(range(6))
    assert state.remarks == ()
    assert len(state.batches) == 1


def test_a_much_shorter_batch_deletes_nothing_and_says_so(tmp_path: Path) -> None:
    state = state_after(tmp_path, Read(0, same(range(100))), Read(1, same(range(79), "new")))
    assert said(state.records) == same(range(79), "new") | same(range(79, 100))
    [remark] = state.remarks
    assert remark == (
        "Visma PX's full batch of 2026-11-17 lacks 21 of 100 earlier records, more than is believed at once (20%): "
        "they stay, until the full batches of 3 moments in a row lack them; if they were deleted, allow it with "
        "most_deleted_share"
    )
    assert [batch.manifest.as_of for batch in state.batches] == [MONDAY, MONDAY + DAY]


def test_as_long_a_batch_of_other_records_deletes_nothing_either(tmp_path: Path) -> None:
    state = state_after(tmp_path, Read(0, same(range(50))), Read(1, same(range(50, 100))))
    assert ids(state) == set(range(100))


def test_the_author_may_allow_more(tmp_path: Path) -> None:
    state = state_after(tmp_path, Read(0, same(range(100))), Read(1, same(range(50))), share=0.5)
    assert ids(state) == set(range(50))
    assert state.deleted_rows == 50


def test_a_few_records_may_always_go_but_never_all(tmp_path: Path) -> None:
    some = state_after(tmp_path / "some", Read(0, same(range(11))), Read(1, same([0])), share=0)
    assert ids(some) == {0}
    none = state_after(tmp_path / "none", Read(0, same(range(5))), Read(1, {}))
    assert ids(none) == set(range(5))
    allowed = state_after(tmp_path / "allowed", Read(0, same(range(5))), Read(1, {}), share=1)
    assert ids(allowed) == set()


def test_changes_after_a_short_batch_are_laid_over_what_stayed(tmp_path: Path) -> None:
    state = state_after(
        tmp_path,
        Read(0, same(range(30))),
        Read(1, same(range(10), "short")),
        Read(2, same([29, 40], "changed"), since="2", deleted=["28"]),
    )
    assert ids(state) == {*range(28), 29, 40}
    assert said(state.records)["29"] == "changed"
    assert [row[0] for row in rows_of(state.deleted)] == ["28"]


LONG, SHORT = same(range(100)), same(range(10), "short")


def test_a_second_short_batch_does_not_slip_through(tmp_path: Path) -> None:
    state = state_after(tmp_path, Read(0, LONG), Read(1, SHORT), Read(2, SHORT))
    assert ids(state) == set(range(100))
    assert ["lacks 90 of 100" in remark for remark in state.remarks] == [True, True]


def test_a_third_short_batch_in_a_row_is_believed_and_says_so(tmp_path: Path) -> None:
    state = state_after(tmp_path, Read(0, LONG), *(Read(of, SHORT) for of in (1, 2, 3)))
    assert ids(state) == set(range(10))
    assert state.deleted_rows == 90
    assert {row[1:] for row in rows_of(state.deleted)} == {(day(0), day(3))}
    [remark] = state.remarks
    assert remark == (
        "Visma PX's full batch of 2026-11-19 is the last of 3 in a row that lack earlier records or are incomplete: "
        "the 90 of 100 that it lacks are taken for deleted"
    )


def test_from_then_on_the_short_list_is_the_list(tmp_path: Path) -> None:
    state = state_after(tmp_path, Read(0, LONG), *(Read(of, SHORT) for of in (1, 2, 3, 4)))
    assert ids(state) == set(range(10))
    assert state.remarks == ()


def test_a_list_that_has_its_records_again_deletes_what_it_still_lacks(tmp_path: Path) -> None:
    state = state_after(tmp_path, Read(0, LONG), Read(1, SHORT), Read(2, same(range(5, 100), "again")))
    assert said(state.records) == same(range(5, 100), "again")
    assert [row[0] for row in rows_of(state.deleted)] == ["0", "1", "2", "3", "4"]
    assert {row[1] for row in rows_of(state.deleted)} == {day(1)}
    assert state.remarks == ()
    assert len(state.batches) == 1


def test_a_list_that_shrinks_little_by_little_is_believed_each_time(tmp_path: Path) -> None:
    state = state_after(tmp_path, *(Read(of, same(range(100 - 12 * of))) for of in range(4)))
    assert ids(state) == set(range(64))


def test_a_short_list_does_not_take_the_place_of_the_one_that_was_read_before_for_its_moment(tmp_path: Path) -> None:
    state = state_after(tmp_path, Read(0, LONG, hour=1), Read(0, {}, hour=2), Read(1, same([7], "later"), since="9"))
    assert ids(state) == set(range(100))
    assert (state.complete, len(state.short)) == (False, 1)
    assert "lacks 100 of 100 earlier records" in state.short[0]


def test_a_list_that_is_read_again_and_again_for_one_moment_is_short_once_in_a_row(tmp_path: Path) -> None:
    hasty = [Read(1, SHORT, hour=hour) for hour in range(5)]
    state = state_after(tmp_path / "hasty", Read(0, LONG), *hasty)
    assert (state.rows, state.complete, len(state.short)) == (100, False, 1)
    patient = state_after(tmp_path / "patient", Read(0, LONG), *hasty, Read(2, SHORT), Read(3, SHORT))
    assert (patient.rows, patient.complete) == (len(SHORT), True)


def test_a_short_list_that_was_read_again_whole_is_forgotten(tmp_path: Path) -> None:
    state = state_after(tmp_path, Read(0, LONG, hour=1), Read(0, SHORT, hour=2), Read(0, LONG, hour=3))
    assert (state.rows, state.complete, state.remarks) == (100, True, ())


def test_a_state_says_of_itself_whether_its_list_was_short(tmp_path: Path) -> None:
    whole = state_after(tmp_path / "whole", Read(0, LONG), Read(1, LONG))
    assert (whole.complete, whole.short) == (True, ())
    short = state_after(tmp_path / "short", Read(0, LONG), Read(1, SHORT))
    assert (short.complete, short.short) == (False, short.remarks)
    changed = state_after(tmp_path / "changed", Read(0, LONG), Read(1, SHORT), Read(2, {}, since="1", deleted=[]))
    assert (changed.complete, changed.short) == (False, changed.remarks)
    healed = state_after(tmp_path / "healed", Read(0, LONG), Read(1, SHORT), Read(2, LONG))
    assert (healed.complete, healed.short) == (True, ())
    believed = state_after(tmp_path / "believed", Read(0, LONG), *(Read(of, SHORT) for of in (1, 2, 3)))
    assert (believed.complete, believed.short) == (True, ())


def test_a_list_with_unreadable_records_is_not_complete_but_not_short_either(tmp_path: Path) -> None:
    state = state_after(tmp_path, Read(0, LONG), Read(1, same(range(99)), rejected=1))
    assert (state.complete, state.short) == (False, ())


def test_records_that_could_not_be_read_are_not_taken_for_deleted_by_the_third_list_either(tmp_path: Path) -> None:
    days = [Read(day, same(range(1, 100)), rejected=1) for day in range(1, 4)]
    state = state_after(tmp_path, Read(0, LONG), *days)
    assert (state.rows, state.deleted_rows, state.complete) == (100, 0, False)


@pytest.mark.parametrize("share", [-0.1, 1.1, True, "0.5", None, float("nan")])
def test_a_share_that_is_none_is_refused(share: Any) -> None:
    with pytest.raises(ValueError, match=r"most_deleted_share: expected a share from 0\.0 to 1\.0"):
        Guard(most_deleted_share=share).check()


COUNTS = st.integers(1, 1000).flatmap(lambda known: st.tuples(st.just(known), st.integers(0, known)))


@given(COUNTS, st.floats(0, 1), st.floats(0, 1))
def test_what_a_smaller_share_allows_a_greater_one_allows_too(
    counts: tuple[int, int], one: float, other: float
) -> None:
    known, gone = counts
    strict, lenient = (Guard(most_deleted_share=share) for share in sorted([one, other]))
    manifest = manifest_of(Read(0, {}), EVERYONE)
    if strict.objection(manifest, known, gone) is None:
        assert lenient.objection(manifest, known, gone) is None
    if gone <= ALWAYS_ALLOWED and gone < known:
        assert strict.objection(manifest, known, gone) is None
    if gone:
        assert lenient.objection(dataclasses.replace(manifest, rejected=1), known, gone) is not None
