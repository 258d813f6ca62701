"""A Spark that falls silent, or breaks off, in the middle: the task ends all the same, and says why in one line."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowTaskTimeout
from airflow.sdk.execution_time.timeout import timeout as untyped_timeout
from remote_engines import running_sail
from silent_relay import SilentRelay, silent_relay

from airflow_provider_erp.exceptions import ErpUnavailable
from airflow_provider_erp.operators.engines import spark_channel
from airflow_provider_erp.operators.engines import spark_session as sessions
from airflow_provider_erp.operators.engines.shared import shared_folder
from airflow_provider_erp.operators.engines.spark import SparkEngine
from airflow_provider_erp.operators.engines.spark_session import spark_session

timeout: Any = untyped_timeout
DEADLINE = 0.5
LATEST = 8
"""Seconds within which all must be over; much less than a query or the library would wait."""


@pytest.fixture(scope="module")
def sail(object_store: str) -> Iterator[tuple[str, int]]:
    with running_sail(object_store) as address:
        yield address


@pytest.fixture
def relay(sail: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, SilentRelay]]:
    monkeypatch.setattr(spark_channel, "DEADLINE_SECONDS", DEADLINE)
    with silent_relay(sail) as relayed:
        yield relayed


@contextmanager
def opened(url: str, folder: Path) -> Iterator[SparkEngine]:
    """An engine that has answered once."""
    with spark_session("lake", url) as session:
        engine = SparkEngine(session, folder, shared_folder(folder.as_uri(), folder.as_uri(), "engine"), "lake")
        assert list(engine.rows("SELECT 1 AS one")) == [(1,)]
        yield engine


@contextmanager
def soon() -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < LATEST


def wait_for_a_silent_server(url: str, way: SilentRelay, folder: Path) -> None:
    with opened(url, folder) as engine, timeout(1):
        way.silent.set()
        list(engine.rows("SELECT 2 AS two"))


def test_stopping_a_silent_server_ends_and_is_told_once(
    relay: tuple[str, SilentRelay],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    url, way = relay
    with timeout(20), soon():
        with opened(url, tmp_path) as engine:
            capfd.readouterr()
            way.silent.set()
            engine.cancel()
            engine.cancel()
    [told] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert told.getMessage().startswith("connection 'lake': Spark did not answer within 0.5 seconds")
    assert capfd.readouterr().out == ""


def test_task_that_waits_for_a_silent_server_ends_by_its_time_out(
    relay: tuple[str, SilentRelay], tmp_path: Path
) -> None:
    url, way = relay
    with soon(), pytest.raises(AirflowTaskTimeout):
        wait_for_a_silent_server(url, way, tmp_path)


def test_question_whose_server_answers_no_ping_any_more_ends_without_a_time_out(
    relay: tuple[str, SilentRelay], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    often = {name: min(value, 1000) for name, value in spark_channel.KEEPALIVE.items()}
    monkeypatch.setattr(spark_channel, "KEEPALIVE", often)
    monkeypatch.setattr(sessions, "_TRIES", 1)
    url, way = relay
    with opened(url, tmp_path) as engine:
        way.silent.set()
        with pytest.raises(ErpUnavailable, match=r"^connection 'lake': Spark ended with \w+ while asking it; .*$"):
            list(engine.rows("SELECT 2 AS two"))


def test_next_session_opens_after_a_silent_server(
    relay: tuple[str, SilentRelay], sail: tuple[str, int], tmp_path: Path
) -> None:
    url, way = relay
    with soon():
        with opened(url, tmp_path):
            way.silent.set()
        host, port = sail
        with opened(f"sc://{host}:{port}/", tmp_path):
            pass


def test_server_that_breaks_off_is_tried_a_few_times_and_told_in_one_line(
    relay: tuple[str, SilentRelay], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "_TRIES", 2)
    url, way = relay
    with timeout(20), soon(), opened(url, tmp_path) as engine:
        way.break_off()
        with pytest.raises(ErpUnavailable, match=r"^connection 'lake': Spark ended with \w+ while asking it; .*$"):
            list(engine.rows("SELECT 2 AS two"))
    assert way.refused > 0
