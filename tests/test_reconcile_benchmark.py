"""The benchmark of comparing, in small: the planted faults are there, and every way finds them."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import duckdb
import pytest
from stdnum.dk import cvr
from stdnum.fi import ytunnus
from stdnum.no import orgnr as no_orgnr
from stdnum.se import orgnr as se_orgnr

from airflow_provider_erp.reconciliation.spec import CUSTOMERS
from benchmarks import reconcile
from benchmarks.peers import ROOT
from benchmarks.reconciling import bare
from benchmarks.reconciling.bare import FIELDS
from benchmarks.reconciling.customers import CHANGED_FIELDS, COLUMNS, SIDES, write_customers
from benchmarks.reconciling.normalised import kept
from benchmarks.reconciling.planted import found_by_number, planted
from benchmarks.reconciling.provider_way import checked
from benchmarks.reconciling.results import goals, section
from benchmarks.reconciling.ways import (
    BARE,
    BOUNDED,
    BY_KEYS,
    BY_NUMBER,
    NEXT_DAY,
    NORMALISING,
    PROVIDER,
    RECORDS,
    WAYS,
    Comparing,
    Cost,
    measured,
)
from benchmarks.report import with_section

ROWS = 2_000
HERE = (BOUNDED, BARE, BY_NUMBER, PROVIDER, BY_KEYS, RECORDS, NORMALISING)
"""The ways that need no environment of their own."""
DATACOMPY = tuple(way for way in WAYS if way.environment)
COSTS = {
    BOUNDED.title: Cost(10, 5, 500),
    BARE.title: Cost(8, 5, 900),
    PROVIDER.title: Cost(15, 8, 600),
    BY_KEYS.title: Cost(12, 8, 600),
    RECORDS.title: Cost(20, 21, 600),
    NEXT_DAY.title: Cost(8, 3, 600),
    NORMALISING.title: Cost(2.5, 3, 200),
}


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept(ROWS, tmp_path_factory.mktemp("bench"))


def tally(sides: Path, question: str) -> int:
    question = question.format(**{side: f"'{sides}/{side}.parquet'" for side in SIDES})
    [(number,)] = duckdb.execute(question).fetchall()
    return int(number)


@pytest.mark.parametrize("side", SIDES)
def test_each_side_holds_as_many_canonical_rows_as_were_asked_for(sides: Path, side: str) -> None:
    records = duckdb.read_parquet(str(sides / f"{side}.parquet"))
    assert records.columns == list(COLUMNS)
    assert {str(kind) for kind in records.types} == {"VARCHAR"}
    assert tally(sides, f"SELECT COUNT(DISTINCT source_id) FROM {{{side}}}") == ROWS


def test_the_same_number_of_rows_gives_the_same_customers(sides: Path, tmp_path: Path) -> None:
    write_customers(tmp_path, ROWS)
    for side in SIDES:
        once, again = (duckdb.read_parquet(str(folder / f"{side}.parquet")).fetchall() for folder in (sides, tmp_path))
        assert once == again


def test_a_number_of_rows_that_has_no_hundredths_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="multiple of 400, got 600"):
        write_customers(tmp_path, 600)


def test_organisation_numbers_have_right_check_digits_except_for_the_planted_ones(sides: Path) -> None:
    checks = {"FI": ytunnus, "SE": se_orgnr, "NO": no_orgnr, "DK": cvr}
    written = duckdb.execute(
        f"SELECT country, org_number FROM '{sides}/target.parquet' WHERE org_number <> ''"
    ).fetchall()
    wrong = sum(not checks[country].is_valid(number) for country, number in written)
    assert {country for country, _ in written} == set(checks)
    assert wrong == planted(ROWS)["invalid_identifier"] // 2


def test_planted_faults_are_where_they_are_said_to_be(sides: Path) -> None:
    faults = planted(ROWS)
    assert tally(sides, "SELECT COUNT(*) - COUNT(DISTINCT number) FROM {source}") == faults["duplicate_in_source"]
    assert tally(sides, "SELECT COUNT(*) - COUNT(DISTINCT number) FROM {target}") == faults["duplicate_in_target"]
    renumbered = "SELECT COUNT(*) FROM {source} s JOIN {target} t ON t.number = 'X' || s.number"
    assert tally(sides, renumbered) == faults["key_changed"] + 2 * faults["ambiguous"]
    older = "SELECT COUNT(*) FROM {source} s JOIN {target} t USING (number) WHERE t.modified_at < '2026'"
    assert tally(sides, older) == faults["stale"]


def test_a_hundredth_of_the_customers_is_new_on_the_next_day(sides: Path) -> None:
    for side in SIDES:
        next_day, day = (f"'{sides}/{side}{part}.parquet'" for part in ("_next", ""))
        assert tally(sides, f"SELECT COUNT(*) FROM {next_day}") == ROWS
        assert tally(sides, f"SELECT COUNT(*) FROM (FROM {next_day} EXCEPT FROM {day})") == ROWS // 100


def test_a_side_is_made_once_for_each_state_of_the_code(sides: Path) -> None:
    before = (sides / "source.parquet").stat()
    assert kept(ROWS, sides.parent.parent) == sides
    assert (sides / "source.parquet").stat() == before


def test_sides_of_an_older_state_of_the_code_are_removed(tmp_path: Path) -> None:
    older = tmp_path / "customers/400-older"
    older.mkdir(parents=True)
    assert kept(400, tmp_path).is_dir()
    assert not older.exists()


def test_the_compared_fields_are_those_of_the_spec() -> None:
    assert tuple(FIELDS) == CUSTOMERS.fields


@pytest.mark.parametrize("way", HERE, ids=lambda way: way.title)
def test_every_way_finds_every_break_that_it_can(sides: Path, tmp_path: Path, way: Comparing) -> None:
    module = import_module(f"benchmarks.reconciling.{way.module}")
    options = {"customers": str(ROWS), "kept": str(tmp_path / "kept"), **way.options}
    assert module.prepare(str(sides), tmp_path, ROWS, options)() == way.finds(ROWS)


def test_a_kind_of_break_that_is_not_found_fails() -> None:
    expected = planted(ROWS)
    with pytest.raises(RuntimeError, match=r"stale 0 \(expected 20\)"):
        checked({**expected, "stale": 0}, expected)


def test_the_bare_sql_tells_what_the_systems_wrote(sides: Path, tmp_path: Path) -> None:
    bare.prepare(str(sides), tmp_path, ROWS, {})()
    found = f"FROM '{tmp_path}/breaks.parquet'"
    fields = duckdb.execute(f"SELECT field, COUNT(*) {found} WHERE kind = 'differs' GROUP BY field").fetchall()
    faults = dict.fromkeys(CHANGED_FIELDS, ROWS // 400) | dict.fromkeys(("invoice_email", "status"), ROWS // 100)
    assert dict(fields) == faults
    statuses = duckdb.execute(f"SELECT DISTINCT source_value, target_value {found} WHERE field = 'status'").fetchall()
    assert statuses == [("active", "blocked")]


@pytest.mark.skipif(
    not (ROOT / "datacompy/.ready").exists(), reason="python -m benchmarks.reconcile installs datacompy"
)
def test_datacompy_finds_what_the_number_alone_finds(sides: Path) -> None:
    assert measured(sides, ROWS, 1, DATACOMPY).keys() == {way.title for way in DATACOMPY}


def test_a_way_is_measured_in_a_process_of_its_own(sides: Path) -> None:
    [cost] = measured(sides, ROWS, 1, (BARE,)).values()
    assert cost.cpu > 0
    assert cost.peak_mb > 20


def test_the_next_day_finds_its_breaks_from_the_rows_that_the_day_before_kept(sides: Path) -> None:
    assert measured(sides, ROWS, 1, (RECORDS, NEXT_DAY)).keys() == {RECORDS.title, NEXT_DAY.title}


def test_a_way_that_finds_too_few_breaks_fails(sides: Path) -> None:
    wrong = Comparing("half blind", BY_NUMBER.module, finds=lambda rows: found_by_number(rows) + 1)
    with pytest.raises(RuntimeError, match=r"half blind: expected 221 breaks"):
        measured(sides, ROWS, 1, (wrong,))


def test_goals_are_held_against_the_bare_sql_of_the_same_run() -> None:
    assert [(found, reached) for _, _, found, reached in goals(COSTS, 100_000)] == [
        ("1.50 x", True),
        ("1.50 x", True),
        ("600 MB", True),
        ("0.40 x", False),
        ("25.0 s", True),
    ]


def test_what_similarity_costs_is_told_beside_the_goals() -> None:
    assert "with it, all of it takes 1.88 x the CPU of bare SQL with all memory." in section(COSTS, ROWS, 1)


def test_a_section_replaces_only_the_older_one() -> None:
    page = "# Results\n\nfirst\n\n# Reconciling 1 x 1 customers\n\nold\n\n# Matching\n\nlast\n"
    replaced = with_section(page, section(COSTS, ROWS, 1))
    assert replaced.startswith("# Results\n\nfirst\n\n# Matching\n\nlast\n\n# Reconciling 2,000 x 2,000 customers\n")
    assert "old" not in replaced
    assert with_section(replaced, section(COSTS, ROWS, 1)) == replaced


@pytest.mark.parametrize(("rows", "written"), [(reconcile.ROWS, True), (ROWS, False)])
def test_only_a_full_run_is_written_down(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    rows: int,
    written: bool,
) -> None:
    page = tmp_path / "RESULTS.md"
    page.write_text("# Results\n")
    monkeypatch.setattr(sys, "argv", ["reconcile", "--rows", str(rows), "--runs", "1"])
    monkeypatch.setattr(reconcile, "RESULTS", page)
    monkeypatch.setattr(reconcile, "kept", lambda rows: tmp_path)
    monkeypatch.setattr(reconcile, "measured", lambda folder, rows, runs: COSTS)
    reconcile.main()
    line = "| this provider, all of it | 15.00 | 1.50 | 8.00 | 600 |"
    assert line in capsys.readouterr().out
    assert (line in page.read_text()) is written
