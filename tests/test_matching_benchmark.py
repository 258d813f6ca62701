"""The benchmark of matching measures what it says, and the provider reaches its goals on the Nordic set."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import matching
from benchmarks.jobs import Way
from benchmarks.labelled import FEBRL4, NORDIC, SETS, Labelled
from benchmarks.matching_report import Found, goals, page
from benchmarks.matching_ways import __main__ as one_way
from benchmarks.matching_ways import clean, provider
from benchmarks.matching_ways.one_source import best_of_each_target

SPLINK = Found(applied=100, right=96, true=100, cpu=2.0, start_up=0.2, memory_mb=190.0)
OWN = Found(applied=99, right=99, true=100, cpu=1.0, start_up=0.1, memory_mb=80.0)
SCORED = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.floats(0, 1)))


def _told(own: Found, peer: Found) -> dict[tuple[str, str], bool]:
    results = {name: {"this provider": own, "splink": peer} for name in ("nordic", "febrl4")}
    return {(title, goal): yes for title, goal, _, yes in goals(results)}


def _small(folder: Path) -> Labelled:
    """The first hundred entities of the Nordic set, in files of their own."""

    def early(row_id: str) -> bool:
        return int(row_id.strip("abd")) < 100

    for side in ("source", "target"):
        rows = [json.dumps(row) for row in NORDIC.rows(side) if early(str(row["id"]))]
        (folder / f"nordic-{side}.jsonl").write_text("\n".join(rows))
    pairs = [f"{one},{other}" for one, other in sorted(NORDIC.true_pairs()) if early(one)]
    (folder / "nordic-pairs.csv").write_text("\n".join(["source_id,target_id", *pairs]))
    return replace(NORDIC, folder=folder)


def test_precision_recall_and_f1_count_applied_pairs() -> None:
    found = replace(OWN, applied=80, right=60, true=100)
    assert found.precision == pytest.approx(0.75)
    assert found.recall == pytest.approx(0.6)
    assert found.f1 == pytest.approx(2 * 0.75 * 0.6 / (0.75 + 0.6))


def test_nothing_applied_is_nothing_wrong_and_nothing_found() -> None:
    found = replace(OWN, applied=0, right=0)
    assert (found.precision, found.recall, found.f1) == (1.0, 0.0, 0.0)


def test_every_goal_is_reached_by_a_way_that_is_right_and_cheap() -> None:
    told = _told(OWN, SPLINK)
    assert len(told) == 7
    assert all(told.values())


@pytest.mark.parametrize(
    ("own", "missed"),
    [
        (replace(OWN, cpu=1.1), ("Nordic customers", "at most half of splink's CPU")),
        (replace(OWN, applied=100), ("Nordic customers", "precision at least 0.995")),
        (replace(OWN, applied=90, right=90), ("Nordic customers", "F1 above splink's")),
        (replace(OWN, applied=90, right=90), ("FEBRL4 persons", "F1 at most 0.005 under splink's")),
    ],
)
def test_a_goal_that_is_missed_is_said(own: Found, missed: tuple[str, str]) -> None:
    assert _told(own, SPLINK)[missed] is False


def test_page_shows_what_was_wrong_and_missed_of_each_way() -> None:
    text = page({"nordic": {"this provider": OWN, "splink": SPLINK}})
    assert "splink==5.0.0" in text
    assert "| splink | 0.9600 | 0.9600 | 0.9600 | 100 | 4 | 4 | 2.00 | 0.20 | 190 |" in text


def test_page_marks_a_goal_that_is_missed() -> None:
    assert "| **no** |" in page({"nordic": {"this provider": replace(OWN, cpu=9.0), "splink": SPLINK}})


@given(SCORED)
def test_a_target_row_keeps_only_its_best_source_whatever_the_order(scored: list[tuple[str, str, float]]) -> None:
    best = best_of_each_target(scored)
    assert best == best_of_each_target(reversed(scored))
    assert sorted(target for _, target in best) == sorted({target for _, target, _ in scored})
    for source, target in best:
        own = max(score for one, other, score in scored if (one, other) == (source, target))
        assert own == max(score for _, other, score in scored if other == target)


@pytest.mark.parametrize(
    ("source", "target", "column"),
    [
        ("Oy Ab Virtanen Sähkö", "VIRTANEN SAHKO OSAKEYHTIÖ", "name"),
        ("1234567-8", "FI12345678", "org_number"),
        ("556012-5790", "SE556012579001", "org_number"),
        ("+47 35 9709457", "035-9709457", "phone"),
        ("Wagnergatan 11", "WAGNERG. 11", "street"),
    ],
)
def test_peers_get_clean_columns(source: str, target: str, column: str) -> None:
    empty = dict.fromkeys(["id", *NORDIC.fields])
    one, other = clean.customers([{**empty, column: source}, {**empty, column: target}])
    assert one[column] == other[column]


def test_a_public_mail_host_is_no_domain_for_the_peers() -> None:
    assert clean.domain("x1@gmail.com") is None
    assert clean.domain(None) is None
    assert clean.domain("info@example.se") == "example.se"


def test_peers_read_a_side_with_clean_columns(tmp_path: Path) -> None:
    small = _small(tmp_path)
    assert len(clean.cleaned(small, "source")) == len(small.rows("source"))
    assert clean.persons([{"id": "1", "surname": "neumann"}]) == [{"id": "1", "surname": "neumann"}]


def test_each_run_is_a_process_that_tells_its_pairs_and_its_cost() -> None:
    found = matching.measured(NORDIC, runs=1, ways=[matching.PROVIDER])["this provider"]
    assert found.true == 4004
    assert found.cpu > found.start_up > 0
    assert found.f1 >= 0.97
    assert found.precision >= 0.995


def test_a_way_that_fails_is_named() -> None:
    with pytest.raises(RuntimeError, match="no such way on nordic"):
        matching.measured(NORDIC, runs=1, ways=[Way("no such way", "absent")])


def test_provider_matches_a_small_set(tmp_path: Path) -> None:
    small = _small(tmp_path)
    true = small.true_pairs()
    right = provider.matched(small) & true
    assert len(right) >= 0.9 * len(true)


def test_a_way_prints_its_pairs_and_its_cost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(SETS, "nordic", _small(tmp_path))
    monkeypatch.setattr(sys, "argv", ["matching_ways", "provider", "nordic"])
    one_way.main()
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["cpu"] >= told["start_up"]
    assert told["memory_mb"] > 0
    assert all(source.startswith("a") and target.startswith("b") for source, target in told["pairs"])


@pytest.mark.parametrize(("options", "runs"), [([], 3), (["--quick"], 1)])
def test_results_are_written_unless_it_is_only_a_quick_look(
    options: list[str], runs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "febrl4-pairs.csv").touch()
    results = tmp_path / "MATCHING.md"
    asked: list[int] = []

    def costs(labelled: Labelled, runs: int) -> dict[str, Found]:
        asked.append(runs)
        return {"this provider": OWN, "splink": SPLINK}

    monkeypatch.setattr(matching, "BUNDLED", tmp_path)
    monkeypatch.setattr(matching, "RESULTS", results)
    monkeypatch.setattr(matching, "measured", costs)
    monkeypatch.setattr(sys, "argv", ["matching", *options])
    matching.main()
    assert asked == [runs, runs]
    assert "## FEBRL4 persons" in capsys.readouterr().out
    assert results.exists() is not bool(options)


def test_every_field_of_the_sets_has_a_known_kind() -> None:
    kinds = {"name", "text", "exact", "phone", "email", "identifier", "date"}
    assert kinds.issuperset(NORDIC.fields.values())
    assert kinds.issuperset(FEBRL4.fields.values())
