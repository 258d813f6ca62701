"""A task that is killed at any moment and tried again publishes what an undisturbed one does."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import fetch_in_a_process
import pytest
from fetch_in_a_process import one_try

from airflow_provider_erp.landing.catalog import Published, read_batch
from airflow_provider_erp.landing.raw import read_rows
from airflow_provider_erp.sandbox import running_sandbox
from airflow_provider_erp.sandbox.server import Sandbox

KILLS = 12
ANNOUNCE_A_TOTAL = {"visma_net", "fynn"}
LISTS = {
    "visma_net": ("customer", {"pageSize": 4}),
    "fynn": ("customer", {"limit": 4}),
    "lemonsoft": ("customer", {"page_size": 4}),
    "visma_px": ("project_transaction", {}),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(seed=5, customers=300) as running:
        yield running


@pytest.fixture(scope="module")
def processes() -> Iterator[Any]:
    """Processes that have everything imported when they start, so that a kill meets the fetch itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(fetch_in_a_process.__file__).parent))
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["fetch_in_a_process"])
        yield context


def local(batch: Published, part: Any) -> Path:
    return Path(batch.file(part).removeprefix("file://"))


def content(batch: Published) -> tuple[list[bytes], list[Any]]:
    """The raw lines and the canonical records."""
    lines = [bytes(row) for part in batch.manifest.parts for row in read_rows(local(batch, part))]
    with duckdb.connect() as connection:
        records = connection.read_parquet(str(local(batch, batch.manifest.records))).fetchall()
    return lines, records


@pytest.mark.parametrize("conn_type", LISTS)
def test_task_that_is_killed_again_and_again_publishes_what_an_undisturbed_one_does(
    conn_type: str, sandbox: Sandbox, processes: Any, tmp_path: Path
) -> None:
    [connection] = [each for each in sandbox.connections().values() if each["conn_type"] == conn_type]
    resource, filters = LISTS[conn_type]
    started = time.monotonic()
    calm = one_try(connection, f"file://{tmp_path}/calm", 1, resource, **filters)
    seconds = time.monotonic() - started
    rng = random.Random(conn_type)
    killed_in_the_middle = 0
    for try_number in range(1, KILLS + 1):
        seen = len(sandbox.requests)
        arguments = (connection, f"file://{tmp_path}/killed", try_number, resource)
        process = processes.Process(target=one_try, args=arguments, kwargs=filters)
        process.start()
        while len(sandbox.requests) == seen and process.is_alive():
            time.sleep(0.001)
        time.sleep(rng.uniform(0.0, seconds / 3))
        process.kill()
        process.join()
        killed_in_the_middle += process.exitcode == -signal.SIGKILL
    assert killed_in_the_middle
    assert published_whole(tmp_path / "killed", calm)
    seen = len(sandbox.requests)
    final = one_try(connection, f"file://{tmp_path}/killed", KILLS + 1, resource, **filters)
    assert content(final) == content(calm)
    went_on = any(part.folder for part in final.manifest.parts)
    assert went_on == (conn_type in ANNOUNCE_A_TOTAL)


def published_whole(base: Path, calm: Published) -> bool:
    """Whatever a killed try published is whole: a reader never sees half of a batch."""
    found = [read_batch(f"file://{path}") for path in base.rglob("manifest.json")]
    return all(content(batch) == content(calm) for batch in found)
