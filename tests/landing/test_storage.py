"""What batches ask of a storage, on the local disk and in fsspec's memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest
from airflow.sdk.io import attach
from fsspec.implementations.memory import MemoryFileSystem
from object_store import client

from airflow_provider_erp.landing import storage


@pytest.fixture(params=["file", "memory", "s3"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "file":
        yield f"file://{tmp_path}"
        return
    if request.param == "s3":
        yield request.getfixturevalue("bucket")
        return
    attach("memory", fs=MemoryFileSystem())
    name = uuid4().hex
    yield f"memory://{name}"
    MemoryFileSystem.store.clear()


def test_a_file_that_was_put_is_read_and_copied_as_it_was(base: str, tmp_path: Path) -> None:
    local = tmp_path / "local"
    local.write_bytes(b"content")
    storage.put(local, f"{base}/a%2Fb/c/file")
    assert storage.read(f"{base}/a%2Fb/c/file") == b"content"
    assert storage.copy(f"{base}/a%2Fb/c/file", tmp_path / "copy") == storage.sha256(local)
    assert (tmp_path / "copy").read_bytes() == b"content"


def test_a_second_writer_of_one_file_is_refused_and_the_first_stays(base: str) -> None:
    storage.create(f"{base}/folder/one", b"first")
    with pytest.raises(FileExistsError):
        storage.create(f"{base}/folder/one", b"second")
    assert storage.read(f"{base}/folder/one") == b"first"
    assert storage.names(f"{base}/folder") == ["one"]


@pytest.mark.parametrize("base", ["file", "s3"], indirect=True)
def test_of_racing_writers_one_wins_and_its_content_is_whole(base: str) -> None:
    target = f"{base}/folder/one"
    racers = 8
    barrier = Barrier(racers)

    def race(racer: int) -> bool:
        barrier.wait()
        try:
            storage.create(target, bytes([racer]) * 100_000)
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(racers) as pool:
        won = list(pool.map(race, range(racers)))
    assert won.count(True) == 1
    assert storage.read(target) == bytes([won.index(True)]) * 100_000
    assert storage.names(f"{base}/folder") == ["one"]


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        storage.create(f"file://{tmp_path}/folder/one", b"content")
    assert storage.names(f"file://{tmp_path}/folder") == []


def test_names_are_sorted_and_a_missing_folder_has_none(base: str) -> None:
    for name in ("b", "a", "c"):
        storage.create(f"{base}/folder/{name}", b"")
    assert storage.names(f"{base}/folder") == ["a", "b", "c"]
    assert storage.names(f"{base}/missing") == []


def test_a_file_that_is_not_there_is_not_found(base: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        storage.read(f"{base}/missing")
    with pytest.raises(FileNotFoundError):
        storage.copy(f"{base}/missing", tmp_path / "copy")


def test_a_folder_is_removed_with_all_that_is_in_it_and_a_missing_one_is_no_error(base: str) -> None:
    storage.create(f"{base}/folder/deep/one", b"")
    storage.remove_folder(f"{base}/folder")
    storage.remove_folder(f"{base}/folder")
    assert storage.names(f"{base}/folder") == []


def test_a_listing_shows_what_another_program_wrote_and_removed_meanwhile(bucket: str, object_store: str) -> None:
    another, name = client(object_store), bucket.rpartition("@")[2]
    storage.create(f"{bucket}/folder/one", b"")
    assert storage.names(f"{bucket}/folder") == ["one"]
    another.put_object(Bucket=name, Key="folder/two", Body=b"")
    assert storage.names(f"{bucket}/folder") == ["one", "two"]
    another.delete_object(Bucket=name, Key="folder/one")
    assert storage.names(f"{bucket}/folder") == ["two"]


def test_a_file_is_read_as_another_program_left_it(bucket: str, object_store: str) -> None:
    storage.create(f"{bucket}/folder/one", b"first, and longer")
    assert storage.read(f"{bucket}/folder/one") == b"first, and longer"
    client(object_store).put_object(Bucket=bucket.rpartition("@")[2], Key="folder/one", Body=b"second")
    assert storage.read(f"{bucket}/folder/one") == b"second"
