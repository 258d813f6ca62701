"""The benchmark of waiting, in small: every trigger has its event, and the goals are told."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import waiting
from benchmarks.report import with_section
from benchmarks.watching.results import goals, section
from benchmarks.watching.running import Cost, measured

COST = Cost(
    idle=0.001,
    longest=0.12,
    apart=0.01,
    worked=0.12,
    collecting=0.11,
    memory_mb=8,
    cpu=2,
    wall=30,
    last_event=1.1,
    connections=8,
    sign_ins=1,
    looks=4_000,
)


def test_every_trigger_has_its_event_over_few_connections_and_one_sign_in() -> None:
    cost = measured(30, 1.5, 1.0, 1, latency=0.001)
    assert cost.looks >= 60
    assert cost.sign_ins == 1
    assert 1 <= cost.connections <= 8


@pytest.mark.parametrize(
    ("changes", "reached"), [({}, [True, True]), ({"longest": 0.2}, [False, True]), ({"connections": 9}, [True, False])]
)
def test_both_goals_are_held_against_what_was_measured(changes: dict[str, Any], reached: list[bool]) -> None:
    assert [yes for *_, yes in goals(replace(COST, **changes), 200)] == reached


def test_its_section_replaces_only_the_older_one() -> None:
    page = "# Results\n\nfirst\n\n# Waiting with 200 triggers\n\nold\n\n# Pushing 1\n\nlast\n"
    replaced = with_section(page, section(COST, 200, 3, 1.0))
    assert replaced.startswith(
        "# Results\n\nfirst\n\n# Pushing 1\n\nlast\n\n# Waiting with 200 triggers, a look every 1 s"
    )
    assert "old" not in replaced


@pytest.mark.parametrize(("arguments", "written"), [([], True), (["--quick"], False), (["--triggers", "20"], False)])
def test_only_a_full_run_is_written_into_the_results(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    arguments: list[str],
    written: bool,
) -> None:
    page = tmp_path / "RESULTS.md"
    page.write_text("# Results\n")
    monkeypatch.setattr(sys, "argv", ["waiting", *arguments])
    monkeypatch.setattr(waiting, "RESULTS", page)
    monkeypatch.setattr(waiting, "measured", lambda *_: COST)
    waiting.main()
    assert "| block it for less than 0.2 s | 0.120 s | yes |" in capsys.readouterr().out
    assert ("# Waiting" in page.read_text()) is written
