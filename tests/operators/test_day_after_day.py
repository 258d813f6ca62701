"""Fetches of changes, day after day, against systems that move on: what they bring is what really changed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from airflow_provider_erp.hooks.erp import ErpHook
from airflow_provider_erp.landing.catalog import Published
from airflow_provider_erp.landing.fetching import FetchSpec, fetch_batch
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.landing.state import state_up_to
from airflow_provider_erp.sandbox import running_sandbox
from airflow_provider_erp.sandbox.server import Sandbox

FIRST = dt.datetime(2026, 11, 20, 5, tzinfo=dt.UTC)
LISTS = [
    ("visma_px", "customer"),
    ("visma_px", "project_transaction"),
    ("visma_net", "customer"),
    ("lemonsoft", "customer"),
    ("lemonsoft", "invoice"),
    ("fynn", "customer"),
]
TELL_DELETIONS = {"lemonsoft", "fynn"}
every_list = pytest.mark.parametrize(("conn_type", "resource"), LISTS)


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with running_sandbox(seed=11, customers=60) as running:
        for connection in running.connections().values():
            monkeypatch.setenv(f"AIRFLOW_CONN_{connection['conn_type'].upper()}", json.dumps(connection))
        yield running


class Days:
    """Fetches one list each day into a base path."""

    def __init__(self, conn_type: str, resource: str, base: Path) -> None:
        self.conn_type = conn_type
        self.resource = resource
        self.base = base

    def fetch(self, day: int, *, since: str | None = "last", hour: int = 0) -> Published:
        moment = FIRST + dt.timedelta(days=day, hours=hour)
        return fetch_batch(
            ErpHook.for_connection(self.conn_type),
            FetchSpec(resource=self.resource, as_of=moment, since=since),
            base_path=f"file://{self.base}",
            attempt=Attempt(dag_id="daily", run_id=moment.isoformat(), task_id="fetch"),
            now=moment,
        )


def records(path: Path) -> dict[str, tuple[Any, ...]]:
    """The canonical records by the id that the sandbox's truth has."""
    with duckdb.connect() as connection:
        table = connection.read_parquet(str(path))
        kept = [name for name in table.columns if name != "record_digest"]
        key = "transaction_id" if "transaction_id" in kept else "source_id"
        return {str(row[kept.index(key)]): row for row in table.select(*kept).fetchall()}


def local(batch: Published, part: Any) -> Path:
    return Path(batch.file(part).removeprefix("file://"))


def state(batch: Published, folder: Path) -> dict[str, tuple[Any, ...]]:
    folder.mkdir()
    return records(state_up_to(batch, folder).records)


@every_list
def test_each_days_changes_are_in_the_fetch_of_changes_and_the_state_follows_the_system(
    conn_type: str, resource: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    days = Days(conn_type, resource, tmp_path / "base")
    assert days.fetch(0).manifest.coverage == "full"
    gone: set[str] = set()
    for day in range(1, 4):
        sandbox.advance()
        truth = sandbox.truth()["changes"][conn_type][resource]
        gone = (gone | set(truth["deleted"])) - set(truth["added"])
        batch = days.fetch(day)
        tells_what_changed(batch, truth)
        whole = Days(conn_type, resource, tmp_path / f"full-{day}").fetch(day, since=None)
        now = records(local(whole, whole.manifest.records))
        found = state(batch, tmp_path / f"state-{day}")
        lingering = set() if conn_type in TELL_DELETIONS else gone & found.keys()
        assert {key: row for key, row in found.items() if key not in lingering} == now
    full = days.fetch(3, since=None, hour=1)
    assert state(full, tmp_path / "state-full") == records(local(full, full.manifest.records))


def tells_what_changed(batch: Published, truth: dict[str, list[str]]) -> None:
    manifest = batch.manifest
    expected = set(truth["added"]) | set(truth["changed"])
    if manifest.changes is not None:
        counts = (manifest.changes.added, manifest.changes.changed, manifest.changes.gone)
        assert counts == (len(truth["added"]), len(truth["changed"]), len(truth["deleted"]))
        assert records(local(batch, manifest.changes.records)).keys() == expected
        return
    assert manifest.coverage == "changes"
    assert records(local(batch, manifest.records)).keys() >= expected
    assert manifest.rows < 60
    assert manifest.overlap is not None


@pytest.mark.parametrize(("conn_type", "resource"), [each for each in LISTS if each[0] != "fynn"])
def test_fetch_of_changes_on_a_day_without_any_carries_its_cursor_on(
    conn_type: str, resource: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    days = Days(conn_type, resource, tmp_path)
    first, second = days.fetch(0).manifest, days.fetch(0, hour=1).manifest
    assert second.coverage == "changes"
    assert second.cursor_in == first.cursor_out
    assert str(second.cursor_out) >= str(second.cursor_in)
    assert second.distinct == second.overlap or second.overlap == 0
