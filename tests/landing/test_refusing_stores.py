"""Stores that speak S3 in words of their own: who is refused hears that somebody else was first, or that it is busy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

import pytest
from object_store import connection
from refusing_store import refusing_store

from airflow_provider_erp.landing import storage


@contextmanager
def bucket_of(statuses: Sequence[int], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket of a store that answers so, by a connection that nobody has used."""
    conn_id = f"store_{uuid4().hex}"
    with refusing_store(statuses) as endpoint:
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", connection(endpoint))
        yield f"s3://{conn_id}@bucket"


def test_file_that_is_there_is_known_by_the_status_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with bucket_of([412], monkeypatch) as bucket, pytest.raises(FileExistsError):
        storage.create(f"{bucket}/manifest.json", b"second")


def test_who_writes_at_the_same_moment_as_another_tries_again_and_hears_who_was_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with bucket_of([409, 200], monkeypatch) as bucket:
        storage.create(f"{bucket}/manifest.json", b"first")
    with bucket_of([409, 409, 412], monkeypatch) as bucket, pytest.raises(FileExistsError):
        storage.create(f"{bucket}/manifest.json", b"second")


def test_store_that_is_busy_for_ever_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "_PAUSES", (0.01, 0.01, None))
    with bucket_of([409], monkeypatch) as bucket, pytest.raises(OSError, match="refused"):
        storage.create(f"{bucket}/manifest.json", b"never")


def test_store_that_cannot_create_exclusively_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with bucket_of([501], monkeypatch) as bucket, pytest.raises(NotImplementedError):
        storage.create(f"{bucket}/manifest.json", b"any")
