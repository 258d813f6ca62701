"""What became of an accepted difference that no longer holds is told, not passed over."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from breaks_on_disk import DAY, MONDAY, a_break, an_observation, write_breaks
from histories import a_result, history_of
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.reconciliation.history import History, Idle
from airflow_provider_erp.reconciliation.ledger import fold
from airflow_provider_erp.reconciliation.report import write_report
from airflow_provider_erp.reconciliation.rules import Accepted

FRIDAY = 20


def accepted(break_id: str, *, until: int = FRIDAY, digest: str = "1", by: str = "Eva") -> Accepted:
    return Accepted(break_id=break_id, digest=digest, reason="agreed", by=by, until=dt.date(2026, 11, until))


def monday(folder: Path, acceptances: Sequence[Accepted]) -> History:
    """The history of a Monday that finds ``open`` only, with these acceptances."""
    return fold(
        [],
        write_breaks(folder / "breaks.parquet", [a_break("open")]),
        as_of=MONDAY,
        zone="UTC",
        folder=folder,
        accepted=acceptances,
    )


def test_acceptance_of_no_open_break_of_changed_values_and_of_a_past_day_are_told(tmp_path: Path) -> None:
    mistyped, changed, expired = accepted("opne"), accepted("open", digest="0"), accepted("open", until=15)
    assert monday(tmp_path, [mistyped, changed, expired]).idle == (
        Idle(expired, "expired"),
        Idle(changed, "changed"),
        Idle(mistyped, "no_break"),
    )


def test_acceptance_that_holds_silences_older_ones_of_its_break(tmp_path: Path) -> None:
    older = [accepted("open", until=15), accepted("open", digest="0"), accepted("open", until=18)]
    assert monday(tmp_path, [*older, accepted("open")]).idle == ()


def test_expired_acceptance_of_a_break_that_is_gone_has_nothing_to_tell(tmp_path: Path) -> None:
    assert monday(tmp_path, [accepted("gone", until=15)]).idle == ()


def test_acceptance_of_a_break_that_was_resolved_is_told_and_of_one_not_looked_at_is_not(tmp_path: Path) -> None:
    before = [an_observation(tmp_path, MONDAY, a_break("a"))]
    for number, (resolves, told) in enumerate(((True, [Idle(accepted("a"), "no_break")]), (False, []))):
        folder = tmp_path / f"tuesday{number}"
        folder.mkdir()
        history = fold(
            before,
            write_breaks(folder / "breaks.parquet", []),
            as_of=MONDAY + DAY,
            zone="UTC",
            folder=folder,
            accepted=[accepted("a")],
            resolves=resolves,
        )
        assert list(history.idle) == told


@given(st.permutations([accepted("x"), accepted("open", digest="0"), accepted("open", until=15), accepted("y")]))
def test_what_is_told_of_acceptances_does_not_depend_on_their_order(order: list[Accepted]) -> None:
    with TemporaryDirectory() as folder:
        told = [(each.accepted.break_id, each.why) for each in monday(Path(folder), order).idle]
    assert told == [("open", "expired"), ("open", "changed"), ("x", "no_break"), ("y", "no_break")]


def test_report_says_whose_acceptance_silences_nothing_and_why_and_counts_the_rest(tmp_path: Path) -> None:
    given = [accepted("open", until=15), accepted("open", digest="0", by="A <b>"), *map(accepted, "uvwxyz")]
    quiet = history_of(tmp_path / "in", {"break_id": "open"})
    history = replace(quiet, idle=monday(tmp_path, given).idle)
    write_report(a_result(history, remarks=("first",)), history, tmp_path / "out")
    told = json.loads((tmp_path / "out" / "breaks.json").read_bytes())["remarks"]
    assert told == [
        "first",
        "The acceptance of break open by Eva until 2026-11-15 has expired: the break is open again.",
        (
            "The acceptance of break open by A <b> until 2026-11-20 does not hold: its values changed since, "
            "the break is open again."
        ),
        "The acceptance of break u by Eva until 2026-11-20 matches no open break.",
        "5 more acceptances silence nothing.",
    ]
    page = (tmp_path / "out" / "report.html").read_text()
    assert "by A &lt;b&gt; until 2026-11-20 does not hold" in page
    assert "5 more acceptances silence nothing." in page
