"""A Spark that falls silent in the middle keeps no task: neither one that is stopped, nor one that waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from falling_silent import falling_silent
from remote_engines import running_sail

from airflow_provider_erp.exceptions import ErpUnavailable
from airflow_provider_erp.operators.engines import spark_session as sessions
from airflow_provider_erp.operators.engines.shared import shared_folder
from airflow_provider_erp.operators.engines.spark import SparkEngine
from airflow_provider_erp.operators.engines.spark_session import spark_session

SOON = 10
"""Seconds; each of these waited without end before."""


class TimedOutError(BaseException):
    """As Airflow's time-out is: no ordinary exception."""


@pytest.fixture
def way(object_store: str) -> Iterator[tuple[str, threading.Event]]:
    with running_sail(object_store) as (host, port), falling_silent(host, port) as (relay, silent):
        yield f"sc://127.0.0.1:{relay}/", silent


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_PATIENCE", 0.5)
    monkeypatch.setattr(sessions, "_CHANNEL", {name: min(value, 1000) for name, value in sessions._CHANNEL.items()})


def engine_on(session: object, folder: Path) -> SparkEngine:
    shared = shared_folder(folder.as_uri(), folder.as_uri(), "engine")
    return SparkEngine(session, folder, shared, "lake")  # type: ignore[arg-type]


def test_stopping_it_and_leaving_it_end_soon_and_the_task_ends_with_its_own_error(
    way: tuple[str, threading.Event], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url, silent = way
    with pytest.raises(TimedOutError), spark_session("lake", url) as session:  # noqa: PT012  # it is left in the middle
        engine = engine_on(session, tmp_path)
        assert list(engine.rows("SELECT 1 AS one")) == [(1,)]
        silent.set()
        started = time.monotonic()
        engine.cancel()
        raise TimedOutError
    assert time.monotonic() - started < SOON
    assert caplog.messages == [
        f"connection 'lake': {what}: Spark did not answer within 0.5 s; going on without"
        for what in ("interrupting its queries", "closing its session")
    ]


def test_question_whose_server_answers_no_ping_any_more_is_told_in_one_line(
    way: tuple[str, threading.Event], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, silent = way
    monkeypatch.setattr(sessions, "_TRIES", 1)
    with spark_session("lake", url) as session:
        engine = engine_on(session, tmp_path)
        assert list(engine.rows("SELECT 1 AS one")) == [(1,)]
        silent.set()
        started = time.monotonic()
        with pytest.raises(ErpUnavailable, match=r"^connection 'lake': Spark ended with \w+ while asking it; .*$"):
            list(engine.rows("SELECT 2 AS two"))
    assert time.monotonic() - started < 3 * SOON
