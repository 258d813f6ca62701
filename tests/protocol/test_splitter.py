"""A document that is cut while it arrives gives the standard parser's records, whatever it holds."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import ErpProtocolError
from airflow_provider_erp.protocol import splitter as module
from airflow_provider_erp.protocol.splitter import JsonSplitter
from airflow_provider_erp.protocol.tokens import Tokenizer

KEY = "Transactions"
NASTY = st.sampled_from(
    ["},{", '"Transactions":[{', "]}", '\\"', "\\", '","', "[", "{", '"Transactions"', "ä€\U0001f600", "\n", "", "\x7f"]
)
TEXT = st.lists(NASTY | st.text(max_size=4), max_size=4).map("".join).filter(lambda text: text.isprintable() or text)
LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
VALUE = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=6
)
RECORD = st.dictionaries(TEXT, VALUE, max_size=4) | VALUE
AROUND = st.dictionaries(TEXT.filter(lambda name: name != KEY), VALUE, max_size=3)
SPACE = st.sampled_from(["", " ", "\n", "\r\n\t", "  \n"])


@st.composite
def documents(draw: st.DrawFn) -> tuple[bytes, list[Any], dict[str, Any]]:
    """A document, the records of its list, and what is around them."""
    before, after = draw(AROUND), draw(AROUND)
    after = {name: value for name, value in after.items() if name not in before}
    records = draw(st.lists(RECORD, max_size=6))
    ascii_only = draw(st.booleans())
    gaps = iter(draw(st.lists(SPACE, min_size=40, max_size=40)))

    def text(value: Any) -> str:
        return json.dumps(value, ensure_ascii=ascii_only)

    items = [f"{text(name)}{next(gaps)}:{next(gaps)}{text(value)}" for name, value in before.items()]
    rows = f"{next(gaps)},{next(gaps)}".join(text(record) for record in records)
    items.append(f'"{KEY}"{next(gaps)}:{next(gaps)}[{next(gaps)}{rows}{next(gaps)}]')
    items += [f"{text(name)}:{text(value)}" for name, value in after.items()]
    document = f"{next(gaps)}{{{next(gaps)}{f'{next(gaps)},'.join(items)}{next(gaps)}}}{next(gaps)}"
    return document.encode(), records, before | after


def split(document: bytes, size: int, most_bytes: int = 10**9) -> tuple[list[bytes], bytes]:
    cutter = JsonSplitter("px", KEY, most_bytes=most_bytes)
    rows = [row for at in range(0, len(document), size) for row in cutter.feed(document[at : at + size])]
    return [bytes(row) for row in rows], cutter.close()


def read(document: bytes, size: int) -> None:
    """Splits a document and reads what is around its rows, as the vendor's module does."""
    _, envelope = split(document, size)
    msgspec.json.decode(envelope, type=dict[str, msgspec.Raw])


@settings(max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(documents(), st.integers(1, 60), st.data())
def test_hostile_document_gives_the_standard_parsers_records_and_its_truncated_copy_is_refused(
    made: tuple[bytes, list[Any], dict[str, Any]], size: int, data: st.DataObject
) -> None:
    document, records, around = made
    rows, envelope = split(document, size)
    assert [json.loads(row) for row in rows] == json.loads(json.dumps(records))
    assert json.loads(envelope) == json.loads(json.dumps(around)) | {KEY: []}
    end = data.draw(st.integers(1, len(document.rstrip()) - 1))
    with pytest.raises(msgspec.DecodeError):
        read(document[:end], size)


@pytest.mark.parametrize("size", [1, 3, 10_000])
def test_rows_keep_the_servers_bytes(size: int) -> None:
    rows = [
        b'{"a" :\t1.10, "b":"\\u00e4\\/"}',
        b'{"n":12345678901234567890.123456789012345678901234567890}',
        b'{"a":1,"a":2}',
    ]
    found, _ = split(b'{"Transactions":[' + b" ,\n".join(rows) + b"]}", size)
    assert found == rows


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_lone_surrogate_costs_no_other_record(size: int) -> None:
    rows = [b'{"a":"ok"}', b'{"a":"\\ud800"}', b'{"a":"\\ud83d\\ude00"}']
    found, _ = split(b'{"Transactions":[' + b",".join(rows) + b"]}", size)
    assert found == rows
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(found[1])


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (b'{"Transactions":[{"a":NaN},{"a":1}]}', "invalid"),
        (b'{"Transactions":[{"a":Infinity}]}', "invalid"),
        (b'{"Transactions":[{"a":1},]}', "comma"),
        (b'{"Transactions":[{"a":1}{"a":2}]}', "byte"),
        (b'{"Transactions":[,{"a":1}]}', "byte"),
        (b'{"Transactions":[{"a":1},,{"a":1}]}', "byte"),
        (b'{"Transactions":[{"a":1}]} x', "around the list"),
        (b'{"Transactions":[{"a":1}],"Transactions":[{"a":2}]}', "comes twice"),
        (b'{"Transactions":[{"a":1}],"Transactions":null}', "comes twice"),
        (b'{"Transactions":[{"a":1}', "ends within its list"),
        (b'{"Transactions":[', "ends within its list"),
        ('{"Transactions":[{"a":1},{"b":2}]}'.encode("utf-16"), "JSON"),
    ],
)
@pytest.mark.parametrize("size", [1, 5, 10_000])
def test_what_is_no_json_is_refused_and_told_without_its_content(document: bytes, told: str, size: int) -> None:
    with pytest.raises(msgspec.DecodeError, match=told):
        read(document, size)


def test_text_that_is_no_utf8_stays_in_its_own_row() -> None:
    rows = [b'{"a":"ok"}', b'{"a":"\xe4"}']
    found, _ = split(b'{"Transactions":[' + b",".join(rows) + b"]}", 9)
    assert found == rows


@pytest.mark.parametrize("value", [b"null", b"7", b'"text"', b'{"a":[{"b":1},{"b":2}]}'])
def test_document_whose_key_holds_no_list_comes_as_it_stands(value: bytes) -> None:
    document = b'{"Servertime":"t","Transactions":' + value + b"}"
    assert split(document, 4) == ([], document)


@pytest.mark.parametrize(
    "document", [b"", b"{}", b"[]", b"<html>503</html>", b'{"other":[{"Transactions":[{"a":1}]}]}']
)
def test_document_without_the_list_comes_as_it_stands(document: bytes) -> None:
    assert split(document, 4) == ([], document)


def test_byte_order_mark_is_no_part_of_the_document() -> None:
    assert split(b'\xef\xbb\xbf{"Transactions":[{"a":1}]}', 2) == ([b'{"a":1}'], b'{"Transactions":[]}')
    assert split(b"\xef\xbb\xbf{}", 2) == ([], b"{}")


def test_record_longer_than_allowed_is_refused_by_the_name_of_the_field_to_raise() -> None:
    document = b'{"Transactions":[{"a":"' + b"x" * 5000 + b'"}]}'
    with pytest.raises(ErpProtocolError, match=r"more than 4000 bytes near byte 17 .*max_body_bytes"):
        split(document, 100, most_bytes=4000)
    with pytest.raises(ErpProtocolError, match="max_body_bytes"):
        split(b'{"a":"' + b"x" * 5000, 100, most_bytes=4000)


HOSTILE = {
    "boundaries in strings": b'{"a":"' + b"},{" * 3000 + b'"}',
    "nested lists of objects": b'{"a":[' + b",".join([b'{"b":[{},{}]}'] * 700) + b"]}",
    "one long string": b'{"a":"' + b'\\"\\\\' * 60_000 + b'"}',
    "the key in strings and nested": b'{"Transactions":[{"x":"\\"Transactions\\":[{"},{"Transactions":[]}]}',
    "deep": b"[" * 400 + b"]" * 400,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_document_made_to_defeat_the_cutting_costs_linear_work(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = 0

    class Counting(Tokenizer):
        def read(self, text: bytearray) -> Iterator[tuple[int, int]]:
            nonlocal looked_at
            started = self.at
            yield from super().read(text)
            looked_at += self.at - started

    def counted(body: bytes) -> list[msgspec.Raw]:
        nonlocal looked_at
        looked_at += len(body)
        return decode(body)

    decode = module._LIST
    monkeypatch.setattr(module, "Tokenizer", Counting)
    monkeypatch.setattr(module, "_LIST", counted)
    count = max(3, 1_000_000 // len(HOSTILE[name]))
    document = b'{"Transactions":[' + b",".join([HOSTILE[name]] * count) + b"]}"
    rows, _ = split(document, 16 * 1024)
    assert rows == [HOSTILE[name]] * count
    assert looked_at <= 5 * len(document)


def test_record_of_fifty_megabytes_comes_whole() -> None:
    row = b'{"a":"' + b"x},{" * 12_500_000 + b'"}'
    found, _ = split(b'{"Transactions":[{"b":1},' + row + b',{"c":2}]}', 1024 * 1024)
    assert [len(each) for each in found] == [7, len(row), 7]


def test_memory_does_not_grow_with_the_document() -> None:
    row = b'{"Transno":1,"Textreported":"' + b"x" * 900 + b'"}'
    piece = b",".join([row] * 1000)
    cutter = JsonSplitter("px", KEY, most_bytes=10**8)
    cutter.feed(b'{"Transactions":[')
    rows = 0
    tracemalloc.start()
    try:
        for _ in range(60):
            rows += len(cutter.feed(piece + b","))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    rows += len(cutter.feed(row + b"]}"))
    assert json.loads(cutter.close()) == {KEY: []}
    assert rows == 60_001
    assert peak < 8 * len(piece)
