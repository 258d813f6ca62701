"""Batches are found by their stream, and their files by what the manifest says."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from batches_on_disk import DAY, EVERYONE, MONDAY, Read, manifest_of, publish, put, same

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.landing.catalog import Catalog, Published, copy_part, copy_records, read_batch
from airflow_provider_erp.landing.manifest import Manifest, decode, encode

NEW_FIELDS = ("looks", "overlap", "schema", "drift", "warnings", "deleted", "changes")


def test_a_batch_knows_its_stream_and_its_catalog(tmp_path: Path) -> None:
    batch = publish(tmp_path, Read(0, same([1])))
    assert batch.stream == EVERYONE
    assert Catalog.of(batch) == Catalog(tmp_path.as_uri())


@pytest.mark.parametrize("company", ["Oy/Ab", "..", "ä" * 200, "%2F"])
def test_any_company_has_a_catalog(tmp_path: Path, company: str) -> None:
    stream = dataclasses.replace(EVERYONE, company=company)
    batch = publish(tmp_path, Read(0, same([1])), stream)
    assert Catalog.of(batch) == Catalog(tmp_path.as_uri())
    assert Catalog(tmp_path.as_uri()).newest(stream) == batch


def test_the_latest_come_first_and_of_one_moment_the_one_observed_last(tmp_path: Path) -> None:
    reads = [Read(1, {}, hour=1), Read(0, {}, hour=90), Read(1, {}, hour=2), Read(2, {})]
    first, second, third, fourth = (publish(tmp_path, read) for read in reads)
    catalog = Catalog(tmp_path.as_uri())
    assert list(catalog.latest_first(EVERYONE)) == [fourth, third, first, second]
    assert list(catalog.latest_first(EVERYONE, before=MONDAY + DAY)) == [second]


def test_a_file_of_an_earlier_try_lies_in_the_folder_beside(tmp_path: Path) -> None:
    local = tmp_path / "raw.jsonl"
    local.write_bytes(b"{}\n")
    part = dataclasses.replace(put(local, f"{tmp_path.as_uri()}/day/earlier", 1), folder="earlier")
    batch = Published(f"{tmp_path.as_uri()}/day/later/manifest.json", manifest_of(Read(0, {}), EVERYONE))
    assert copy_part(batch, part, tmp_path).read_bytes() == b"{}\n"
    with pytest.raises(ErpInconsistentRead, match=r"/day/later/raw-.*the manifest names this file, but it is gone"):
        copy_part(batch, dataclasses.replace(part, folder=None), tmp_path)


def test_a_batch_of_raw_lines_has_no_records_to_copy(tmp_path: Path) -> None:
    batch = publish(tmp_path, Read(0, same([1]), canonical=False))
    with pytest.raises(ValueError, match="this batch has raw lines only; fetch with canonical=True"):
        copy_records(batch, tmp_path)


def test_a_manifest_from_before_there_were_these_fields_is_still_read(tmp_path: Path) -> None:
    batch = publish(tmp_path, Read(0, same([1])))
    file = Path(batch.path.removeprefix("file://"))
    fields = json.loads(file.read_bytes())
    for name in NEW_FIELDS:
        del fields[name]
    del fields["records"]["folder"]
    file.write_text(json.dumps(fields))
    assert read_batch(batch.path) == batch


def test_what_the_new_fields_say_comes_back(tmp_path: Path) -> None:
    manifest: Manifest = dataclasses.replace(
        manifest_of(Read(0, {}), EVERYONE),
        looks=2,
        overlap=7,
        schema={"id": ["number"]},
        drift=("field id appeared (number)",),
        warnings=("a warning",),
    )
    assert decode(encode(manifest), "here") == manifest
