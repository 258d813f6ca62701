"""The ledger against a plain reading of its rules, one observation after the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from breaks_on_disk import MONDAY, a_break, an_observation, rows_of, write_breaks
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_erp.reconciliation.history import Day, History
from airflow_provider_erp.reconciliation.ledger import Observation, fold

ZONE = "Europe/Helsinki"
DIGESTS = st.sampled_from(["1", "2"])
FOUND = st.dictionaries(st.sampled_from("abcde"), DIGESTS)


@dataclass(frozen=True)
class Run:
    """What a run found: the digest of each break by its id, which also is its kind."""

    hour: int
    found: Mapping[str, str]
    resolves: bool = True
    observed: int = 0

    @property
    def as_of(self) -> dt.datetime:
        return MONDAY + self.hour * dt.timedelta(hours=1)

    @property
    def date(self) -> dt.date:
        return self.as_of.astimezone(ZoneInfo(ZONE)).date()


@dataclass
class Plain:
    """The rules in plain words: ``open`` has the digest and the first day of each break that is open."""

    open: dict[str, tuple[str, dt.date]] = field(default_factory=dict)
    first_seen: dict[str, dt.date] = field(default_factory=dict)
    ends: dict[dt.date, dict[str, str]] = field(default_factory=dict)
    told: dict[str, tuple[str, dt.date, dt.date, int]] = field(default_factory=dict)
    resolved: set[str] = field(default_factory=set)
    before: set[str] | None = None

    def take(self, run: Run) -> None:
        earlier = [date for date in self.ends if date < run.date]
        self.before = set(self.ends[max(earlier)]) if earlier else set(self.open) if self.ends else None
        lacked = {key: was for key, was in self.open.items() if key not in run.found}
        now = {} if run.resolves else lacked
        self.resolved = set(lacked) - set(now)
        states = dict.fromkeys(now, "not_looked_at")
        for key, digest in run.found.items():
            states[key] = self._state(key, digest)
            now[key] = (digest, self.open[key][1] if key in self.open else run.date)
            self.first_seen.setdefault(key, run.date)
        self.open = now
        self.ends[run.date] = {key: digest for key, (digest, _) in now.items()}
        self.told = {
            key: (states[key], since, self.first_seen[key], (run.date - since).days)
            for key, (_, since) in self.open.items()
        }

    def _state(self, key: str, digest: str) -> str:
        if key in self.open:
            return "persisting" if self.open[key][0] == digest else "changed"
        return "reopened" if key in self.first_seen else "new"

    def days(self) -> list[Day]:
        last = max(self.ends)
        days = []
        before: set[str] = set()
        for date, end in self.ends.items():
            amounts = {"EUR": sum(map(Decimal, end.values()), Decimal())} if end else {}
            day = Day(
                date=date, open=len(end), new=len(set(end) - before), resolved=len(before - set(end)), amounts=amounts
            )
            if (last - date).days < 30:
                days.append(day)
            before = set(end)
        return days


RUNS = st.lists(
    st.builds(Run, hour=st.integers(0, 40 * 24), found=FOUND, resolves=st.booleans() | st.just(True)),
    min_size=1,
    max_size=12,
    unique_by=lambda run: run.hour,
)
CLOSE_RUNS = st.lists(
    st.builds(Run, hour=st.integers(0, 60), found=FOUND, resolves=st.booleans()),
    min_size=1,
    max_size=12,
    unique_by=lambda run: run.hour,
)


@cache
def written(found: frozenset[tuple[str, str]]) -> tuple[bytes, bytes]:
    """What a run writes that found these: its breaks, and its observation."""
    with TemporaryDirectory() as name:
        breaks = [a_break(key, digest, euros=digest, kind=f"kind-{key}") for key, digest in sorted(found)]
        observation = an_observation(Path(name), MONDAY, *breaks).breaks
        return write_breaks(Path(name) / "breaks.parquet", breaks).read_bytes(), observation.read_bytes()


def observation_of(folder: Path, place: int, run: Run) -> Observation:
    file = folder / f"observation-{place}.parquet"
    file.write_bytes(written(frozenset(run.found.items()))[1])
    observed_at = run.as_of + dt.timedelta(minutes=run.observed)
    return Observation(as_of=run.as_of, observed_at=observed_at, resolves=run.resolves, breaks=file)


def history_of(folder: Path, runs: Sequence[Run], last: Run) -> History:
    observations = [observation_of(folder, place, run) for place, run in enumerate(runs)]
    found = folder / "breaks.parquet"
    found.write_bytes(written(frozenset(last.found.items()))[0])
    return fold(observations, found, as_of=last.as_of, zone=ZONE, folder=folder, resolves=last.resolves)


def check(history: History, runs: Iterable[Run]) -> None:
    plain = Plain()
    for run in sorted(runs, key=lambda run: run.hour):
        plain.take(run)
    told = {
        row["break_id"]: (row["state"], row["since"], row["first_seen"], row["age_days"])
        for row in rows_of(history.open)
    }
    assert told == plain.told
    assert {row["break_id"] for row in rows_of(history.resolved)} == plain.resolved
    assert list(history.days) == plain.days()
    assert history.before == (None if plain.before is None else dict.fromkeys((f"kind-{k}" for k in plain.before), 1))
    for yesterday, today in pairwise(history.days):
        assert today.open == yesterday.open + today.new - today.resolved


@settings(max_examples=100, deadline=None)
@given(runs=RUNS | CLOSE_RUNS, data=st.data())
def test_any_order_of_writing_with_any_replacements_gives_the_history_of_the_rules(
    runs: list[Run], data: st.DataObject
) -> None:
    *before, last = sorted(runs, key=lambda run: run.hour)
    replaced = [
        Run(hour=run.hour, found=found, resolves=resolves, observed=-1)
        for run, found, resolves in data.draw(
            st.lists(st.tuples(st.sampled_from(runs), FOUND, st.booleans()), max_size=3)
        )
    ]
    later = [Run(hour=last.hour + 1, found=found) for found in data.draw(st.lists(FOUND, max_size=1))]
    in_any_order = data.draw(st.permutations([*before, *replaced, *later]))
    with TemporaryDirectory() as name:
        check(history_of(Path(name), in_any_order, last), runs)
