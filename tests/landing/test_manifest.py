"""Manifests survive being written and read; what is none, or was tampered with, is refused."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.catalog import Published, copy_records, read_batch
from airflow_provider_erp.landing.manifest import FORMAT, Manifest, Part, decode, encode

MOMENT = dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC)
PART = Part(name="records-00.parquet", sha256="00", rows=1, bytes=10)

MANIFEST = Manifest(
    format=FORMAT,
    conn_type="visma_px",
    title="Visma PX",
    company="Nordic Oy",
    resource="customer",
    selection="all",
    filters=("group",),
    coverage="changes",
    cursor_in="2026-11-19T06:00:00.1234567+02:00",
    cursor_out="2026-11-20T06:00:00.7654321+02:00",
    as_of=MOMENT,
    observed_at=MOMENT,
    rows=3,
    distinct=1,
    repeated=1,
    rejected=1,
    announced_total=None,
    pages=1,
    parts=(PART,),
    records=PART,
    rejected_file=None,
    versions={"apache-airflow": "3.3.2"},
)


def changed(**fields: Any) -> bytes:
    return json.dumps(json.loads(encode(MANIFEST)) | fields).encode()


def test_a_manifest_comes_back_as_it_was() -> None:
    assert decode(encode(MANIFEST), "here") == MANIFEST


def test_a_manifest_is_json_that_people_can_read() -> None:
    text = encode(MANIFEST).decode()
    assert '\n  "as_of": "2026-11-20T06:00:00Z",\n' in text
    assert set(json.loads(text)) == {field.name for field in dataclasses.fields(Manifest)}


def test_fields_that_a_later_version_added_are_ignored() -> None:
    assert decode(changed(schema={}), "here") == MANIFEST


def test_a_newer_format_is_refused_whatever_else_it_holds() -> None:
    with pytest.raises(ValueError, match=r"here: manifest format 99 is newer .* upgrade the package"):
        decode(b'{"format": 99}', "here")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"rows": 1}',
        b'{"format": 1}',
        b'{"format": 1, "title": "\xff"}',
        changed(as_of="2026-11-20T06:00:00"),
        changed(coverage="half"),
        changed(rows="3"),
    ],
)
def test_what_is_no_manifest_is_refused_with_its_address(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"^here: expected the manifest of a batch, but "):
        decode(content, "here")


@pytest.mark.parametrize("name", ["missing/manifest.json", "folder", "file/manifest.json"])
def test_a_path_without_a_batch_is_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=r"no such batch; .* run its fetch again"):
        read_batch(f"file://{tmp_path}/{name}")


@pytest.fixture
def batch(tmp_path: Path) -> Published:
    """A published batch with one file of records."""
    folder = tmp_path / "batch"
    folder.mkdir()
    (folder / PART.name).write_bytes(b"records")
    part = dataclasses.replace(PART, sha256=storage.sha256(folder / PART.name))
    (folder / "manifest.json").write_bytes(encode(dataclasses.replace(MANIFEST, records=part)))
    return read_batch(f"file://{folder}/manifest.json")


def test_records_are_copied_and_checked(batch: Published, tmp_path: Path) -> None:
    copy = copy_records(batch, tmp_path)
    assert copy.parent == tmp_path
    assert copy.read_bytes() == b"records"


def test_records_that_were_changed_are_an_error(batch: Published, tmp_path: Path) -> None:
    (tmp_path / "batch" / PART.name).write_bytes(b"changed")
    with pytest.raises(ErpInconsistentRead, match=r"expected sha256 [0-9a-f]{64}, got [0-9a-f]{64}"):
        copy_records(batch, tmp_path)


def test_records_that_are_gone_are_an_error(batch: Published, tmp_path: Path) -> None:
    (tmp_path / "batch" / PART.name).unlink()
    with pytest.raises(ErpInconsistentRead, match="it is gone"):
        copy_records(batch, tmp_path)
