"""A plan's files: read back they are the plan, changed they are refused."""

from __future__ import annotations

import json
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from plans import a_change, a_plan

from airflow_provider_erp.corrections.files import read_plan, write_plan
from airflow_provider_erp.exceptions import ErpInconsistentRead

CREATED = a_change("s9", action="create", number="9", old=None, new="Ääni; \"x\"\n'y'")
PLAN = a_plan(a_change(version="v", break_id="b", number="007"), CREATED, origin="it's")


def test_both_files_hold_the_plan(tmp_path: Path) -> None:
    parquet, json_file = write_plan(PLAN, tmp_path / "plan")
    assert (parquet.name, json_file.name) == ("plan.parquet", "plan.json")
    assert read_plan(parquet) == read_plan(json_file) == PLAN


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.text(), number=st.none() | st.text())
def test_any_value_stands_in_both_files_as_it_was_written(tmp_path: Path, value: str, number: str | None) -> None:
    plan = a_plan(a_change(new=value, number=number))
    assert [read_plan(file) for file in write_plan(plan, tmp_path)] == [plan, plan]


def test_plan_of_no_changes_is_a_plan(tmp_path: Path) -> None:
    for file in write_plan(a_plan(), tmp_path):
        assert read_plan(file) == a_plan()


def test_same_plan_gives_the_same_bytes(tmp_path: Path) -> None:
    one, other = (write_plan(PLAN, tmp_path / name) for name in ("one", "other"))
    assert [file.read_bytes() for file in one] == [file.read_bytes() for file in other]


def test_schema_describes_the_json_file(tmp_path: Path) -> None:
    schema = json.loads(files("airflow_provider_erp.corrections").joinpath("plan.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    _, json_file = write_plan(PLAN, tmp_path)
    Draft202012Validator(schema).validate(json.loads(json_file.read_text("utf-8")))


@pytest.mark.parametrize("member", ["spec", "origin", "as_of", "company", "conn_type", "digest"])
def test_json_with_another_heading_is_refused(tmp_path: Path, member: str) -> None:
    _, file = write_plan(PLAN, tmp_path)
    content = json.loads(file.read_text("utf-8"))
    content[member] = "2026-11-17T04:00:00Z"
    file.write_text(json.dumps(content), "utf-8")
    with pytest.raises(ErpInconsistentRead, match=r"plan\.json: it names digest .* was changed after it was written"):
        read_plan(file)


@pytest.mark.parametrize("column", ["subject", "record_id", "number", "from", "to", "rule", "version", "break_id"])
def test_json_with_a_changed_row_is_refused(tmp_path: Path, column: str) -> None:
    _, file = write_plan(PLAN, tmp_path)
    content = json.loads(file.read_text("utf-8"))
    content["changes"][0][column] = "other"
    file.write_text(json.dumps(content), "utf-8")
    with pytest.raises(ErpInconsistentRead, match="was changed after it was written"):
        read_plan(file)


def test_json_without_a_row_is_refused(tmp_path: Path) -> None:
    _, file = write_plan(PLAN, tmp_path)
    content = json.loads(file.read_text("utf-8"))
    del content["changes"][0]
    file.write_text(json.dumps(content), "utf-8")
    with pytest.raises(ErpInconsistentRead, match="was changed after it was written"):
        read_plan(file)


@pytest.mark.parametrize(
    "broken",
    [
        "not JSON",
        "[]",
        "{}",
        json.dumps(dict.fromkeys(("format", "digest", "spec", "origin", "as_of", "side", "changes"))),
        json.dumps(dict.fromkeys(("format", "digest", "spec", "origin", "as_of", "side"), "1") | {"changes": [{}]}),
        json.dumps(dict.fromkeys(("format", "digest", "spec", "origin", "as_of", "side"), 1) | {"changes": []}),
        json.dumps(dict.fromkeys(("format", "digest", "spec", "origin", "as_of", "side"), "2") | {"changes": []}),
        json.dumps(dict.fromkeys(("format", "digest", "spec", "origin", "as_of", "side"), "1") | {"changes": [7]}),
    ],
)
def test_json_that_is_no_plan_is_refused(tmp_path: Path, broken: str) -> None:
    file = tmp_path / "plan.json"
    file.write_text(broken, "utf-8")
    with pytest.raises(ErpInconsistentRead, match=r"plan\.json: expected .* plan"):
        read_plan(file)


def rewritten(parquet: Path, query: str, **metadata: Any) -> None:
    """The same file with other rows or another heading, as any program might write it."""
    with duckdb.connect() as engine:
        kept = engine.execute(f"SELECT decode(key), decode(value) FROM parquet_kv_metadata('{parquet}')").fetchall()
        engine.execute(f"CREATE TABLE rows AS {query}", [str(parquet)])
        words = ", ".join(f"{name}: $${value}$$" for name, value in (dict(kept) | metadata).items())
        engine.execute(f"COPY rows TO '{parquet}' (FORMAT parquet, KV_METADATA {{{words}}})")


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * REPLACE (upper("to") AS "to") FROM read_parquet(?)',
        "SELECT * FROM read_parquet(?) LIMIT 1",
        "SELECT * FROM read_parquet(?) WHERE false",
    ],
)
def test_parquet_with_other_rows_is_refused(tmp_path: Path, query: str) -> None:
    file, _ = write_plan(PLAN, tmp_path)
    rewritten(file, query)
    with pytest.raises(ErpInconsistentRead, match=r"plan\.parquet: it names digest .* was changed"):
        read_plan(file)


def test_parquet_with_another_heading_is_refused(tmp_path: Path) -> None:
    file, _ = write_plan(PLAN, tmp_path)
    rewritten(file, "SELECT * FROM read_parquet(?)", side="source")
    with pytest.raises(ErpInconsistentRead, match="was changed"):
        read_plan(file)


def test_parquet_that_is_no_plan_is_refused(tmp_path: Path) -> None:
    file, _ = write_plan(PLAN, tmp_path)
    rewritten(file, 'SELECT "to" FROM read_parquet(?)')
    with pytest.raises(ErpInconsistentRead, match=r"plan\.parquet: expected a plan in Parquet"):
        read_plan(file)
    file.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(ErpInconsistentRead, match=r"plan\.parquet: expected a plan in Parquet"):
        read_plan(file)
    duckdb.values([1]).write_parquet(str(file))
    with pytest.raises(ErpInconsistentRead, match=r"plan\.parquet: expected a plan"):
        read_plan(file)


@pytest.mark.parametrize("name", ["plan.json", "plan.parquet"])
def test_file_that_is_not_there_is_said_to_be_absent(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        read_plan(tmp_path / name)


@pytest.mark.parametrize("name", ["plan.json", "plan.parquet"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_file_is_refused_or_still_says_the_same(tmp_path: Path, name: str, data: st.DataObject) -> None:
    write_plan(PLAN, tmp_path)
    content = bytearray((tmp_path / name).read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] = data.draw(st.integers(0, 255))
    (tmp_path / name).write_bytes(content[: data.draw(st.integers(1, len(content)) | st.just(len(content)))])
    with suppress(ErpInconsistentRead):
        assert read_plan(tmp_path / name) == PLAN
