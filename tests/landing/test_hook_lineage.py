"""What is read and written in the storage is told to whoever collects Airflow's hook lineage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import airflow.sdk.lineage
import pytest
from airflow.sdk.lineage import HookLineageCollector
from batches_on_disk import DAY, EVERYONE, MONDAY, Read, publish
from fake_source import FakeSource, page

from airflow_provider_erp.landing.fetching import FetchSpec, fetch_batch
from airflow_provider_erp.landing.lineage import tell_read, tell_written
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.landing.state import current_state
from airflow_provider_erp.operators.snapshot import ErpSnapshotOperator

ATTEMPT = Attempt(dag_id="d", run_id="r", task_id="t")
STREAM = "visma_px/Nordic~20Oy/customer/all"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[HookLineageCollector]:
    """One that collects, as Airflow makes it where a plugin reads lineage."""
    from airflow.sdk import plugins_manager

    readers = plugins_manager.get_hook_lineage_readers_plugins
    monkeypatch.setattr(plugins_manager, readers.__name__, lambda: [object])
    airflow.sdk.lineage.get_hook_lineage_collector.cache_clear()
    found = airflow.sdk.lineage.get_hook_lineage_collector()
    yield found
    airflow.sdk.lineage.get_hook_lineage_collector.cache_clear()


def read(collector: HookLineageCollector) -> list[str]:
    return [each.asset.uri for each in collector.collected_assets.inputs]


def written(collector: HookLineageCollector) -> list[str]:
    return [each.asset.uri for each in collector.collected_assets.outputs]


def test_a_fetch_writes_its_stream(collector: HookLineageCollector, tmp_path: Path) -> None:
    spec = FetchSpec(resource="customer", as_of=MONDAY)
    source = FakeSource([page(1, b'{"id": 1}')])
    fetch_batch(source, spec, base_path=tmp_path.as_uri(), attempt=ATTEMPT, now=MONDAY)
    assert written(collector) == [f"{tmp_path.as_uri()}/{STREAM}"]
    assert read(collector) == []


def test_whoever_reads_a_state_reads_its_stream(collector: HookLineageCollector, tmp_path: Path) -> None:
    publish(tmp_path, Read(0, {"1": "Anna"}))
    folder = tmp_path / "local"
    folder.mkdir()
    current_state(tmp_path.as_uri(), EVERYONE, MONDAY + DAY, folder)
    assert read(collector) == [f"{tmp_path.as_uri()}/{STREAM}"]


def test_a_snapshot_reads_its_stream_and_writes_its_own_folder(collector: HookLineageCollector, tmp_path: Path) -> None:
    batch = publish(tmp_path, Read(0, {"1": "Anna"}))
    run: Any = {"dag_run": SimpleNamespace(logical_date=MONDAY, run_after=MONDAY + dt.timedelta(hours=1))}
    ErpSnapshotOperator(task_id="t", fetched=batch.path).execute(run)
    assert read(collector) == [f"{tmp_path.as_uri()}/{STREAM}"]
    assert written(collector) == [f"{tmp_path.as_uri()}/snapshots/{STREAM}"]


def test_the_connection_to_a_storage_is_no_part_of_a_place(collector: HookLineageCollector) -> None:
    tell_read("s3://aws_default@finance/erp/fynn/Nordic/customer/all")
    tell_written("s3://finance/erp/fynn/Nordic/customer/all")
    assert read(collector) == written(collector) == ["s3://finance/erp/fynn/Nordic/customer/all"]
