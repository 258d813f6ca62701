"""The shape of raw records, and what is told when it changes."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.landing.schema import FIRST_ROWS, THEN_EVERY, SchemaRecorder, drift


def raw(*records: Any) -> list[msgspec.Raw]:
    return [msgspec.Raw(json.dumps(record).encode()) for record in records]


def schema_of(*records: Any) -> dict[str, list[str]]:
    recorder = SchemaRecorder()
    recorder.add(raw(*records))
    return recorder.result()


def drift_of(before: list[Any], after: list[Any]) -> list[str]:
    return list(drift(schema_of(*before), schema_of(*after), rows=len(after), rows_before=len(before)))


def test_each_field_has_its_json_types() -> None:
    record = {"text": "x", "whole": 1, "part": 1.5, "truth": True, "none": None, "object": {}, "array": []}
    assert schema_of(record) == {
        "array": ["array"],
        "none": ["null"],
        "object": ["object"],
        "part": ["number"],
        "text": ["text"],
        "truth": ["truth"],
        "whole": ["number"],
    }


def test_nested_fields_are_dotted_paths_and_items_are_brackets() -> None:
    record = {"address": {"city": {"name": "Espoo"}}, "rows": [{"sum": 1}, {"sum": None}], "a.b": [["x"]]}
    assert schema_of(record) == {
        "a%2Eb": ["array"],
        "a%2Eb[]": ["array"],
        "a%2Eb[][]": ["text"],
        "address": ["object"],
        "address.city": ["object"],
        "address.city.name": ["text"],
        "rows": ["array"],
        "rows[]": ["object"],
        "rows[].sum": ["null", "number"],
    }


def test_a_field_that_some_objects_lack_says_so() -> None:
    found = schema_of({"a": 1, "in": {"b": 1}}, {"a": "x"}, {"in": {}}, {"rows": [{"c": 1}, {}]})
    assert found["a"] == ["absent", "number", "text"]
    assert found["in"] == ["absent", "object"]
    assert found["in.b"] == ["absent", "number"]
    assert found["rows[].c"] == ["absent", "number"]


def test_xml_records_are_known_by_their_elements() -> None:
    first = {"xml": '<Trans><Transno>1</Transno><Price i:nil="true"/></Trans>'}
    found = schema_of(first, {"xml": "<Trans><Transno>2</Transno></Trans>"})
    assert found == {
        "xml": ["object"],
        "xml.Price": ["absent", "text"],
        "xml.Trans": ["text"],
        "xml.Transno": ["text"],
    }


def test_a_record_that_cannot_be_decoded_is_passed_over() -> None:
    recorder = SchemaRecorder()
    recorder.add([msgspec.Raw(b'{"a": "\xff"}'), msgspec.Raw(b'{"b": 1}'), msgspec.Raw(b"[" * 5000 + b"]" * 5000)])
    assert recorder.result() == {"b": ["number"]}


def test_paths_have_an_end() -> None:
    found = schema_of({f"field {number}": {"inner": 1} for number in range(2000)})
    assert len(found) == 500


@given(st.lists(st.integers(0, 1500), min_size=1, max_size=8))
def test_the_first_thousand_rows_and_every_hundredth_after_are_looked_at_however_they_come(sizes: list[int]) -> None:
    recorder, start = SchemaRecorder(), 0
    for size in sizes:
        recorder.add([msgspec.Raw(b'{"row": {"%d": 1}}' % number) for number in range(start, start + size)])
        start += size
    looked_at = [number for number in range(start) if number < FIRST_ROWS or number % THEN_EVERY == 0]
    found = {path for path in recorder.result() if path != "row"}
    assert found == {f"row.{number}" for number in looked_at[:499]}


def test_the_rows_after_the_first_thousand_are_looked_at_by_hundreds() -> None:
    recorder = SchemaRecorder()
    rows: list[dict[str, Any]] = [{"many": number < FIRST_ROWS} for number in range(3000)]
    rows[1001], rows[2500] = {"passed over": 1}, {"seen": 1}
    recorder.add(raw(*rows))
    assert set(recorder.result()) == {"many", "seen"}


def test_what_appeared_vanished_or_changed_its_type_is_told() -> None:
    before = [{"id": 1, "old": "x", "sum": 1, "in": {"a": 1}}] * 30
    after = [{"id": 1, "new": True, "sum": "1", "in": {"b": None}}] * 30
    assert drift_of(before, after) == [
        "field in.b appeared (null)",
        "field new appeared (truth)",
        "field in.a vanished (number)",
        "field old vanished (text)",
        "field sum changed its type (number before, now text)",
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], [{"a": 1}] * 30),
        ([{"a": 1}] * 30, []),
        ([{"a": None}] * 30, [{"a": 1}] * 30),
        ([{"a": 1}] * 30, [{"a": None}] * 30),
        ([{"a": 1}, {"a": None}] * 30, [{"a": 1}] * 30),
        ([{"a": 1, "b": 1}] * 30, [{"b": 1}] * 19),
        ([{"a": 1, "b": 1}, {"b": 1}] * 30, [{"b": 1}] * 30),
        ([{"b": 1}] * 30, [{"a": 1, "b": 1}, {"b": 1}] * 30),
        ([{"b": 1}] * 19, [{"a": 1, "b": 1}] * 30),
        ([{"a": []}] * 30, [{"a": [1]}] * 30),
        ([{"a": [1]}] * 30, [{"a": []}] * 30),
        ([{"a": []}] * 30, [{"a": [{"b": 1}]}] * 30),
        ([{"a": None}] * 30, [{"a": {"b": 1}}] * 30),
        ([{"a": {"b": 1}}] * 30, [{"a": None}] * 30),
        ([{"a": None}] * 29 + [{"a": {"b": 1}}], [{"a": {"b": 1, "c": 1}}] * 30),
    ],
    ids=[
        "nothing before",
        "nothing after",
        "null before",
        "null after",
        "null beside a type",
        "few rows lack it",
        "some rows lacked it before",
        "some rows have it now",
        "few rows before",
        "items where there were none",
        "no items where there were",
        "objects in a list that was empty",
        "an object that was null",
        "an object that is null",
        "an object that one row had",
    ],
)
def test_what_chance_may_explain_is_not_told(before: list[Any], after: list[Any]) -> None:
    assert drift_of(before, after) == []


def test_a_field_that_only_some_rows_have_appears_after_many_without_it() -> None:
    before, after = [{"b": 1}] * FIRST_ROWS, [{"a": 1, "b": 1}, {"b": 1}] * 30
    assert drift_of(before, after) == ["field a appeared (number)"]


def test_a_field_that_only_some_rows_had_vanishes_after_many_without_it() -> None:
    before, after = [{"a": 1, "b": 1}, {"b": 1}] * 30, [{"b": 1}] * FIRST_ROWS
    assert drift_of(before, after) == ["field a vanished (number)"]


def test_rare_fields_come_and_go() -> None:
    without: list[Any] = [{}] * FIRST_ROWS
    rare = [{"a": 1}, *without]
    assert schema_of(*rare)["a"] == ["absent", "number", "rare"]
    rows = {"rows": len(rare), "rows_before": len(rare)}
    assert list(drift(schema_of({"b": 1}, *rare), schema_of({"b": 1}, *without), **rows)) == []
    assert list(drift(schema_of({"b": 1}, *without), schema_of({"b": 1}, *rare), **rows)) == []


def test_a_field_of_the_items_of_a_list_appears_after_many_rows_without_it() -> None:
    before, after = [{"rows": [{"a": 1}]}], [{"rows": [{"a": 1, "b": 1}]}]
    assert drift_of(before * 30, after * 30) == []
    assert drift_of(before * FIRST_ROWS, after * 30) == ["field rows[].b appeared (number)"]


def test_a_field_that_each_of_a_few_rows_has_appears_after_enough_without_it() -> None:
    assert drift_of([{"b": 1}] * 20, [{"a": 1, "b": 1}]) == ["field a appeared (number)"]


def test_records_with_more_fields_than_are_kept_are_only_asked_for_types() -> None:
    before = [{f"old {number:03}": 1 for number in range(600)} | {"a": 1}] * 30
    after = [{"a": 1} | {f"new {number:03}": 1 for number in range(600)}] * 30
    assert drift_of(before, after) == []


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab."), inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


@given(st.lists(RECORDS, min_size=1, max_size=40))
def test_the_same_records_are_no_drift_whatever_they_hold(records: list[Any]) -> None:
    assert drift_of(records, records) == []
    assert drift_of(records, records[::-1]) == []


@given(st.lists(RECORDS, min_size=2, max_size=40))
def test_a_schema_says_the_same_in_whatever_pages_the_records_come(records: list[Any]) -> None:
    one, other = SchemaRecorder(), SchemaRecorder()
    one.add(raw(*records))
    for record in records:
        other.add(raw(record))
    assert one.result() == other.result()
