"""The benchmark of scale, in small: every step runs, and the goals are held against what was measured."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from benchmarks import scale
from benchmarks.report import RESULTS
from benchmarks.scaling import runs, steps
from benchmarks.scaling.plot import plot
from benchmarks.scaling.results import goals, section
from benchmarks.scaling.runs import MILLION, Run, growths
from benchmarks.scaling.steps import STEPS


def day(growth: float, peak: float = 500.0) -> dict[str, list[Run]]:
    """Runs of two sizes, the second with so much more CPU a million; the next day costs a fifth of a day."""
    return {step: pair(2.0 if step == steps.DELTA else 10.0, growth, peak) for step in STEPS}


def pair(cpu: float, growth: float, peak: float = 500.0) -> list[Run]:
    """A run of a million, and one of two."""
    return [Run(MILLION, cpu, peak), Run(2 * MILLION, 2 * cpu * (1 + growth), peak)]


@pytest.mark.parametrize(("growth", "peak", "reached"), [(0.14, 999, True), (0.16, 999, False), (0.0, 2501, False)])
def test_goals_are_growth_and_memory(growth: float, peak: float, reached: bool) -> None:
    assert all(yes for *_, yes in goals(day(growth, peak))) is reached


def test_growth_of_comparing_is_held_against_a_goal_and_against_the_joins_of_bare_sql() -> None:
    for peer, own, missed in ((0.3, 0.1, 0), (0.3, 0.25, 1), (0.3, 0.35, 2)):
        measured = day(0.0) | {steps.PEER: pair(10.0, peer, 9_000.0), steps.COMPARE: pair(10.0, own)}
        assert [work for work, *_, yes in goals(measured) if not yes] == missed * [steps.COMPARE]


def test_a_size_between_that_costs_more_is_told_and_one_size_alone_has_no_growth() -> None:
    measured = {step: [*runs, Run(5 * MILLION, 5 * runs[0].cpu, 500.0)] for step, runs in day(0.16).items()}
    assert not all(yes for *_, yes in goals(measured))
    assert all(yes for *_, yes in goals({step: each[2:] for step, each in measured.items()}))


def test_every_step_is_measured_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.reconciling.normalised.kept.__defaults__", (tmp_path,))
    monkeypatch.setattr("sys.argv", ["scale", "--sizes", "2000", "4000"])
    before = RESULTS.read_bytes()
    scale.main()
    told = capsys.readouterr().out
    assert all(f"| {step} | " in told for step in STEPS)
    assert RESULTS.read_bytes() == before


def test_each_larger_size_runs_between_two_runs_of_the_smallest() -> None:
    assert steps.turns(scale.SIZES) == [each * MILLION for each in (1, 2, 1, 5, 1, 10, 1)]
    assert steps.turns([7]) == [7]


def test_a_run_is_held_against_the_smallest_size_right_before_and_after_and_of_several_the_median_counts() -> None:
    before, grown, after, other = (Run(*each, 9.0) for each in ((1, 10.0), (4, 60.0), (1, 20.0), (1, 99.0)))
    assert growths([other, before, grown, after, other]) == {4: 0.0}
    assert growths([before, grown]) == {4: 0.5}
    assert growths([before, grown, before, grown, after, grown, after]) == {4: 0.0}


def test_what_the_kernel_takes_is_no_growth_of_the_step_itself() -> None:
    found = [Run(MILLION, 10.0, 500.0, system=1.0), Run(2 * MILLION, 38.0, 500.0, system=20.0)]
    assert growths(found) == {2 * MILLION: 0.0}
    assert growths(found, runs.whole) == {2 * MILLION: pytest.approx(0.9)}
    assert runs.per_million(found, runs.kernel) == {MILLION: 1.0, 2 * MILLION: 10.0}


def test_of_several_runs_the_mean_cpu_is_told_and_the_greatest_peak(tmp_path: Path) -> None:
    kept = tmp_path / "not yet" / "scale.json"
    runs.write({steps.FETCH: [Run(2, 1e-6, 600.0), Run(1, 3e-6, 1.0), Run(2, 3e-6, 500.0)]}, kept)
    fetched = runs.read(kept)[steps.FETCH]
    assert runs.per_million(fetched) == pytest.approx({1: 3.0, 2: 1.0})
    assert runs.peaks(fetched) == {1: 1.0, 2: 600.0}
    assert runs.counts(fetched) == {1: 1, 2: 2}


def test_another_pass_of_one_step_adds_to_the_runs_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.reconciling.normalised.kept.__defaults__", (tmp_path,))
    monkeypatch.setattr(scale, "read", lambda: {step: pair(10.0, 0.1) for step in STEPS})
    monkeypatch.setattr("sys.argv", ["scale", "--sizes", "2000", "--again", steps.REPORT])
    scale.main()
    assert f"| {steps.REPORT} | 1 | 1 | 1 |" in capsys.readouterr().out


def test_plot_has_a_line_for_each_step() -> None:
    drawing = ET.fromstring(plot(day(0.1)))
    assert len(drawing.findall("{*}polyline")) == len(STEPS)
    assert {text.text for text in drawing.findall("{*}text")} >= set(STEPS)
    assert "Scale" in section(day(0.1))
