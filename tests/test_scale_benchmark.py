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
from benchmarks.scaling.steps import STEPS, Step


def costs(growth: float, peak: float = 500.0) -> dict[int, dict[str, Step]]:
    """So much CPU a million more at the second size; the next day costs a fifth of a day."""
    day = {step: Step(10.0, peak) for step in STEPS} | {steps.DELTA: Step(2.0, peak)}
    grown = {step: Step(cost.cpu * 2 * (1 + growth), cost.peak_mb) for step, cost in day.items()}
    return {1_000_000: day, 2_000_000: grown}


@pytest.mark.parametrize(("growth", "peak", "reached"), [(0.14, 999, True), (0.16, 999, False), (0.0, 2501, False)])
def test_goals_are_growth_and_memory(growth: float, peak: float, reached: bool) -> None:
    assert all(yes for *_, yes in goals(costs(growth, peak))) is reached


def test_growth_of_comparing_is_held_against_a_goal_and_against_the_joins_of_bare_sql() -> None:
    measured = costs(0.0)
    for peer, own, missed in ((26.0, 22.0, 0), (26.0, 25.0, 1), (26.0, 27.0, 2)):
        measured[2_000_000] |= {steps.PEER: Step(peer, 9_000.0), steps.COMPARE: Step(own, 500.0)}
        assert [work for work, *_, yes in goals(measured) if not yes] == missed * [steps.COMPARE]


def test_a_size_between_that_costs_more_is_told_and_one_size_alone_has_no_growth() -> None:
    measured = costs(0.16)
    flat = {step: Step(cost.cpu * 5, cost.peak_mb) for step, cost in measured[1_000_000].items()}
    assert not all(yes for *_, yes in goals({**measured, 5_000_000: flat}))
    assert all(yes for *_, yes in goals({5_000_000: flat}))


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


def test_smaller_sizes_run_more_often_and_around_the_greatest() -> None:
    assert steps.turns(scale.SIZES) == [round(each * 1e6) for each in (1, 2, 1, 1, 5, 10, 1, 2, 1)]
    assert steps.turns([7]) == [7]


def test_of_several_runs_the_mean_cpu_counts_and_the_greatest_peak(tmp_path: Path) -> None:
    runs.write(costs(0.0, 600.0), tmp_path / "costs")
    both = runs.join(runs.read(tmp_path / "costs"), {2_000_000: {steps.FETCH: Step(19.0, 500.0)}, 9: {}})
    assert list(both) == [9, 1_000_000, 2_000_000]
    assert both[2_000_000][steps.FETCH] == Step(19.5, 600.0, 2)
    assert both[2_000_000][steps.COMPARE] == Step(20.0, 600.0)
    del both[9]
    both[2_000_000][steps.WHOLE] = Step(20.0, 600.0, 2)
    assert "runs of the sizes, in turns: 1, 2; of each step the mean CPU" in section(both)


def test_plot_has_a_line_for_each_step() -> None:
    drawing = ET.fromstring(plot(costs(0.1)))
    assert len(drawing.findall("{*}polyline")) == len(STEPS)
    assert {text.text for text in drawing.findall("{*}text")} >= set(STEPS)
    assert "Scale" in section(costs(0.1))
