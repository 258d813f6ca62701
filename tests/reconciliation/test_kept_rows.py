"""Normalised rows of an earlier comparison: they save work, and never change an answer."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from dataclasses import replace
from itertools import product
from pathlib import Path
from unittest.mock import patch

import duckdb
import pytest
from customers_compared import BY_KEYS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sides_on_disk import a_customer, a_side

import airflow_provider_erp.reconciliation.customers.kept as kept_rows
from airflow_provider_erp.reconciliation.customers.compare import reconcile
from airflow_provider_erp.reconciliation.customers.normalised import kind_of_rows, normalise_side
from airflow_provider_erp.reconciliation.result import Break
from airflow_provider_erp.reconciliation.rules import Accepted, Field
from airflow_provider_erp.reconciliation.spec import CUSTOMERS

TODAY = dt.date(2026, 11, 20)
Rows = list[dict[str, str | None]]

TEXTS = st.one_of(st.none(), st.sampled_from(["", "Anna Oy", "ANNA OY", "Berta", "0", "1"]))
CUSTOMER = st.fixed_dictionaries({"number": TEXTS, "name": TEXTS, "email": TEXTS, "country": TEXTS})
SYSTEM = st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), CUSTOMER)


def rows_of(system: dict[str, dict[str, str | None]]) -> Rows:
    return [a_customer(source_id, **fields) for source_id, fields in system.items()]


def breaks(source: Rows, target: Rows, kept: Path | None = None) -> tuple[list[Break], object]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sides = a_side(folder, "Ledger", source), a_side(folder, "Projects", target)
        result = reconcile(BY_KEYS, *sides, folder, kept=kept)
        return list(result.read_breaks()), (result.source, result.target, result.matched_by, result.agreement)


@pytest.mark.parametrize("most_changed", [0.0, 0.4, 100.0])
@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(st.tuples(SYSTEM, SYSTEM), min_size=2, max_size=5))
def test_day_after_day_the_answer_is_that_of_a_comparison_without_kept_rows(
    most_changed: float, days: list[tuple[dict[str, dict[str, str | None]], dict[str, dict[str, str | None]]]]
) -> None:
    with tempfile.TemporaryDirectory() as name, patch.object(kept_rows, "MOST_CHANGED", most_changed):
        for source, target in days:
            rows = rows_of(source), rows_of(target)
            assert breaks(*rows, kept=Path(name)) == breaks(*rows)


def test_what_did_not_change_is_taken_from_the_kept_rows_and_the_rest_is_read_anew(tmp_path: Path) -> None:
    unchanged, changed, gone, new = (
        a_customer(source_id, name="Anna", city="Turku") for source_id in ("unchanged", "changed", "gone", "new")
    )
    first = normalise_side(
        CUSTOMERS, a_side(tmp_path, "Monday", [unchanged, changed, gone]), tmp_path / "first.parquet"
    )
    kept = tmp_path / "kept.parquet"
    duckdb.execute(f"COPY (SELECT * REPLACE ('kept' AS compared_name) FROM '{first.file}') TO '{kept}'")
    today = a_side(tmp_path, "Tuesday", [unchanged, changed | {"city": "Åbo"}, new])
    second = normalise_side(CUSTOMERS, today, tmp_path / "second.parquet", kept)
    told = duckdb.execute(f"SELECT record_id, compared_name FROM '{second.file}' ORDER BY ALL").fetchall()
    assert told == [("changed", "anna"), ("new", "anna"), ("unchanged", "kept")]


def test_where_few_changed_the_kept_file_stays_and_only_these_are_written(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    monday = [a_customer(str(place), number=str(place), name="Anna") for place in range(100)]
    breaks(monday, monday, kept=folder)
    written = (folder / "source.parquet").read_bytes()
    for day in range(1, 6):  # each day another customer has moved, one has left and one has come
        rows = [row for place, row in enumerate(monday) if place not in (day, 90 + day)]
        rows.append(monday[day] | {"city": "Åbo"})
        rows.append(a_customer("new", number="new", name=f"Berta {day}"))
        assert breaks(rows, monday, kept=folder) == breaks(rows, monday)
        assert (folder / "source.parquet").read_bytes() == written
        changed = duckdb.execute(f"SELECT record_id FROM '{folder / 'source_changed.parquet'}' ORDER BY 1").fetchall()
        assert changed == [(str(day),), ("new",)]


def test_rows_beside_a_file_that_they_do_not_belong_to_double_nobody(tmp_path: Path) -> None:
    folder, other = tmp_path / "kept", tmp_path / "other"
    rows = [a_customer(str(place), number=str(place), name="Anna") for place in range(20)]
    for each in (folder, other):
        each.mkdir()
        breaks(rows, rows, kept=each)
    shutil.copy(other / "source.parquet", folder / "source_changed.parquet")
    assert breaks(rows, rows, kept=folder) == breaks(rows, rows)


def test_digest_is_the_same_exactly_where_all_compared_texts_are(tmp_path: Path) -> None:
    texts = [None, "", "a", "b", "ab", "a b", "\x00", "0", "å"]
    spec = replace(CUSTOMERS, fields=("city", "name", "street"))
    written = enumerate(product(texts, repeat=3))
    rows = [a_customer(str(place), city=city, name=name, street=street) for place, (city, name, street) in written]
    file = normalise_side(spec, a_side(tmp_path, "All", rows), tmp_path / "rows.parquet").file
    compared = duckdb.execute(f"SELECT compared_city, compared_name, compared_street, digest FROM '{file}'").fetchall()
    assert len({row[:-1] for row in compared}) == len({row[-1] for row in compared}) == len(set(compared)) > 500


def test_rows_are_of_one_kind_where_they_would_be_normalised_alike() -> None:
    accepted = Accepted(break_id="x", digest="y", reason="agreed", by="Anna", until=TODAY)
    same = (
        CUSTOMERS.named("other", "Other"),
        replace(CUSTOMERS, apply_at=0.9),
        replace(CUSTOMERS, accepted=(accepted,)),
    )
    assert {kind_of_rows(each) for each in same} == {kind_of_rows(CUSTOMERS)}
    other = (
        CUSTOMERS.without("street"),
        replace(CUSTOMERS, keys=("email",)),
        replace(CUSTOMERS, check_identifiers=False),
        replace(CUSTOMERS, fields=(Field(name="name", normaliser="name_core"),)),
    )
    assert len({kind_of_rows(each) for each in (CUSTOMERS, *other)}) == 5
