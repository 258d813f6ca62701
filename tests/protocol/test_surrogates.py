"""A lone surrogate rejects its own record; its neighbours, and its own bytes, stay."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.protocol.rows import Rows
from airflow_provider_erp.protocol.surrogates import tolerant

_SPLIT = msgspec.json.Decoder(list[msgspec.Raw]).decode


@tolerant
def split(body: bytes) -> Rows:
    raw = _SPLIT(body)
    return Rows(raw=raw)


any_text = st.text(st.characters(), max_size=12) | st.text('\ud800\udc00\udfff\\u"\ue000a', max_size=12)


@given(st.lists(st.dictionaries(any_text, any_text, max_size=3), max_size=8), st.booleans())
def test_any_page_that_the_standard_parser_accepts_is_split_into_the_same_records(
    records: list[dict[str, str]], upper: bool
) -> None:
    body = json.dumps(records).encode()
    body = body.replace(b"\\ud", b"\\uD") if upper else body
    rows = split(body).raw
    assert [json.loads(bytes(row)) for row in rows] == json.loads(body)
    assert b"[" + b", ".join(bytes(row) for row in rows) + b"]" == body


def test_row_with_a_lone_surrogate_keeps_its_bytes_and_cannot_be_read() -> None:
    good, bad = split(b'[{"a": "\\ue000"}, {"a": "x\\uD800y"}]').raw
    assert msgspec.json.decode(good) == {"a": "\ue000"}
    assert bytes(bad) == b'{"a": "x\\uD800y"}'
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(bad)


@pytest.mark.parametrize("body", [b"[NaN]", b"[1", b"<html>", b"", b'["\\ud800"', b'["\\ud800", NaN]'])
def test_text_that_is_no_json_stays_refused(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        split(body)


def test_json_of_another_shape_stays_refused_as_such() -> None:
    with pytest.raises(msgspec.ValidationError):
        split(b'{"a": 1}')
