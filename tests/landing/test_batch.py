"""A batch holds every row that came, once, and is there whole or not at all."""

from __future__ import annotations

import base64
import datetime as dt
import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import msgspec
import pytest
import zstandard
from fake_source import customers, page, read_customer, scan
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import ErpInconsistentRead, ErpProtocolError, ErpUnavailable
from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.asked import Fetch, Writing
from airflow_provider_erp.landing.batch import write_batch
from airflow_provider_erp.landing.catalog import Published, read_batch
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.landing.raw import RawParts
from airflow_provider_erp.landing.stream import Stream
from airflow_provider_erp.protocol.messages import Page
from airflow_provider_erp.records import Customer

NOW = dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC)


def fetch(since: str | None = None) -> Fetch:
    return Fetch(
        stream=Stream(conn_type="visma_px", company="Nordic", resource="customer"),
        title="Visma PX",
        filters=(),
        since=since,
        as_of=NOW,
        observed_at=NOW,
    )


def write(
    folder: Path, pages: Iterable[Page], *, since: str | None = None, try_number: int = 1, **options: Any
) -> Published:
    attempt = Attempt(dag_id="daily", run_id="1", task_id="fetch", try_number=try_number)
    writing = replace(Writing(record_type=Customer, read=read_customer, scan=scan), **options)
    return write_batch(fetch(since), writing, lambda _: pages, base_path=f"file://{folder}", attempt=attempt)


def publish(folder: Path, *pages: Page, **options: Any) -> Published:
    return write(folder, pages, **options)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def raw_lines(batch: Published) -> list[bytes]:
    """All lines of the raw parts, in order, found by the manifest."""
    lines: list[bytes] = []
    for part in batch.manifest.parts:
        with zstandard.open(batch.file(part).removeprefix("file://"), "rb") as file:
            found = file.read().split(b"\n")
        assert found.pop() == b""
        assert len(found) == part.rows
        lines += found
    return lines


def rejected_lines(batch: Published) -> list[dict[str, object]]:
    part = batch.manifest.rejected_file
    if part is None:
        return []
    content = storage.read(batch.path.replace("manifest.json", part.name))
    return [json.loads(line) for line in content.split(b"\n")[:-1]]


def keys(batch: Published) -> list[str]:
    with duckdb.connect() as connection:
        assert batch.manifest.records is not None
        parquet = batch.file(batch.manifest.records).removeprefix("file://")
        return [row[0] for row in connection.read_parquet(parquet).fetchall()]


ROW = st.one_of(
    st.integers(0, 8).map(lambda number: b'{"id": %d}' % number),
    st.integers(0, 8).map(lambda number: b'{\r\n "id": %d\n}' % number),
    st.just(b'{"name": "without an id"}'),
    st.just(b'{"id": "\xff"}'),
    st.just(b'{"id": "\\ud800"}'),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(ROW, max_size=6), max_size=5))
def test_every_row_that_came_in_is_in_the_batch_once(pages: list[list[bytes]]) -> None:
    pages = [*pages, customers(1)]
    came = [row for rows in pages for row in rows]
    with TemporaryDirectory() as name:
        batch = publish(Path(name), *(page(number, *rows) for number, rows in enumerate(pages, 1)))
        manifest = batch.manifest
        assert raw_lines(batch) == [row.replace(b"\n", b" ").replace(b"\r", b" ") for row in came]
        unreadable = [row for row in came if b'"id": ' not in row or b"\xff" in row or b"ud800" in row]
        readable = {str(json.loads(row)["id"]) for row in came if row not in unreadable}
        assert sorted(keys(batch)) == sorted(readable)
        assert len(rejected_lines(batch)) == len(unreadable)
    assert manifest.rows == len(came) == manifest.distinct + manifest.repeated + manifest.rejected
    assert manifest.distinct == len(readable)
    assert manifest.pages == len(pages)


@pytest.mark.parametrize("failing", [1, 2, 3, 4])
@pytest.mark.parametrize("error", [ErpUnavailable("gone"), KeyboardInterrupt()], ids=["error", "interrupt"])
def test_a_failure_at_any_page_publishes_nothing_and_leaves_nothing(
    tmp_path: Path, failing: int, error: BaseException
) -> None:
    def pages() -> Iterator[Page]:
        for number in range(1, 5):
            if number == failing:
                raise error
            yield page(number, *customers(number))

    with pytest.raises(type(error)):
        write(tmp_path, pages())
    assert files(tmp_path) == []


def test_parts_that_were_put_before_a_failure_are_removed(tmp_path: Path) -> None:
    seen: list[str] = []

    def pages() -> Iterator[Page]:
        yield page(1, *customers(*range(20)))
        yield page(2, *customers(*range(20, 40)))
        seen.extend(path.name for path in files(tmp_path))
        raise ErpUnavailable("gone")

    with pytest.raises(ErpUnavailable):
        write(tmp_path, pages(), part_bytes=100)
    assert len(seen) == 2
    assert files(tmp_path) == []


def test_parts_that_cannot_be_removed_are_named_in_the_log_and_the_first_error_is_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(storage, "remove_folder", refuse)
    with pytest.raises(ErpUnavailable, match="gone"):
        write(tmp_path, failing_at_once())
    assert "parts of an unpublished batch stay behind" in caplog.text


def failing_at_once() -> Iterator[Page]:
    yield from ()
    raise ErpUnavailable("gone")


def test_a_row_that_gets_lost_on_the_way_is_noticed_and_nothing_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = RawParts.add
    monkeypatch.setattr(RawParts, "add", lambda parts, rows: whole(parts, rows[1:]))
    with pytest.raises(ErpInconsistentRead, match=r"visma_px customer: read 3 rows, but 2 are in the raw parts"):
        publish(tmp_path, page(1, *customers(1, 2, 3)))
    assert files(tmp_path) == []


def test_another_try_publishes_another_batch_and_the_first_is_never_touched(tmp_path: Path) -> None:
    first = publish(tmp_path, page(1, *customers(1)))
    second = publish(tmp_path, page(1, *customers(2)), try_number=2)
    assert read_batch(first.path) == first
    assert raw_lines(first) == customers(1)
    assert raw_lines(second) == customers(2)


@pytest.mark.parametrize("there", [None, b"of somebody else"], ids=["its own", "another"])
def test_manifest_whose_answer_was_lost_is_published_when_it_is_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bytes | None
) -> None:
    create = storage.create

    def asked_again(address: str, content: bytes) -> None:
        create(address, there or content)
        create(address, content)

    monkeypatch.setattr(storage, "create", asked_again)
    if there:
        with pytest.raises(FileExistsError):
            publish(tmp_path, page(1, *customers(1)))
    else:
        batch = publish(tmp_path, page(1, *customers(1)))
        assert read_batch(batch.path) == batch


def test_file_names_carry_the_digest_of_their_content(tmp_path: Path) -> None:
    batch = publish(tmp_path, page(1, *customers(1), b"{}"))
    folder, manifest = Path(batch.path.removeprefix("file://")).parent, batch.manifest
    assert manifest.records is not None
    assert manifest.rejected_file is not None
    for part in (*manifest.parts, manifest.records, manifest.rejected_file):
        assert storage.sha256(folder / part.name) == part.sha256
        assert part.sha256[:16] in part.name
        assert (folder / part.name).stat().st_size == part.bytes
    assert sorted(path.name.split("-")[0] for path in folder.iterdir()) == [
        "manifest.json",
        "raw",
        "records",
        "rejected",
    ]


def test_an_empty_list_is_a_batch_that_carries_its_cursor_on(tmp_path: Path) -> None:
    manifest = publish(tmp_path, page(1, total=0), since="2026-11-19").manifest
    assert (manifest.rows, manifest.pages, manifest.parts, manifest.announced_total) == (0, 1, (), 0)
    assert (manifest.coverage, manifest.cursor_in, manifest.cursor_out) == ("changes", "2026-11-19", "2026-11-19")


def test_the_cursor_is_the_greatest_stamp_verbatim(tmp_path: Path) -> None:
    cursors: list[str | None] = [
        "2026-11-20T08:00:00.1234567+02:00",
        "2026-11-20T08:00:00.1234568+02:00",
        "2026-11-20T07:00:00",
        None,
    ]
    pages = [page(number, *customers(number), cursor=cursor) for number, cursor in enumerate(cursors, 1)]
    manifest = publish(tmp_path, *pages).manifest
    assert manifest.cursor_out == "2026-11-20T08:00:00.1234568+02:00"
    assert manifest.coverage == "full"


def test_the_total_is_the_one_announced_last(tmp_path: Path) -> None:
    manifest = publish(tmp_path, page(1, *customers(1), total=2), page(2, *customers(2))).manifest
    assert manifest.announced_total == 2


def test_a_rejected_record_is_kept_with_its_reason_and_place(tmp_path: Path) -> None:
    batch = publish(tmp_path, page(1, *customers(1)), page(2, *customers(2), b'{"name":\n"Oy \xe2\x80\xa8"}'))
    [line] = rejected_lines(batch)
    assert line == {"reason": "'id' is absent", "page": 2, "position": 1, "raw": '{"name":\n"Oy \u2028"}'}


def test_a_rejected_record_that_is_no_utf8_is_kept_byte_for_byte(tmp_path: Path) -> None:
    row = b'{"id": "\xff"}'
    batch = publish(tmp_path, page(1, row, *customers(1)))
    [line] = rejected_lines(batch)
    assert line["reason"] == "a text in the record is not valid Unicode"
    assert base64.b64decode(str(line["raw_base64"])) == row
    assert raw_lines(batch) == [row, *customers(1)]


def test_list_of_which_not_one_record_can_be_read_is_no_batch(tmp_path: Path) -> None:
    with pytest.raises(
        ErpProtocolError,
        match="2 of 2 records could not be read, at most 2 may be rejected; the first: page 1 position 0: 'id'",
    ):
        publish(tmp_path, page(1, b"{}", b"{}"))


def test_rejected_records_are_warned_of_once_with_the_first_reasons_and_no_contents(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    publish(tmp_path, page(1, *[b'{"name": "Aino Virtanen"}'] * 5, *customers(1)))
    [record] = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert record.getMessage() == (
        "visma_px customer: 5 records rejected, the first: page 1 position 0: 'id' is absent; "
        "page 1 position 1: 'id' is absent; page 1 position 2: 'id' is absent"
    )
    assert "Aino" not in caplog.text


def test_a_reader_that_fails_otherwise_publishes_nothing(tmp_path: Path) -> None:
    def read(row: msgspec.Raw) -> Customer:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write(tmp_path, [page(1, *customers(1))], read=read)
    assert files(tmp_path) == []


def test_a_manifest_names_the_versions_that_wrote_it(tmp_path: Path) -> None:
    assert set(publish(tmp_path).manifest.versions) == {"airflow-provider-erp", "apache-airflow"}
