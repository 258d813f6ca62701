"""The engine stays in its folder, and whatever stands in a customer passes through it unharmed."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

import duckdb
import pytest
from customers_compared import compare_customers
from sides_on_disk import a_customer, a_side

from airflow_provider_erp.engine import open_engine
from airflow_provider_erp.matching.groups import group
from airflow_provider_erp.reconciliation import CUSTOMERS
from airflow_provider_erp.reconciliation.customers.compare import reconcile
from airflow_provider_erp.reconciliation.engines import LONGEST_LINE

AWKWARD = {
    "statement": "'; DROP TABLE source; --\x00\u202e\U0001f600\n\"\\",
    "quotes": "O'Neill \"Bros\" `x` ''",
    "no_break_spaces": "\u00a0Salo\u202fOy\u2007",
    "turkish": "İSTANBUL \u0131I",
    "german": "STRASSE Straße ẞ",
    "backslashes": "\\\\server\\share\\",
    "braces": "{{ spec }} {% if %} ${x} %s :name ?",
    "separators": "a\x1eb\x1fc\u2028d",
    "not_a_character": "\ufffe\uffff\U0010ffff",
}


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


def test_engine_draws_no_progress_bar_at_a_prompt(tmp_path: Path) -> None:
    at_a_prompt = (
        "import sys, pathlib; from airflow_provider_erp.engine import open_engine\n"
        "shown = \"SELECT current_setting('enable_progress_bar')\"\n"
        "with open_engine(pathlib.Path(sys.argv[1]), memory_mb=64) as engine:\n"
        "    print(engine.execute(shown).fetchall(), engine.cursor().execute(shown).fetchall())\n"
    )
    told = subprocess.run([sys.executable, "-c", at_a_prompt, tmp_path], check=True, capture_output=True, text=True)
    assert told.stdout == "[(False,)] [(False,)]\n"


def test_only_the_breaks_are_left_in_the_work_folder(tmp_path: Path) -> None:
    sides = a_side(tmp_path, "Ledger", [a_customer("a")]), a_side(tmp_path, "Projects", [a_customer("b")])
    work = tmp_path / "work"
    work.mkdir()
    result = reconcile(CUSTOMERS, *sides, work)
    assert list(work.iterdir()) == [result.breaks]


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


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
def test_awkward_text_passes_through_unchanged(tmp_path: Path, text: str) -> None:
    compare = partial(compare_customers, tmp_path)
    number = f"C1 {text}"
    source, target = a_customer(text, number=number, city=text), a_customer("t", number=number, city="")
    found = compare([source], [target]).the_break
    assert (found.source_id, found.source_value, found.target_value) == (text, text, "")
    group_of_two = compare([source, a_customer("z", number=number)], [])
    assert set(group_of_two.of_kind("duplicate_in_source")[0].members) == {text, "z"}


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
def test_awkward_text_agrees_with_itself(tmp_path: Path, text: str) -> None:
    rows = [a_customer("a", number="1", **dict.fromkeys(("name", "street", "city", "email", "phone", "country"), text))]
    assert compare_customers(tmp_path, rows, rows, CUSTOMERS).breaks == ()


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
def test_awkward_text_is_judged_by_similarity_too(tmp_path: Path, text: str) -> None:
    rows = [a_customer(f"{place} {text}.", name=text, street=text, city=text, phone=text) for place in range(2)]
    compared = compare_customers(tmp_path, rows, [a_customer(f"t {text}.", name=text)], CUSTOMERS)
    assert compared.result.source.records == 2


@pytest.mark.parametrize("ids", [("a ",), ("\u00a0a",), ("a", "a "), (" ",)])
def test_ids_that_spaces_tell_apart_are_judged_by_similarity_too(tmp_path: Path, ids: tuple[str, ...]) -> None:
    rows = [a_customer(source_id, name="Salo Oy", city="Turku") for source_id in ids]
    compared = compare_customers(tmp_path, rows, [a_customer("t ", name="Salo Oy", city="Turku")], CUSTOMERS)
    assert compared.result.source.records == len(ids)


def test_field_that_is_longer_than_the_longest_usual_line_is_compared(tmp_path: Path) -> None:
    long = "x" * (LONGEST_LINE + 1)
    rows = [a_customer("s", number="1", street=long)], [a_customer("t", number="1", street=long + "y")]
    found = compare_customers(tmp_path, *rows).the_break
    assert (found.source_value, found.target_value) == (long, long + "y")
