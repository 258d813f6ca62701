"""Raw lines: each record as it was sent, on one line, in parts."""

from __future__ import annotations

import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.landing.raw import RawParts, as_lines, read_rows

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=8,
)


def rows(*texts: bytes) -> list[msgspec.Raw]:
    return [msgspec.Raw(text) for text in texts]


def lines_of(compressed: bytes) -> list[bytes]:
    return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(compressed)).read().split(b"\n")[:-1]


@given(st.lists(JSON), st.sampled_from([None, 1, "\t"]))
def test_each_record_is_one_line_with_the_same_value(records: list[Any], indent: Any) -> None:
    written = [json.dumps(record, indent=indent, ensure_ascii=False).encode() for record in records]
    lines = as_lines(rows(*written)).split(b"\n")
    assert lines.pop() == b""
    assert [json.loads(line) for line in lines] == records


@pytest.mark.parametrize(
    "row",
    [
        '{"a":"line separator \u2028 and next line \x85"}'.encode(),
        b'{"a":"\\n \\r\\n"}',
        b'{"a":1.10,"a":2E+400,"b":123456789012345678901234567890}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        b'{ "a" :\t1 }',
    ],
    ids=["separators", "escaped breaks", "numbers and doubles", "half a surrogate", "no utf-8", "spaces"],
)
def test_a_record_without_line_breaks_stays_byte_for_byte(row: bytes) -> None:
    assert as_lines(rows(row, row)) == row + b"\n" + row + b"\n"


@pytest.mark.parametrize("line_break", [b"\n", b"\r", b"\r\n"])
def test_only_the_line_breaks_between_tokens_change(line_break: bytes) -> None:
    row = b'{"a":' + line_break + b'"\\ud800", "b": 1.10}'
    assert as_lines(rows(row, b"1")) == row.translate(bytes.maketrans(b"\r\n", b"  ")) + b"\n1\n"


@given(st.lists(st.integers(0, 30), max_size=10), st.integers(1, 200))
def test_parts_hold_every_row_once_in_order_and_end_when_full(pages: list[int], part_bytes: int) -> None:
    found: list[bytes] = []
    sizes: list[int] = []

    def finished(path: Path, count: int) -> None:
        lines = lines_of(path.read_bytes())
        assert len(lines) == count
        found.extend(lines)
        sizes.append(sum(len(line) + 1 for line in lines))

    expected = [b'{"page":%d,"row":%d}' % (page, row) for page, size in enumerate(pages) for row in range(size)]
    with TemporaryDirectory() as folder:
        parts = RawParts(Path(folder), finished, part_bytes=part_bytes)
        for page, size in enumerate(pages):
            parts.add(rows(*(b'{"page":%d,"row":%d}' % (page, row) for row in range(size))))
        parts.close()
    assert found == expected
    assert all(size >= part_bytes for size in sizes[:-1])


def test_a_part_ends_with_a_page_however_large_the_page_is(tmp_path: Path) -> None:
    counts: list[int] = []
    parts = RawParts(tmp_path, lambda _, count: counts.append(count), part_bytes=2000)
    for size in (3500, 10, 0, 3500):
        parts.add(rows(*[b"1"] * size))
    parts.close()
    assert counts == [3500, 3510]


def test_a_part_that_is_old_enough_is_handed_on_before_it_is_full(tmp_path: Path) -> None:
    counts: list[int] = []
    moments = iter([0.0, 5.0, 20.0, 21.0, 22.0])
    parts = RawParts(tmp_path, lambda _, count: counts.append(count), part_seconds=20.0, clock=lambda: next(moments))
    for _ in range(3):
        parts.add(rows(b"1"))
    parts.close()
    assert counts == [2, 1]


def test_rows_come_back_from_a_part_as_they_went_in(tmp_path: Path) -> None:
    written = rows(b'{"a": 1.10}', b'"\xff"', b"[]")
    found: list[bytes] = []
    parts = RawParts(tmp_path, lambda path, _: found.extend(map(bytes, read_rows(path))))
    parts.add(written)
    parts.close()
    assert found == [bytes(row) for row in written]


def test_a_part_is_removed_once_it_is_handed_on(tmp_path: Path) -> None:
    parts = RawParts(tmp_path, lambda path, _: None)
    parts.add(rows(b"1"))
    parts.close()
    assert list(tmp_path.iterdir()) == []
