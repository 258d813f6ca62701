"""Tasks of one machine share a limit, and leave a server alone for as long as it asks."""

from __future__ import annotations

import datetime as dt
import itertools
import multiprocessing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_erp.exceptions import ErpConfigError, ErpUnavailable
from airflow_provider_erp.protocol.drivers import complete, run
from airflow_provider_erp.protocol.messages import Answer, Request, Response
from airflow_provider_erp.protocol.retry import Retry, persist
from airflow_provider_erp.transport.pace import SharedPace, shared_pace

NOW = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def answer(status: int = 200, **headers: str) -> Response:
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, b"", NOW)


@given(st.lists(st.floats(0, 3), max_size=30), st.integers(1, 600))
def test_no_minute_has_more_turns_than_allowed(
    tmp_path_factory: pytest.TempPathFactory, arrivals: list[float], per_minute: int
) -> None:
    clock = Clock()
    path = tmp_path_factory.mktemp("pace") / "p"
    tasks = [SharedPace(path, per_minute, clock) for _ in range(3)]
    turns = []
    for number, later in enumerate(arrivals):
        clock.now += later
        turns.append(clock.now + tasks[number % 3].turn(10**6)[0])
    assert all(after - before >= 60 / per_minute - 1e-6 for before, after in itertools.pairwise(turns))


def test_turn_that_is_too_far_off_is_not_taken(tmp_path: Path) -> None:
    pace = SharedPace(tmp_path / "p", 1, Clock())
    found = [pace.turn(most) for most in (100, 30, 30, 100, 30, 200)]
    assert found == [(0, True), (60, True), (120, True), (180, False), (180, False), (180, True)]


def test_connection_without_a_limit_waits_for_nothing_and_keeps_no_file(tmp_path: Path) -> None:
    pace = SharedPace(tmp_path / "p", None)
    pace.learn(answer(x_ratelimit_remaining="7", x_ratelimit_reset="600"))
    assert [pace.turn(1), pace.turn(1)] == [(0, True), (0, True)]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        (answer(429, retry_after="90"), 90),
        (answer(429), 0),
        (answer(x_ratelimit_remaining="0", x_ratelimit_reset="600"), 600),
        (answer(x_ratelimit_remaining="0", x_ratelimit_reset="1763600000"), 1763600000 - 1763599000),
        (answer(x_ratelimit_remaining="0", x_ratelimit_reset="soon"), 0),
        (answer(x_ratelimit_remaining="0"), 0),
        (answer(x_ratelimit_remaining="0", x_ratelimit_reset="1763600000000"), 3_600),
        (answer(x_ratelimit_remaining="0", x_ratelimit_reset="inf"), 3_600),
        (answer(429, retry_after="9" * 400), 86_400),
    ],
)
def test_what_one_task_is_told_all_tasks_of_the_machine_obey(tmp_path: Path, told: Response, seconds: float) -> None:
    clock = Clock()
    clock.now = 1763599000.0
    SharedPace(tmp_path / "p", None, clock).learn(told)
    other = SharedPace(tmp_path / "p", None, clock)
    assert other.turn(10**9) == (seconds, True)
    clock.now += seconds
    assert other.turn(10**9) == (0, True)


def test_file_with_something_else_in_it_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("garbage")
    assert SharedPace(tmp_path / "p", 60).turn(1) == (0, True)


def take_turns(path: str, count: int) -> list[float]:
    pace = SharedPace(Path(path), 6000, lambda: 50.0)
    return [pace.turn(10**6)[0] for _ in range(count)]


def test_processes_never_share_a_turn(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        found = pool.starmap(take_turns, [(str(tmp_path / "p"), 200)] * 2)
    turns = sorted(round(turn * 100) for each in found for turn in each)
    assert turns == list(range(400))


def test_name_decides_who_shares(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    shared_pace("one", 1).turn(0)
    assert shared_pace("one", 1).turn(0)[0] > 50
    assert shared_pace("two", 1).turn(0) == (0, True)


def test_folder_of_another_user_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    shared_pace("one", 1)
    [folder] = tmp_path.iterdir()
    monkeypatch.setattr("os.getuid", lambda: 4711)
    folder.rename(tmp_path / "airflow-provider-erp-4711")
    with pytest.raises(ErpConfigError, match="another user made this folder"):
        shared_pace("one", 1)


def ask(pace: SharedPace, pauses: list[float], sent: list[Request], *answers: Answer) -> Response:
    replies = list(answers)

    def send(request: Request) -> Answer:
        sent.append(request)
        return replies.pop(0)

    conversation = persist(Request("list page 1", "http://x"), Retry(pace=pace, jitter=lambda: 0.5))
    return complete(run(conversation, send, pauses.append))


def test_wait_that_fits_the_budget_is_made_and_one_that_does_not_gives_the_slot_back(tmp_path: Path) -> None:
    pauses: list[float] = []
    sent: list[Request] = []
    pace = SharedPace(tmp_path / "p", 6, Clock())
    for _ in range(3):
        ask(pace, pauses, sent, answer())
    with pytest.raises(ErpUnavailable, match=r"next request in 30 s; nothing was sent") as caught:
        ask(pace, pauses, sent, answer())
    assert pauses == [10.0, 20.0]
    assert len(sent) == 3
    assert caught.value.retry_after == 30.0


def test_server_that_asks_for_an_hour_is_not_asked_again_by_this_or_another_task(tmp_path: Path) -> None:
    sent: list[Request] = []
    pace = SharedPace(tmp_path / "p", None, Clock())
    for _ in range(2):
        with pytest.raises(ErpUnavailable) as caught:
            ask(pace, [], sent, answer(429, retry_after="3600"))
        assert caught.value.retry_after == 3600.0
    assert len(sent) == 1
