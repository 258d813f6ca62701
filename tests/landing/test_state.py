"""The current state: what the batches say together, whatever the order in which they were written."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import dropwhile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from batches_on_disk import DAY, EVERYONE, MONDAY, Read, publish, rows_of, said, same
from fake_source import FakeSource, customers, page
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.landing.catalog import Published, read_batch
from airflow_provider_erp.landing.deletions import Guard
from airflow_provider_erp.landing.fetching import FetchSpec, fetch_batch
from airflow_provider_erp.landing.manifest import encode
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.landing.state import State, current_state, state_up_to
from airflow_provider_erp.landing.stream import Stream
from airflow_provider_erp.records import Customer

FAR = MONDAY + 100 * DAY


def state_of(base: Path, *, day: int = 100, share: float = 0.2) -> State:
    """The state of everyone as of a day, in a folder that is new each time."""
    folder = base / f"work-{len(list(base.glob('work-*')))}"
    folder.mkdir()
    guard = Guard(most_deleted_share=share)
    return current_state(base.as_uri(), EVERYONE, MONDAY + day * DAY, folder, guard=guard)


def publish_all(base: Path, *reads: Read) -> list[Published]:
    return [publish(base, read) for read in reads]


def test_a_full_batch_alone_is_the_state_with_all_of_its_columns(tmp_path: Path) -> None:
    [batch] = publish_all(tmp_path, Read(0, {"1": "Salo", "2": "Turku"}))
    state = state_of(tmp_path)
    assert said(state.records) == {"1": "Salo", "2": "Turku"}
    assert (state.rows, state.deleted_rows, state.batches, state.remarks) == (2, 0, (batch,), ())
    assert [len(row) for row in rows_of(state.records)] == [len(dataclasses.fields(Customer))] * 2


def test_changes_are_laid_over_the_full_batch_and_the_last_reading_wins(tmp_path: Path) -> None:
    full, *_, newest = publish_all(
        tmp_path,
        Read(0, {"1": "a", "2": "a", "3": "a"}),
        Read(2, {"2": "c", "4": "c"}, since="2", deleted=[]),
        Read(1, {"2": "b", "3": "b"}, since="1", deleted=[]),
    )[:2]
    state = state_of(tmp_path)
    assert said(state.records) == {"1": "a", "2": "c", "3": "b", "4": "c"}
    assert [batch.manifest.as_of for batch in state.batches] == [MONDAY, MONDAY + DAY, MONDAY + 2 * DAY]
    assert (state.batches[0], state.newest, state.remarks) == (full, newest, ())
    assert state.read_at == MONDAY + 2 * DAY


def test_what_came_after_the_moment_does_not_count(tmp_path: Path) -> None:
    publish_all(
        tmp_path, Read(0, {"1": "a"}), Read(1, {"1": "b"}, since="1"), Read(2, {"1": "c"}, since="1"), Read(3, {})
    )
    assert said(state_of(tmp_path, day=1).records) == {"1": "b"}


def test_of_several_full_batches_for_one_moment_the_one_read_last_counts(tmp_path: Path) -> None:
    publish_all(tmp_path, Read(0, {"1": "second"}, hour=2), Read(0, {"1": "first", "2": "first"}, hour=1))
    state = state_of(tmp_path)
    assert said(state.records) == {"1": "second"}
    assert [row[0] for row in rows_of(state.deleted)] == ["2"]


def test_changes_that_were_read_before_the_full_batch_are_older_than_it(tmp_path: Path) -> None:
    publish_all(tmp_path, Read(1, {"1": "changes"}, since="1", hour=6), Read(0, {"1": "full"}, hour=40))
    assert said(state_of(tmp_path).records) == {"1": "full"}


def test_a_full_batch_that_was_read_late_for_an_older_run_is_the_newest_word(tmp_path: Path) -> None:
    publish_all(tmp_path, Read(0, {"1": "late"}, hour=40), Read(1, {"1": "tuesday"}, hour=6))
    assert said(state_of(tmp_path).records) == {"1": "late"}


def test_changes_that_were_read_again_are_laid_over_their_first_reading(tmp_path: Path) -> None:
    publish_all(
        tmp_path,
        Read(0, {"1": "a"}, cursor="1"),
        Read(1, {"1": "b"}, since="1", cursor="2", hour=1),
        Read(2, {"2": "c"}, since="2", cursor="3", hour=1),
        Read(1, {"1": "d"}, since="1", cursor="2", hour=48),
    )
    state = state_of(tmp_path)
    assert said(state.records) == {"1": "d", "2": "c"}


def test_changes_that_lost_their_rows_when_they_were_read_again_stay(tmp_path: Path) -> None:
    publish_all(
        tmp_path,
        Read(0, {"1": "a"}, cursor="1"),
        Read(1, {"1": "b"}, since="1", cursor="2", hour=1),
        Read(1, {}, since="1", cursor="1", hour=2),
    )
    assert said(state_of(tmp_path).records) == {"1": "b"}


def test_other_streams_have_states_of_their_own(tmp_path: Path) -> None:
    publish(tmp_path, Read(0, {"1": "a"}))
    publish(tmp_path, Read(1, {"2": "b"}), dataclasses.replace(EVERYONE, company="Other"))
    assert said(state_of(tmp_path).records) == {"1": "a"}


def test_without_a_full_batch_there_is_no_state(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="visma_px customer of 'Nordic Oy' has no full batch"):
        state_of(tmp_path)
    publish_all(tmp_path, Read(1, {"1": "a"}, since="2026-11-15"), Read(2, {"1": "b"}))
    with pytest.raises(ValueError, match="covers changes since 2026-11-15 only; fetch a full batch"):
        state_of(tmp_path, day=1)


@pytest.mark.parametrize("since", [None, "1"])
def test_raw_lines_alone_make_no_state(tmp_path: Path, since: str | None) -> None:
    publish_all(tmp_path, Read(0, {"1": "a"}), Read(1, {"1": "b"}, since=since, canonical=False))
    with pytest.raises(ValueError, match="has raw lines only; fetch everything once with canonical=True"):
        state_of(tmp_path)


def test_raw_lines_from_before_the_full_batch_do_no_harm(tmp_path: Path) -> None:
    publish_all(tmp_path, Read(0, same(range(30))), Read(1, {"1": "a"}, canonical=False), Read(2, {"1": "b"}))
    assert said(state_of(tmp_path).records) == {"1": "b"}


@pytest.mark.parametrize("since", [None, "1"])
def test_raw_lines_that_were_read_again_with_records_do_no_harm(tmp_path: Path, since: str | None) -> None:
    lines = Read(1, {"1": "b"}, since=since, canonical=False)
    publish_all(tmp_path, Read(0, {"1": "a", "2": "a"}), lines, Read(1, {"1": "b"}, since=since, hour=1))
    state = state_of(tmp_path)
    assert said(state.records) == ({"1": "b"} if since is None else {"1": "b", "2": "a"})


def test_changes_that_leave_a_gap_are_refused(tmp_path: Path) -> None:
    publish_all(tmp_path, Read(0, {"1": "a"}, cursor="2026-11-16"), Read(1, {"1": "b"}, since="2026-11-17"))
    with pytest.raises(ValueError, match="reaches only to 2026-11-16: the changes between are missing"):
        state_of(tmp_path)


def test_changes_since_before_the_full_batch_leave_no_gap(tmp_path: Path) -> None:
    publish_all(tmp_path, Read(0, {"1": "a"}, cursor="2026-11-16"), Read(1, {"1": "b"}, since="2026-11-09"))
    assert said(state_of(tmp_path).records) == {"1": "b"}


def test_changes_after_a_batch_without_a_cursor_are_taken_with_a_remark(tmp_path: Path) -> None:
    publish_all(tmp_path, Read(0, {"1": "a"}, cursor=None), Read(1, {"1": "b"}, since="1", deleted=[]))
    [remark] = state_of(tmp_path).remarks
    assert remark.startswith("Visma PX's changes since 1 may not continue what was read before them")


def test_it_is_said_since_when_deletions_are_not_known(tmp_path: Path) -> None:
    publish_all(tmp_path, Read(0, {"1": "a"}, hour=6), Read(1, {"1": "b"}, since="1"))
    [remark] = state_of(tmp_path).remarks
    assert "was read whole on 2026-11-16 06:00 UTC" in remark
    assert "what was deleted there after that is still in the state" in remark


def test_deletions_that_a_later_batch_was_told_of_need_no_remark(tmp_path: Path) -> None:
    publish_all(
        tmp_path,
        Read(0, {"1": "a", "2": "a"}),
        Read(1, {"1": "b"}, since="1"),
        Read(2, {}, since="2", deleted=["2"]),
    )
    state = state_of(tmp_path)
    assert (said(state.records), state.remarks) == ({"1": "b"}, ())


def test_it_is_said_that_filtered_changes_do_not_tell_what_left_the_filter(tmp_path: Path) -> None:
    active = Stream(conn_type="visma_px", company="Nordic Oy", resource="customer", selection="0123456789abcdef")
    for read in (Read(0, {"1": "a"}), Read(1, {"1": "b"}, since="1", deleted=[])):
        publish(tmp_path, dataclasses.replace(read, filters=("status",)), active)
    [remark] = current_state(tmp_path.as_uri(), active, FAR, tmp_path).remarks
    assert "read with the filters status: what no longer fits them is still in the state" in remark


def test_a_file_that_is_not_what_was_published_is_refused(tmp_path: Path) -> None:
    [batch] = publish_all(tmp_path, Read(0, {"1": "a"}))
    [records] = Path(batch.path.removeprefix("file://")).parent.glob("records-*")
    records.write_bytes(records.read_bytes() + b"x")
    with pytest.raises(ErpInconsistentRead, match="expected sha256"):
        state_of(tmp_path)


def test_a_state_up_to_a_batch_leaves_out_what_was_published_or_read_later(tmp_path: Path) -> None:
    _, tuesday, *_ = publish_all(
        tmp_path,
        Read(0, {"1": "a"}),
        Read(1, {"1": "b"}, since="1", hour=1),
        Read(1, {"1": "again"}, since="1", hour=2),
        Read(2, {"1": "c"}, since="1"),
    )
    state = state_up_to(tuesday, tmp_path)
    assert said(state.records) == {"1": "b"}
    assert state.newest == tuesday


def test_a_batch_that_was_moved_has_no_state(tmp_path: Path) -> None:
    [batch] = publish_all(tmp_path, Read(0, {"1": "a"}))
    elsewhere = tmp_path / "elsewhere" / "manifest.json"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(encode(batch.manifest))
    with pytest.raises(ValueError, match=r"expected the batch below .*/visma_px/Nordic~20Oy/customer/all"):
        state_up_to(read_batch(elsewhere.as_uri()), tmp_path)


def test_the_same_batches_give_the_same_bytes(tmp_path: Path) -> None:
    publish_all(tmp_path, Read(0, same(range(50))), Read(1, same(range(40, 60), "b"), since="1"))
    one, other = state_of(tmp_path), state_of(tmp_path)
    assert one.records.read_bytes() == other.records.read_bytes()
    assert one.deleted.read_bytes() == other.deleted.read_bytes()


@pytest.mark.parametrize("has_changes", [True, False], ids=["asked for changes", "read whole each time"])
def test_what_fetches_publish_is_merged_with_the_columns_of_a_record(tmp_path: Path, has_changes: bool) -> None:
    def fetch(day: int, *rows: bytes) -> Published:
        source = FakeSource([page(1, *rows, cursor=f"{day}")], has_changes=has_changes, deleted_ids=["1"])
        moment = MONDAY + day * DAY
        attempt = Attempt(dag_id="daily", run_id=str(day), task_id="fetch")
        spec = FetchSpec(resource="customer", as_of=moment, since="last")
        return fetch_batch(source, spec, base_path=tmp_path.as_uri(), attempt=attempt, now=moment)

    fetch(0, *customers(1, 2, 3))
    newest = fetch(1, b'{"id": 3, "name": "Changed"}', *([] if has_changes else customers(2)))
    state = state_up_to(newest, tmp_path)
    assert said(state.records) == {"2": "Customer 2", "3": "Changed"}
    assert [row[0] for row in rows_of(state.deleted)] == ["1"]
    assert {len(row) for row in rows_of(state.records)} == {len(dataclasses.fields(Customer))}
    assert newest.manifest.coverage == ("changes" if has_changes else "full")


KEYS = st.sets(st.integers(0, 24).map(str))


@st.composite
def histories(draw: st.DrawFn) -> list[Read]:
    """Readings of a week, in the order of writing, no two at the same time."""
    hours = draw(st.lists(st.integers(0, 60), min_size=1, max_size=7, unique=True))
    return [
        Read(
            day=draw(st.integers(0, 5)),
            says=dict.fromkeys(draw(KEYS), f"reading {number}"),
            since=draw(st.sampled_from([None, None, "1", "2"])),
            hour=hour + number / 100,
            deleted=draw(st.none() | KEYS),
            rejected=draw(st.sampled_from([0, 0, 0, 1])),
        )
        for number, hour in enumerate(hours)
    ]


def expected(history: Sequence[Read], day: int, share: float) -> tuple[dict[str, str], set[str]] | None:
    """The records and the ids that are gone, by dicts and sets; None where there is no full batch."""
    reads = sorted((read for read in history if read.day <= day), key=lambda read: (read.day, read.observed_at))
    full_days = sorted({read.day for read in reads if read.since is None})[-4:]
    if not full_days:
        return None
    known: dict[str, str] = {}
    gone: set[str] = set()
    usable = dropwhile(lambda read: read.since is not None or read.day < full_days[0], reads)
    in_order = sorted(usable, key=lambda read: read.observed_at)
    objected: set[int] = set()
    for read in dropwhile(lambda read: read.since is not None, in_order):
        absent = known.keys() - read.says.keys()
        is_hasty = len(objected | {read.day}) < 3 or len(absent) <= read.rejected
        if read.since is not None:
            absent &= set(read.deleted or ())
        elif absent and is_hasty and (read.rejected or too_many(len(absent), len(known), share)):
            objected.add(read.day)
            absent = set()
        else:
            objected = set()
        known = {key: says for key, says in known.items() if key not in absent} | dict(read.says)
        gone = (gone | absent) - read.says.keys()
    return known, gone


def too_many(absent: int, known: int, share: float) -> bool:
    return share < 1 and absent > min(known - 1, max(10, int(share * known)))


@settings(max_examples=80, deadline=None)
@given(histories(), st.integers(0, 6), st.sampled_from([0.0, 0.2, 0.5, 1.0]))
def test_any_history_written_in_any_order_gives_the_state_of_a_plain_model(
    history: list[Read], day: int, share: float
) -> None:
    with TemporaryDirectory() as name:
        publish_all(Path(name), *history)
        model = expected(history, day, share)
        if model is None:
            with pytest.raises(ValueError, match="no current state"):
                state_of(Path(name), day=day, share=share)
            return
        state = state_of(Path(name), day=day, share=share)
        records, gone = model
        assert said(state.records) == records
        assert {row[0] for row in rows_of(state.deleted)} == gone
        assert (state.rows, state.deleted_rows) == (len(records), len(gone))
