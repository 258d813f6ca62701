"""The benchmark of pushing, in small: every way creates every customer once, and the goals are told."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from airflow_provider_erp.vendors.visma_net.bodies import customer_body
from airflow_provider_erp.vendors.visma_net.words import customer_words
from benchmarks import push
from benchmarks.jobs import Way
from benchmarks.pushing.customers import DEFAULTS, customers
from benchmarks.pushing.plain_way import _body
from benchmarks.pushing.results import goals, section
from benchmarks.pushing.ways import EIGHT, FOUR, ONE, PLAIN, Cost, measured, serving
from benchmarks.report import with_section

ROWS = 20
COSTS = {
    ONE.title: Cost(4, 50, 2_000),
    FOUR.title: Cost(4, 12.5, 2_000),
    EIGHT.title: Cost(4, 10, 2_000),
    PLAIN.title: Cost(1, 25, 1_000),
}


def test_every_way_creates_every_customer_once_and_the_provider_looks_before() -> None:
    costs = measured(ROWS, 1, (EIGHT, PLAIN), latency=0.0)
    assert {title: cost.requests for title, cost in costs.items()} == {EIGHT.title: 2 * ROWS, PLAIN.title: ROWS}
    assert all(cost.cpu > 0 and cost.wall > 0 for cost in costs.values())


def test_a_way_that_creates_too_few_fails() -> None:
    twice = Way("no such number", EIGHT.module, options={"in_flight": "0"})
    with pytest.raises(RuntimeError, match=r"no such number: expected 20 customers, the server has 0"):
        measured(ROWS, 1, (twice,), latency=0.0)


def test_the_server_refuses_a_customer_that_it_has() -> None:
    body = json.dumps({"number": {"value": "1"}}).encode()
    with serving(0.0) as url:
        with urlopen(Request(f"{url}/v1/customer", body)) as created:
            assert (created.status, created.headers["Location"]) == (201, "/v1/customer/1")
        with pytest.raises(OSError, match="400"):
            urlopen(Request(f"{url}/v1/customer", body))
        with urlopen(f"{url}/v1/customer/1") as found:
            assert json.load(found)["number"] == "1"


def test_all_ways_send_the_same_body() -> None:
    [customer] = customers(1)
    words = customer_body(DEFAULTS | customer_words(dict(customer)))
    for line in ("addressLine2", "addressLine3"):
        del words["mainAddress"]["value"][line]  # the provider clears what it does not fill
    assert words == _body(customer)


@pytest.mark.parametrize(("wall", "told"), [(10, ("5.0 x", False)), (8, ("6.2 x", True))])
def test_the_goal_is_held_against_one_at_a_time_of_the_same_run(wall: float, told: tuple[str, bool]) -> None:
    [(_, _, found, reached)] = goals(COSTS | {EIGHT.title: Cost(4, wall, 2_000)})
    assert (found, reached) == told


def test_a_section_replaces_only_the_older_one() -> None:
    page = "# Results\n\nfirst\n\n# Pushing 1 new customers, 20 ms an answer\n\nold\n\n# Matching\n\nlast\n"
    replaced = with_section(page, section(COSTS, 1_000, 1))
    assert replaced.startswith(
        "# Results\n\nfirst\n\n# Matching\n\nlast\n\n# Pushing 1,000 new customers, 20 ms an answer"
    )
    assert "old" not in replaced
    assert f"| {EIGHT.title} | 10.00 | 0.40 | 4.00 | 2 |" in replaced


@pytest.mark.parametrize(
    ("arguments", "written"), [(["--runs", "1"], True), (["--rows", "20", "--runs", "1"], False), (["--quick"], False)]
)
def test_only_a_full_run_is_written_down(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    arguments: list[str],
    written: bool,
) -> None:
    page = tmp_path / "RESULTS.md"
    page.write_text("# Results\n")
    monkeypatch.setattr(sys, "argv", ["push", *arguments])
    monkeypatch.setattr(push, "RESULTS", page)
    monkeypatch.setattr(push, "measured", lambda rows, runs: COSTS)
    push.main()
    assert "| this provider, 8 in flight | at least 6 x faster than one at a time | 5.0 x | **no** |" in (
        capsys.readouterr().out
    )
    assert ("# Pushing" in page.read_text()) is written
