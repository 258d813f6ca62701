"""Each fault that the sandbox knows, met by a fetch in the middle of its list: whole, rejected, or a clear error."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_erp.exceptions import (
    ErpAuthError,
    ErpError,
    ErpInconsistentRead,
    ErpProtocolError,
    ErpUnavailable,
)
from airflow_provider_erp.hooks.erp import ErpHook
from airflow_provider_erp.landing.catalog import Published
from airflow_provider_erp.landing.fetching import FetchSpec, fetch_batch
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.landing.raw import read_rows
from airflow_provider_erp.sandbox import running_sandbox
from airflow_provider_erp.sandbox.faults.board import KINDS
from airflow_provider_erp.sandbox.server import Sandbox

NOW = dt.datetime(2026, 11, 20, 5, tzinfo=dt.UTC)
PAGE_SIZES = {"visma_net": "pageSize", "lemonsoft": "page_size", "fynn": "limit"}
SURVIVED = {"429", "500", "reset", "truncated", "html", "bom", "gzip", "expired_token", "slow"}
REPAIRED = {"repeated_page", "empty_page", "moved_row", "removed_row", "total_changes"}
REJECTED = {"lone_surrogate", "bad_record"}
FAILED: dict[str, type[ErpError]] = {
    "429_long": ErpUnavailable,
    "403": ErpAuthError,
    "404": ErpProtocolError,
}
OF_OTHER_TESTS = {"ignored_filter", "new_field", "lost_field", "retyped_field", "nan", "latin1", "gzip_cut"}


def each(kinds: set[str], but: tuple[str, str] | None = None) -> pytest.MarkDecorator:
    """Each kind with each vendor that can have it."""
    pairs = [(vendor, kind) for kind in sorted(kinds) for vendor in KINDS[kind].vendors if (vendor, kind) != but]
    return pytest.mark.parametrize(("vendor", "kind"), pairs)


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with running_sandbox(seed=13, customers=40) as running:
        for connection in running.connections().values():
            monkeypatch.setenv(f"AIRFLOW_CONN_{connection['conn_type'].upper()}", json.dumps(connection))
        yield running


def fetch(vendor: str, base: Path, *, day: int = 0, **ask: Any) -> Published:
    moment = NOW + dt.timedelta(days=day)
    filters = {PAGE_SIZES[vendor]: 7} if vendor in PAGE_SIZES else {}
    return fetch_batch(
        ErpHook.for_connection(vendor),
        FetchSpec(resource="customer", as_of=moment, filters=filters, **ask),
        base_path=f"file://{base}",
        attempt=Attempt(dag_id="d", run_id=moment.isoformat(), task_id="t"),
        now=moment,
    )


def rows(batch: Published) -> list[bytes]:
    found = (read_rows(Path(batch.file(part).removeprefix("file://"))) for part in batch.manifest.parts)
    return sorted(bytes(row) for part in found for row in part)


def test_every_kind_of_fault_that_a_fetch_can_meet_is_tried() -> None:
    met = {name for name, kind in KINDS.items() if not kind.only_writes}
    assert SURVIVED | REPAIRED | REJECTED | FAILED.keys() | OF_OTHER_TESTS == met


@each(SURVIVED)
def test_passing_fault_leaves_no_trace_in_the_batch(vendor: str, kind: str, sandbox: Sandbox, tmp_path: Path) -> None:
    calm = fetch(vendor, tmp_path / "calm")
    sandbox.arm(vendor, kind, after=0 if vendor == "visma_px" else 2)
    batch = fetch(vendor, tmp_path / "faulty")
    assert rows(batch) == rows(calm)
    assert (batch.manifest.looks, batch.manifest.repeated) == (1, 0)


def test_log_says_how_often_was_asked_once_more(
    sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.arm("fynn", "429", count=2, after=1)
    with caplog.at_level(logging.INFO, "airflow_provider_erp.landing"):
        fetch("fynn", tmp_path)
    assert " s, 2 retries, coverage full" in caplog.messages[-1]


def test_waiting_for_its_turn_is_no_asking_once_more(
    sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = next(each for each in sandbox.connections().values() if each["conn_type"] == "fynn")
    paced = connection["extra"] | {"max_requests_per_minute": 600}
    monkeypatch.setenv("AIRFLOW_CONN_FYNN", json.dumps(connection | {"extra": paced}))
    with caplog.at_level(logging.INFO, "airflow_provider_erp.landing"):
        fetch("fynn", tmp_path)
    assert " s, 0 retries, coverage full" in caplog.messages[-1]


@pytest.mark.parametrize("after", range(8))
@pytest.mark.parametrize("vendor", KINDS["empty_page"].vendors)
def test_page_whose_rows_are_lost_hides_none_whichever_page_it_is(
    vendor: str, after: int, sandbox: Sandbox, tmp_path: Path
) -> None:
    calm = fetch(vendor, tmp_path / "calm")
    sandbox.arm(vendor, "empty_page", after=after)
    batch = fetch(vendor, tmp_path / "faulty")
    assert rows(batch) == rows(calm)


NOT_TO_BE_SEEN = ("lemonsoft", "removed_row")
"""Without an announced total a row that is removed while the list is read can hide its neighbour."""


@each(REPAIRED, but=NOT_TO_BE_SEEN)
def test_list_that_does_not_fit_together_is_repaired_by_a_second_look(
    vendor: str, kind: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.arm(vendor, kind, after=3)
    batch = fetch(vendor, tmp_path / "faulty")
    now = fetch(vendor, tmp_path / "now")
    assert batch.manifest.repeated == 0
    assert rows(batch) == rows(now)
    assert batch.manifest.looks == (1 if kind in ("repeated_page", "empty_page") else 2)


def test_row_removed_from_a_list_without_a_total_can_hide_its_neighbour(sandbox: Sandbox, tmp_path: Path) -> None:
    vendor, kind = NOT_TO_BE_SEEN
    sandbox.arm(vendor, kind, after=3)
    batch = fetch(vendor, tmp_path / "faulty")
    hidden = set(rows(fetch(vendor, tmp_path / "now"))) - set(rows(batch))
    assert len(hidden) == 1


@each(REJECTED)
def test_one_bad_record_is_rejected_and_no_other(vendor: str, kind: str, sandbox: Sandbox, tmp_path: Path) -> None:
    calm = fetch(vendor, tmp_path / "calm")
    sandbox.arm(vendor, kind, after=0 if vendor == "visma_px" else 2)
    batch = fetch(vendor, tmp_path / "faulty")
    assert batch.manifest.rejected == 1
    assert batch.manifest.rows == calm.manifest.rows


@each(set(FAILED))
def test_fault_that_stays_is_an_error_and_publishes_nothing(
    vendor: str, kind: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.arm(vendor, kind, count=20, after=0 if vendor == "visma_px" else 2)
    with pytest.raises(FAILED[kind]) as caught:
        fetch(vendor, tmp_path)
    assert list(tmp_path.rglob("manifest.json")) == []
    if isinstance(caught.value, ErpUnavailable):
        assert caught.value.retry_after == pytest.approx(3600, abs=5)


@each({"ignored_filter"})
def test_change_filter_that_is_ignored_is_an_error(vendor: str, kind: str, sandbox: Sandbox, tmp_path: Path) -> None:
    fetch(vendor, tmp_path)
    sandbox.advance()
    sandbox.arm(vendor, kind, count=20)
    with pytest.raises(ErpProtocolError, match="the server ignores the change filter"):
        fetch(vendor, tmp_path, day=1, since="last")


@each({"new_field", "lost_field", "retyped_field"})
def test_fields_that_changed_are_told(vendor: str, kind: str, sandbox: Sandbox, tmp_path: Path) -> None:
    fetch(vendor, tmp_path)
    sandbox.arm(vendor, kind, count=50)
    word = {"new_field": "appeared", "lost_field": "vanished", "retyped_field": "changed its type"}[kind]
    batch = fetch(vendor, tmp_path, day=1)
    assert any(word in line for line in batch.manifest.drift)
    sandbox.board.clear()


@each({"nan", "latin1", "gzip_cut"})
def test_body_that_is_no_json_text_is_asked_for_once_more_or_rejected_by_record(
    vendor: str, kind: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    calm = fetch(vendor, tmp_path / "calm")
    sandbox.arm(vendor, kind, after=0 if vendor == "visma_px" else 2)
    try:
        batch = fetch(vendor, tmp_path / "faulty")
    except (ErpInconsistentRead, ErpUnavailable):
        assert list((tmp_path / "faulty").rglob("manifest.json")) == []
        return
    assert batch.manifest.rows == calm.manifest.rows
    assert rows(batch) == rows(calm) or kind == "latin1"


@pytest.mark.parametrize("response_format", ["json", "xml"])
def test_px_gives_the_same_records_in_both_formats(
    response_format: str, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    [connection] = [each for each in sandbox.connections().values() if each["conn_type"] == "visma_px"]
    extra = connection["extra"] | {"response_format": response_format}
    monkeypatch.setenv("AIRFLOW_CONN_PX_OTHER", json.dumps(connection | {"extra": extra}))
    found = []
    for conn_id in ("visma_px", "px_other"):
        hook = ErpHook.for_connection(conn_id)
        read = hook.traits("project_transaction").read
        found.append([read(row) for page in hook.fetch("project_transaction") for row in page.raw])
    assert found[0] == found[1]
    assert found[0]
