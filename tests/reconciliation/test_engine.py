"""The engine stays in its folder, and its one text stays in the subset that every engine understands."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from sides_on_disk import a_customer, a_side

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.reconciliation.compare import reconcile
from airflow_provider_erp.matching.groups import group
from airflow_provider_erp.reconciliation.spec import CUSTOMERS
from airflow_provider_erp.reconciliation.sql import render

EXCLUDED = (
    "TRIM", "LOWER", "UPPER", "CAST", "TRY_CAST", "LIKE", "ILIKE", "ROUND", "GROUP BY ALL", "QUALIFY", "DISTINCT FROM",
    "ANTI", "SEMI", "STRING_AGG", "LIST", "CONCAT", "REGEXP", "USING", "NATURAL", "LATERAL",
)  # fmt: skip


@pytest.fixture
def text() -> str:
    return render(CUSTOMERS, source="one_side", target="other_side")


@pytest.mark.parametrize("construct", EXCLUDED)
def test_text_avoids_what_engines_do_differently(text: str, construct: str) -> None:
    assert not re.search(rf"\b{construct}\b", text, re.IGNORECASE)


def test_text_has_no_arithmetic_no_comment_and_no_second_statement(text: str) -> None:
    without_count = text.replace("COUNT(*)", "")
    assert not re.search(r"[/%|;*\\\"`\[\]{}]|::|--", without_count)


def test_text_quotes_nothing_but_kinds_fields_and_keys(text: str) -> None:
    kinds = {"pair", "missing_in_source", "missing_in_target", "duplicate_in_source", "duplicate_in_target"}
    assert set(re.findall(r"'([^']*)'", text)) == kinds | {"field_differs", *CUSTOMERS.keys, *CUSTOMERS.fields}


def test_text_reads_only_the_sources_that_it_is_given(text: str) -> None:
    named = set(re.findall(r"(?:FROM|JOIN) (\w+)", text))
    made = set(re.findall(r"^(\w+) AS \(", text, re.MULTILINE)) | {"step_1_source_values"}
    assert named - made == {"one_side", "other_side"}


def test_extensions_stay_off_and_nothing_can_turn_them_on(tmp_path: Path) -> None:
    with open_engine(tmp_path, memory_mb=512, threads=2) as engine:
        settings = engine.execute(
            "SELECT name, value FROM duckdb_settings() WHERE name IN "
            "('autoinstall_known_extensions', 'autoload_known_extensions', 'allow_community_extensions')"
        ).fetchall()
        assert dict(settings) == dict.fromkeys(
            ("autoinstall_known_extensions", "autoload_known_extensions", "allow_community_extensions"), "false"
        )
        loaded = "SELECT DISTINCT install_mode FROM duckdb_extensions() WHERE loaded OR installed"
        assert engine.execute(loaded).fetchall() == [("STATICALLY_LINKED",)]
        with pytest.raises(duckdb.Error, match="locked"):
            engine.execute("SET autoinstall_known_extensions = true")


def test_engine_keeps_to_its_folder_to_little_memory_and_to_bounded_space(tmp_path: Path) -> None:
    with open_engine(tmp_path, memory_mb=512, threads=2) as engine:
        settings = dict(engine.execute("SELECT name, value FROM duckdb_settings()").fetchall())
    assert settings["temp_directory"] == str(tmp_path / "duckdb")
    assert settings["max_temp_directory_size"] == "14.9 GiB"
    assert settings["threads"] == "2"
    assert settings["memory_limit"] == "488.2 MiB"


def test_nothing_is_left_in_the_work_folder(tmp_path: Path) -> None:
    sides = a_side(tmp_path, "Ledger", [a_customer("a")]), a_side(tmp_path, "Projects", [a_customer("b")])
    work = tmp_path / "work"
    work.mkdir()
    reconcile(CUSTOMERS, *sides, work)
    assert list(work.iterdir()) == []


def test_file_without_a_needed_column_is_refused_by_its_batch_and_column(tmp_path: Path) -> None:
    side = a_side(tmp_path, "Ledger", [a_customer("a")])
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 'a' AS source_id, 7 AS number) TO '{side.records}' (FORMAT parquet)")
    with pytest.raises(ValueError, match=r"'ledger/customer/2026-11-20'.*text column 'number'.*got INTEGER"):
        reconcile(CUSTOMERS, side, side, tmp_path)


def test_groups_are_connected_through_others_and_named_by_their_smallest_member() -> None:
    shared = [("vat", "d"), ("vat", "c"), ("org", "b"), ("org", "c"), ("other", "x"), ("other", "y")]
    expected = {"b": "b", "c": "b", "d": "b", "x": "x", "y": "x"}
    assert group(shared) == group(reversed(shared)) == expected


def test_hostile_text_passes_through_unchanged(tmp_path: Path) -> None:
    nasty = "'; DROP TABLE source_side; --\x00\u202e\U0001f600\n\"\\"
    source = a_side(tmp_path, "Ledger", [a_customer(nasty, number=nasty, city=nasty)])
    result = reconcile(
        CUSTOMERS, source, a_side(tmp_path, "Projects", [a_customer("t", number=nasty, city="")]), tmp_path
    )
    (found,) = result.breaks
    assert (found.source_id, found.source_value) == (nasty, nasty)
