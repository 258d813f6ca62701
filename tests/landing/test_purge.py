"""What is removed when its time has come, and what stays however old it is."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from airflow.sdk import ObjectStoragePath
from airflow.sdk.io import attach
from batches_on_disk import DAY, EVERYONE, MONDAY, Read, publish, put, rows_of, said, same
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.catalog import Published
from airflow_provider_erp.landing.manifest import Changes, Part, encode
from airflow_provider_erp.landing.purge import purge
from airflow_provider_erp.landing.snapshot import publish_snapshot
from airflow_provider_erp.landing.state import current_state, state_up_to

NOW = MONDAY + 100 * DAY
LONG_AGO = NOW - 2 * DAY


def purged(base: Path, *, older_than_day: int = 50, now: dt.datetime = NOW, dry_run: bool = False) -> dict[str, int]:
    """What a purge on the hundredth day counts, without the zeros."""
    older_than = (MONDAY + older_than_day * DAY).date()
    counts = purge(base.as_uri(), older_than=older_than, now=now, dry_run=dry_run)
    return {kind: number for kind, number in counts.items() if number}


def a_try(base: Path, day: int, *, written: dt.datetime = LONG_AGO, name: str = "0" * 16 + "-1-" + "0" * 12) -> Path:
    """A folder without a manifest."""
    folder = base / EVERYONE.folder / (MONDAY + day * DAY).date().isoformat() / name
    folder.mkdir(parents=True)
    part = folder / "raw-00000.jsonl.zst"
    part.write_bytes(b"lines")
    os.utime(part, (written.timestamp(), written.timestamp()))
    return folder


def place(batch: Published) -> Path:
    return Path(batch.path.removeprefix("file://")).parent


def days_left(base: Path) -> list[int]:
    left = {dt.date.fromisoformat(path.parents[1].name) for path in base.rglob("manifest.json")}
    return sorted((day - MONDAY.date()).days for day in left)


def test_batches_of_days_that_are_older_go_with_all_their_files(tmp_path: Path) -> None:
    for day in (0, 10, 49, 50, 60, 70, 80):
        publish(tmp_path, Read(day, same([day])))
    assert purged(tmp_path) == {"batches": 3}
    assert days_left(tmp_path) == [50, 60, 70, 80]
    assert sorted(path.name for path in (tmp_path / EVERYONE.folder).iterdir()) == [
        "2027-01-05",
        "2027-01-15",
        "2027-01-25",
        "2027-02-04",
    ]
    assert purged(tmp_path) == {}


def test_the_full_batches_of_the_current_state_and_what_came_after_stay_however_old(tmp_path: Path) -> None:
    for day in range(6):
        publish(tmp_path, Read(day, same(range(3))))
        publish(tmp_path, Read(day, same([day]), since="1", hour=1))
    assert purged(tmp_path) == {"batches": 4}
    assert days_left(tmp_path) == [2, 3, 4, 5]
    assert len(list(tmp_path.rglob("manifest.json"))) == 8


def test_where_no_full_batch_was_read_the_last_one_stays_for_its_cursor(tmp_path: Path) -> None:
    for day in range(3):
        publish(tmp_path, Read(day, same([1]), since="1"))
    assert purged(tmp_path) == {"batches": 2}
    assert days_left(tmp_path) == [2]


def test_each_stream_is_looked_at_by_itself(tmp_path: Path) -> None:
    for day in range(5):
        publish(tmp_path, Read(day, same([1])))
    publish(tmp_path, Read(0, same([1])), dataclasses.replace(EVERYONE, company="Other"))
    assert purged(tmp_path) == {"batches": 1}


def test_a_dry_run_counts_and_logs_and_removes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    oldest, *_ = [publish(tmp_path, Read(day, same([1]))) for day in range(5)]
    assert purged(tmp_path, dry_run=True) == {"batches": 1}
    assert days_left(tmp_path) == [0, 1, 2, 3, 4]
    assert f"would remove batches: {place(oldest).as_uri().replace('%7E', '~')}" in caplog.text


def test_what_an_unfinished_task_left_goes_but_not_while_it_may_be_running(tmp_path: Path) -> None:
    left = a_try(tmp_path, 0)
    running = a_try(tmp_path, 1, written=NOW - dt.timedelta(hours=23))
    recent = a_try(tmp_path, 60)
    assert purged(tmp_path) == {"unpublished": 1}
    assert [folder.exists() for folder in (left, running, recent)] == [False, True, True]


@pytest.mark.parametrize("reference", ["parts", "records", "rejected_file", "deleted", "changes"])
def test_files_of_an_earlier_try_stay_with_the_batch_that_refers_to_them(tmp_path: Path, reference: str) -> None:
    batch = publish(tmp_path, Read(0, same([1])))
    folder = a_try(tmp_path, 0)
    part = Part(name="raw-00000.jsonl.zst", sha256="", rows=1, bytes=5, folder=folder.name)
    referring = {
        "parts": (part,),
        "changes": Changes(added=1, changed=0, unchanged=0, gone=0, records=part),
    }.get(reference, part)
    (place(batch) / "manifest.json").write_bytes(
        encode(dataclasses.replace(batch.manifest, **{reference: referring}))  # type: ignore[arg-type]
    )
    assert purged(tmp_path) == {}
    for day in range(60, 64):
        publish(tmp_path, Read(day, same([1])))
    assert purged(tmp_path) == {"batches": 1, "unpublished": 1}
    assert not folder.exists()


def test_reports_and_snapshots_of_days_that_are_older_go(tmp_path: Path) -> None:
    for day in ("2026-11-16", "2027-01-04", "2027-01-05"):
        report = tmp_path / "reconciliation" / "customers" / "px-Nordic" / "vn-Nordic" / day / "report.html"
        report.parent.mkdir(parents=True)
        report.write_text("names")
    old, new = (publish(tmp_path, Read(day, same([1]))) for day in (0, 60))
    for number, batch in enumerate((old, new)):
        folder = tmp_path / f"work-{number}"
        folder.mkdir()
        publish_snapshot(state_up_to(batch, folder), tmp_path.as_uri())
    assert purged(tmp_path) == {"reports": 2, "snapshots": 1}
    assert [path.name for path in tmp_path.glob("reconciliation/*/*/*/*")] == ["2027-01-05"]
    assert [path.name for path in tmp_path.glob("snapshots/*/*/*/*/*")] == ["2027-01-15T000000Z"]


def test_kept_rows_of_comparisons_that_run_no_more_go(tmp_path: Path) -> None:
    for day in ("2027-01-04", "2027-01-05"):
        kept = tmp_path / "reconciliation" / "customers" / "px-Nordic" / f"vn-{day}" / "normalised" / day / "source"
        kept.parent.mkdir(parents=True)
        kept.write_text("names")
    assert purged(tmp_path) == {"rows": 1}
    assert [path.parent.name for path in tmp_path.glob("reconciliation/*/*/*/normalised/*/*")] == ["2027-01-05"]


def test_what_this_package_did_not_name_is_left_alone(tmp_path: Path) -> None:
    for day in range(5):
        publish(tmp_path, Read(day, same([1])))
    stream = tmp_path / EVERYONE.folder
    strange = [
        tmp_path / "notes.txt",
        tmp_path / "a" / "b" / "c" / "d" / "2020-01-01" / "mine" / "file",
        tmp_path / "reconciliation" / "readme.txt",
        tmp_path / "snapshots" / "a" / "b" / "c" / "d" / "latest" / "file",
        stream / "2020-01" / "file",
        stream / "2026-11-16" / "note",
    ]
    for file in strange:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    assert purged(tmp_path) == {"batches": 1}
    assert all(file.exists() for file in strange)


def test_nothing_there_is_nothing_to_remove(tmp_path: Path) -> None:
    assert purged(tmp_path / "nowhere") == {}


def test_a_storage_that_does_not_tell_when_a_file_was_written_keeps_what_was_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_try(tmp_path, 0)

    def refuse(*_: object) -> dt.datetime:
        raise NotImplementedError

    monkeypatch.setattr(type(ObjectStoragePath(tmp_path.as_uri()).fs), "modified", refuse)
    assert purged(tmp_path) == {}
    assert folder.exists()


def test_an_object_storage_is_purged_like_a_disk(tmp_path: Path) -> None:
    attach("memory", fs=MemoryFileSystem())
    base = f"memory://{uuid4().hex}"
    local = tmp_path / "part"
    local.write_bytes(b"lines")
    for name in ("0" * 16 + "-1-" + "0" * 12, "1" * 16 + "-1-" + "1" * 12):
        put(local, f"{base}/{EVERYONE.folder}/2026-11-16/{name}", 0)
    now = dt.datetime.now(dt.UTC)
    assert purge(base, older_than=(MONDAY + DAY).date(), now=now)["unpublished"] == 0
    later = now + 2 * DAY
    assert purge(base, older_than=(MONDAY + DAY).date(), now=later)["unpublished"] == 2
    assert storage.names(f"{base}/{EVERYONE.folder}/2026-11-16") == []


HISTORIES = st.lists(
    st.builds(
        Read,
        day=st.integers(0, 40),
        says=st.sets(st.integers(0, 24)).map(same),
        since=st.sampled_from([None, None, "1"]),
        hour=st.integers(0, 30),
        deleted=st.none() | st.just(["1", "2"]),
        rejected=st.sampled_from([0, 0, 1]),
    ),
    min_size=1,
    max_size=9,
    unique_by=(lambda read: read.observed_at, lambda read: (read.as_of, read.since)),
)


@settings(max_examples=40, deadline=None)
@given(HISTORIES, st.integers(0, 90))
def test_no_purge_changes_the_current_state(history: list[Read], older_than_day: int) -> None:
    with TemporaryDirectory() as name:
        base = Path(name)
        for read in history:
            publish(base, read)
        before = told(base, "before")
        purged(base, older_than_day=older_than_day)
        assert told(base, "after") == before


def told(base: Path, name: str) -> object:
    """The records, the deletions and the remarks of the state as of now; or why there is none."""
    folder = base / name
    folder.mkdir()
    try:
        state = current_state(base.as_uri(), EVERYONE, NOW, folder)
    except ValueError as exc:
        return str(exc)
    return said(state.records), rows_of(state.deleted), state.remarks
