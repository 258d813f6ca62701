"""What the ledger says of a day's breaks: the states, since when, and what people accepted."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from breaks_on_disk import DAY, MONDAY, a_break, an_observation, rows_of, types_of, write_breaks

from airflow_provider_erp.exceptions import ErpInconsistentRead
from airflow_provider_erp.reconciliation.history import OPEN_COLUMNS, RESOLVED_COLUMNS, Day, History
from airflow_provider_erp.reconciliation.ledger import Observation, expiring, fold, write_observation
from airflow_provider_erp.reconciliation.result import Break
from airflow_provider_erp.reconciliation.rules import Accepted


def history_of(
    folder: Path, as_of: dt.datetime, before: Sequence[Observation], *breaks: Break, zone: str = "UTC", **options: Any
) -> History:
    """The history of a run at ``as_of`` that found these breaks."""
    work = folder / f"work-{len(list(folder.iterdir()))}"
    work.mkdir()
    found = write_breaks(work / "breaks.parquet", breaks)
    return fold(before, found, as_of=as_of, zone=zone, folder=work, **options)


def said(history: History, *columns: str) -> dict[str, Any]:
    """The columns of each open break by its id; the value itself where one column is asked for."""
    rows = {row["break_id"]: tuple(row[column] for column in columns) for row in rows_of(history.open)}
    return {key: values[0] if len(values) == 1 else values for key, values in rows.items()}


def november(day: int) -> dt.date:
    return dt.date(2026, 11, day)


def test_first_run_of_all_has_only_new_breaks_and_nothing_before_it(tmp_path: Path) -> None:
    history = history_of(tmp_path, MONDAY, [], a_break("b"), a_break("a"))
    assert said(history, "state", "since", "first_seen", "age_days") == dict.fromkeys(
        "ba", ("new", november(16), november(16), 0)
    )
    assert (history.date, history.before, rows_of(history.resolved)) == (november(16), None, [])
    assert history.days == (Day(date=november(16), open=2, new=2, resolved=0),)


def test_run_that_finds_nothing_has_a_history_too(tmp_path: Path) -> None:
    history = history_of(tmp_path, MONDAY, [])
    assert (rows_of(history.open), history.days) == ([], (Day(date=november(16), open=0, new=0, resolved=0),))


def test_files_have_the_columns_of_the_contract(tmp_path: Path) -> None:
    history = history_of(tmp_path, MONDAY, [])
    assert types_of(history.open) == {name: kind.replace(", ", ",") for name, kind in OPEN_COLUMNS.items()}
    assert types_of(history.resolved) == {name: kind.replace(", ", ",") for name, kind in RESOLVED_COLUMNS.items()}


def test_break_is_new_then_persists_changes_is_resolved_and_reopens(tmp_path: Path) -> None:
    runs: list[tuple[str, ...]] = [("1",), ("1",), ("2",), (), ("2",), ("2",)]
    before: list[Observation] = []
    states = []
    for number, digests in enumerate(runs):
        as_of = MONDAY + number * DAY
        breaks = [a_break("a", digest) for digest in digests]
        history = history_of(tmp_path, as_of, before, *breaks)
        states.append(said(history, "state", "since", "age_days").get("a"))
        before.append(an_observation(tmp_path, as_of, *breaks))
    assert states == [
        ("new", november(16), 0),
        ("persisting", november(16), 1),
        ("changed", november(16), 2),
        None,
        ("reopened", november(20), 0),
        ("persisting", november(20), 1),
    ]
    assert said(history, "first_seen") == {"a": november(16)}


def test_resolved_break_is_told_once_as_it_was_last_found(tmp_path: Path) -> None:
    before = [
        an_observation(tmp_path, MONDAY, a_break("a", euros="5")),
        an_observation(tmp_path, MONDAY + DAY, a_break("a", "2", euros="7.5")),
    ]
    first = history_of(tmp_path, MONDAY + 2 * DAY, before)
    assert rows_of(first.resolved) == [
        {
            "break_id": "a",
            "kind": "missing_in_target",
            "field": None,
            "key": "C-a",
            "amount": Decimal("7.5"),
            "currency": "EUR",
            "since": november(16),
            "resolved_on": november(18),
            "age_days": 2,
        }
    ]
    before.append(an_observation(tmp_path, MONDAY + 2 * DAY))
    assert rows_of(history_of(tmp_path, MONDAY + 3 * DAY, before).resolved) == []


def test_run_that_may_not_resolve_keeps_what_it_lacks_open_without_names_and_values(tmp_path: Path) -> None:
    lost = a_break("lost", "7", euros="3", name="Nordic Oy", source_value="x", source_id="s", severity="high")
    before = [an_observation(tmp_path, MONDAY, lost, a_break("found"))]
    history = history_of(tmp_path, MONDAY + DAY, before, a_break("found"), resolves=False)
    found, carried = rows_of(history.open)
    assert (found["break_id"], found["state"], history.resolves) == ("found", "persisting", False)
    expected = {"break_id": "lost", "kind": lost.kind, "key": "C-lost", "digest": "7", "amount": 3, "currency": "EUR"}
    expected |= {"name": "", "members": [], "candidates": [], "severity": "high"}
    expected |= {"state": "not_looked_at", "since": november(16), "first_seen": november(16), "age_days": 1}
    assert carried == dict.fromkeys(OPEN_COLUMNS) | expected
    assert history.not_looked_at == {lost.kind: 1}
    assert rows_of(history.resolved) == []
    assert history.days == (
        Day(date=november(16), open=2, new=2, resolved=0, amounts={"EUR": Decimal(3)}),
        Day(date=november(17), open=2, new=0, resolved=0, amounts={"EUR": Decimal(3)}),
    )


def test_break_that_was_not_looked_at_keeps_its_age_and_is_resolved_by_the_next_run_that_may(tmp_path: Path) -> None:
    before = [
        an_observation(tmp_path, MONDAY, a_break("a"), a_break("b")),
        an_observation(tmp_path, MONDAY + DAY, resolves=False),
        an_observation(tmp_path, MONDAY + 2 * DAY, resolves=False),
    ]
    history = history_of(tmp_path, MONDAY + 3 * DAY, before, a_break("a", "2"))
    assert said(history, "state", "since") == {"a": ("changed", november(16))}
    assert [row["break_id"] for row in rows_of(history.resolved)] == ["b"]
    assert history.before == {"missing_in_target": 2}


def test_break_found_by_a_run_that_may_not_resolve_reopens(tmp_path: Path) -> None:
    before = [an_observation(tmp_path, MONDAY, a_break("a")), an_observation(tmp_path, MONDAY + DAY)]
    history = history_of(tmp_path, MONDAY + 2 * DAY, before, a_break("a"), resolves=False)
    assert said(history, "state", "since") == {"a": ("reopened", november(18))}


def test_later_observations_do_not_count_so_that_an_old_day_has_its_own_history(tmp_path: Path) -> None:
    before = [an_observation(tmp_path, MONDAY + day * DAY, a_break("a")) for day in (0, 1, 2, 5)]
    history = history_of(tmp_path, MONDAY + 2 * DAY, before, a_break("a"))
    assert said(history, "since", "age_days") == {"a": (november(16), 2)}
    assert [day.date.day for day in history.days] == [16, 17, 18]


def test_of_several_observations_of_one_moment_the_one_observed_last_counts(tmp_path: Path) -> None:
    later = MONDAY + dt.timedelta(hours=3)
    before = [
        an_observation(tmp_path, MONDAY, a_break("late"), observed_at=later),
        an_observation(tmp_path, MONDAY, a_break("early")),
    ]
    history = history_of(tmp_path, MONDAY + DAY, before, a_break("late"), a_break("early"))
    assert said(history, "state") == {"late": "persisting", "early": "new"}


def test_of_two_observed_at_once_the_greatest_name_counts(tmp_path: Path) -> None:
    before = [an_observation(tmp_path, MONDAY, a_break(name)) for name in ("small", "great")]
    for order in (before, before[::-1]):
        history = history_of(tmp_path, MONDAY + DAY, order, a_break("small"), a_break("great"))
        assert said(history, "state") == {"small": "new", "great": "persisting"}


def test_same_moment_in_another_zone_is_the_same_observation(tmp_path: Path) -> None:
    helsinki = dt.timezone(dt.timedelta(hours=2))
    before = [an_observation(tmp_path, MONDAY.astimezone(helsinki), a_break("a"))]
    assert said(history_of(tmp_path, MONDAY, before, a_break("a")), "state") == {"a": "new"}


@pytest.mark.parametrize(
    ("zone", "began", "now", "age_days"),
    [
        ("UTC", "2026-11-16T23:59:59+00:00", "2026-11-17T00:00:00+00:00", 1),
        ("UTC", "2026-11-16T00:00:00+00:00", "2026-11-16T23:59:59+00:00", 0),
        ("Europe/Helsinki", "2026-11-16T21:59:59+00:00", "2026-11-16T22:00:00+00:00", 1),
        ("Europe/Helsinki", "2026-11-16T22:00:00+00:00", "2026-11-17T21:59:59+00:00", 0),
        ("Europe/Helsinki", "2026-03-28T22:00:00+00:00", "2026-03-29T21:00:00+00:00", 1),
        ("Europe/Helsinki", "2026-10-24T21:00:00+00:00", "2026-10-25T21:59:59+00:00", 0),
        ("Europe/Helsinki", "2026-10-24T20:59:59+00:00", "2026-10-25T22:00:00+00:00", 2),
        ("America/New_York", "2026-11-01T03:59:00+00:00", "2026-11-02T05:00:00+00:00", 2),
    ],
)
def test_age_counts_calendar_days_of_the_zone_also_when_clocks_change(
    tmp_path: Path, zone: str, began: str, now: str, age_days: int
) -> None:
    before = [an_observation(tmp_path, dt.datetime.fromisoformat(began), a_break("a"))]
    history = history_of(tmp_path, dt.datetime.fromisoformat(now), before, a_break("a"), zone=zone)
    assert said(history, "age_days") == {"a": age_days}


def test_a_day_is_told_by_its_last_observation_against_the_day_before(tmp_path: Path) -> None:
    hour = dt.timedelta(hours=1)
    before = [
        an_observation(tmp_path, MONDAY, a_break("a"), a_break("b"), a_break("c")),
        an_observation(tmp_path, MONDAY + DAY, a_break("b"), a_break("brief")),
        an_observation(tmp_path, MONDAY + DAY + hour, a_break("b"), a_break("c"), a_break("d", euros="4")),
    ]
    history = history_of(tmp_path, MONDAY + DAY + 2 * hour, before, a_break("b"), a_break("c"), a_break("d", euros="5"))
    assert history.days == (
        Day(date=november(16), open=3, new=3, resolved=0),
        Day(date=november(17), open=3, new=1, resolved=1, amounts={"EUR": Decimal(5)}),
    )


def test_days_reach_back_thirty_and_the_first_of_them_knows_the_day_before(tmp_path: Path) -> None:
    before = [an_observation(tmp_path, MONDAY + day * DAY, a_break(str(day)), a_break("old")) for day in range(40)]
    history = history_of(tmp_path, MONDAY + 40 * DAY, before, a_break("old"))
    assert [day.date for day in history.days] == [(MONDAY + day * DAY).date() for day in range(11, 41)]
    assert {(day.open, day.new, day.resolved) for day in history.days[:-1]} == {(2, 1, 1)}
    assert said(history, "age_days") == {"old": 40}


def test_amounts_of_a_day_are_told_apart_by_currency(tmp_path: Path) -> None:
    crowns = a_break("c", amount=Decimal("0.000001"), currency="SEK")
    breaks = a_break("a", euros="100.01"), a_break("b", euros="0.99"), crowns, a_break("d")
    [day] = history_of(tmp_path, MONDAY, [], *breaks).days
    assert day.amounts == {"EUR": Decimal(101), "SEK": Decimal("0.000001")}


def test_open_breaks_stay_in_the_order_in_which_they_were_found(tmp_path: Path) -> None:
    ids = [str(number * 7919 % 1000) for number in range(1000)]
    before = [an_observation(tmp_path, MONDAY, *(a_break(each) for each in sorted(ids)[::2]))]
    history = history_of(tmp_path, MONDAY + DAY, before, *(a_break(each) for each in ids))
    assert list(said(history, "state")) == ids


def test_names_and_values_never_reach_the_ledger(tmp_path: Path) -> None:
    told = a_break("a", name="Nordic Oy", source_value="old@nordic.fi", target_value="new@nordic.fi")
    kept = an_observation(tmp_path, MONDAY, told)
    [row] = rows_of(kept.breaks)
    assert row.keys() == {"break_id", "kind", "field", "key", "digest", "amount", "currency", "severity"}
    assert b"nordic" not in kept.breaks.read_bytes().lower()


def test_same_breaks_make_the_same_file(tmp_path: Path) -> None:
    files = [an_observation(tmp_path, MONDAY, a_break("a"), a_break("b")).breaks.read_bytes() for _ in range(2)]
    assert files[0] == files[1]


def test_break_that_stands_in_the_file_twice_is_refused(tmp_path: Path) -> None:
    breaks = write_breaks(tmp_path / "breaks.parquet", [a_break("a"), a_break("a", "2")])
    with pytest.raises(ErpInconsistentRead, match=r"expected each break once, got 2 rows of 1 breaks"):
        write_observation(breaks, tmp_path / "observation.parquet")


def accepted(until: int, break_id: str = "a", digest: str = "1", reason: str = "agreed") -> Accepted:
    return Accepted(break_id=break_id, digest=digest, reason=reason, by="controller", until=november(until))


@pytest.mark.parametrize(
    ("acceptance", "counts"),
    [
        (accepted(16), True),
        (accepted(15), False),
        (accepted(30, digest="2"), False),
        (accepted(30, break_id="b"), False),
    ],
    ids=["on its last day", "on the day after", "with other values", "of another break"],
)
def test_accepted_difference_counts_until_its_day_and_for_its_values(
    tmp_path: Path, acceptance: Accepted, counts: bool
) -> None:
    history = history_of(tmp_path, MONDAY, [], a_break("a"), accepted=[acceptance])
    told = ("agreed", "controller", acceptance.until) if counts else (None, None, None)
    assert said(history, "accepted_reason", "accepted_by", "accepted_until") == {"a": told}


def test_acceptance_ends_in_the_zone_of_the_spec(tmp_path: Path) -> None:
    evening = MONDAY.replace(hour=22)
    history = history_of(tmp_path, evening, [], a_break("a"), accepted=[accepted(16)], zone="Europe/Helsinki")
    assert said(history, "accepted_until") == {"a": None}


def test_of_two_acceptances_of_one_break_the_longer_counts(tmp_path: Path) -> None:
    both = [accepted(30), accepted(20)]
    for order in (both, both[::-1]):
        history = history_of(tmp_path, MONDAY, [], a_break("a"), accepted=order)
        assert said(history, "accepted_until") == {"a": november(30)}


def test_carried_break_stays_accepted(tmp_path: Path) -> None:
    before = [an_observation(tmp_path, MONDAY, a_break("a"))]
    history = history_of(tmp_path, MONDAY + DAY, before, accepted=[accepted(30)], resolves=False)
    assert said(history, "accepted_until") == {"a": november(30)}


def test_acceptances_about_to_expire_are_listed_the_next_first(tmp_path: Path) -> None:
    given = [accepted(30, "in time"), accepted(16, "today"), accepted(29, "far off"), accepted(17, "not found")]
    given[2] = dataclasses.replace(given[2], until=dt.date(2026, 12, 1))
    breaks = [a_break(name) for name in ("far off", "in time", "today", "not accepted")]
    history = history_of(tmp_path, MONDAY, [], *breaks, accepted=given)
    assert [(each.break_id, each.until) for each in expiring(history)] == [
        ("today", november(16)),
        ("in time", november(30)),
    ]
    assert len(expiring(history, within_days=15)) == 3
    assert (expiring(history)[0].reason, expiring(history)[0].by) == ("agreed", "controller")


def test_change_is_counted_from_the_day_before_however_often_today_was_looked_at(tmp_path: Path) -> None:
    hour = DAY / 24
    yesterday = an_observation(tmp_path, MONDAY, a_break("a"))
    this_morning = an_observation(tmp_path, MONDAY + DAY, a_break("a"), a_break("b"), a_break("c"))
    today = write_breaks(tmp_path / "today.parquet", [a_break("a"), a_break("b")])
    history = fold([yesterday, this_morning], today, as_of=MONDAY + DAY + hour, zone="UTC", folder=tmp_path)
    assert history.before == {"missing_in_target": 1}
    assert history.days[-1].open - history.before["missing_in_target"] == history.days[-1].new == 1
