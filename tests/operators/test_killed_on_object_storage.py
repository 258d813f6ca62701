"""Tasks that are killed at any moment while they write to an object store."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import compare_in_a_process
import fetch_in_a_process
import push_in_a_process
import pytest
from object_store import connection, copied
from stalling_relay import stalling_relay
from with_environment import with_environment

from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.catalog import Published, copy_part, copy_records, read_batch
from airflow_provider_erp.landing.raw import read_rows
from airflow_provider_erp.sandbox import Sandbox, running_sandbox
from airflow_provider_erp.ui.ledgers import list_reports

KILLS, CUSTOMERS = 8, 300
UPLOADS = {"file": ("put", 12_000_000), "file in parts": ("put", 120_000_000), "manifest": ("create", 12_000_000)}
IMPATIENT = {"config_kwargs": {"read_timeout": 0.5, "retries": {"max_attempts": 0}}}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(
        seed=5, customers=CUSTOMERS, requests_per_session=100_000, visma_net_limit=1_000_000
    ) as running:
        yield running


@pytest.fixture(scope="module")
def processes() -> Iterator[Any]:
    """Processes that have everything imported when they start, so that a kill meets the task itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(push_in_a_process.__file__).parent))
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(
            ["compare_in_a_process", "fetch_in_a_process", "push_in_a_process", "with_environment"]
        )
        yield context


def start(processes: Any, call: Any, arguments: tuple[Any, ...], **named: Any) -> Any:
    """A call in a process of its own, with the storage's connection."""
    settings = {"AIRFLOW_CONN_OBJECTS": os.environ["AIRFLOW_CONN_OBJECTS"]}
    process = processes.Process(target=with_environment, args=(settings, call, *arguments), kwargs=named)
    process.start()
    return process


def kill_after(process: Any, begun: Callable[[], bool], seconds: float) -> int:
    """Kills it so many seconds after it has begun; its exit code."""
    while not begun() and process.is_alive():
        time.sleep(0.001)
    process.join(seconds)
    process.kill()
    process.join()
    return int(process.exitcode)


def lines(batch: Published, folder: Path) -> list[bytes]:
    """The raw lines; each file is held to the manifest's digest."""
    folder.mkdir()
    copy_records(batch, folder)
    return [bytes(row) for part in batch.manifest.parts for row in read_rows(copy_part(batch, part, folder))]


def test_fetch_that_is_killed_again_and_again_publishes_what_an_undisturbed_one_does(
    sandbox: Sandbox, processes: Any, bucket: str, object_store: str, tmp_path: Path
) -> None:
    system, filters = sandbox.connections()["visma_net_default"], {"pageSize": 4}
    started = time.monotonic()
    calm = fetch_in_a_process.one_try(system, f"{bucket}/calm", 1, "customer", **filters)
    seconds = time.monotonic() - started
    wanted = lines(calm, tmp_path / "calm")
    rng, codes = random.Random(7), []
    for try_number in range(1, KILLS + 1):
        arguments, seen = (system, f"{bucket}/killed", try_number, "customer"), len(sandbox.requests)
        process = start(processes, fetch_in_a_process.one_try, arguments, **filters)
        codes.append(kill_after(process, lambda seen=seen: len(sandbox.requests) > seen, rng.uniform(0, seconds / 3)))  # type: ignore[misc]
    assert -signal.SIGKILL in codes
    for place, found in enumerate(copied(bucket, object_store, tmp_path / "seen").rglob("killed/**/manifest.json")):
        published = read_batch(f"{bucket}/{found.relative_to(tmp_path / 'seen')}")
        assert lines(published, tmp_path / f"published-{place}") == wanted
    final = fetch_in_a_process.one_try(system, f"{bucket}/killed", KILLS + 1, "customer", **filters)
    assert lines(final, tmp_path / "final") == wanted
    assert any(part.folder for part in final.manifest.parts)


def names_beside(page: Path) -> set[str]:
    return {file.name for file in page.parent.iterdir()}


def test_comparison_that_is_killed_again_and_again_ends_as_an_undisturbed_one(
    sandbox: Sandbox, processes: Any, bucket: str, object_store: str, tmp_path: Path
) -> None:
    systems = sandbox.connections()
    sides = {
        side: fetch_in_a_process.one_try(systems[f"{system}_default"], f"{bucket}/batches", 1, "customer").path
        for side, system in (("source", "lemonsoft"), ("target", "visma_net"))
    }
    started = time.monotonic()
    calm = compare_in_a_process.one_try(f"{bucket}/calm", sides, 1, str(tmp_path / "calm"))
    seconds = time.monotonic() - started
    codes = []
    for try_number in range(1, KILLS + 1):
        begun = tmp_path / f"begun-{try_number}"
        process = start(processes, compare_in_a_process.one_try, (f"{bucket}/killed", sides, try_number, str(begun)))
        codes.append(kill_after(process, begun.exists, seconds * try_number / KILLS))
        seen = copied(bucket, object_store, tmp_path / f"seen-{try_number}")
        [whole] = seen.glob("calm/**/report.html")
        for page in seen.glob("killed/**/report.html"):
            assert names_beside(page) == names_beside(whole)
    assert codes.count(-signal.SIGKILL) > KILLS // 2
    final = compare_in_a_process.one_try(f"{bucket}/killed", sides, KILLS + 1, str(tmp_path / "final"))
    assert final == calm | {"report": final["report"]}
    left = copied(bucket, object_store, tmp_path / "left")
    one, other = (json.loads(next((left / name).rglob("breaks.json")).read_bytes()) for name in ("calm", "killed"))
    assert one["breaks"] == other["breaks"]
    [comparison] = list_reports(f"{bucket}/killed", lambda _: True).comparisons
    assert comparison.newest.facts.verdict == calm["verdict"]


def test_push_that_is_killed_again_and_again_creates_each_customer_once(
    sandbox: Sandbox, processes: Any, bucket: str, object_store: str, tmp_path: Path
) -> None:
    system = sandbox.connections()["visma_net_default"]
    system["extra"] |= {"timeout_seconds": 1, "retry_seconds": 10}
    for place in range(3):
        sandbox.arm("visma_net", "write_lost", after=place * 89)
    rng, at_kills = random.Random(3), []
    for try_number in range(1, KILLS + 2):
        seen = sandbox.tally("visma_net").created
        process = start(processes, push_in_a_process.one_try, (system, bucket, try_number, CUSTOMERS, "number"))
        if try_number <= KILLS:
            kill_after(process, lambda seen=seen: sandbox.tally("visma_net").created > seen, rng.uniform(0.0, 0.5))  # type: ignore[misc]
            at_kills.append(sandbox.tally("visma_net").created)
        process.join()
    assert process.exitcode == 0
    assert any(0 < created < CUSTOMERS for created in at_kills)
    [file] = copied(bucket, object_store, tmp_path).rglob("receipts.jsonl")
    told = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert Counter(row["outcome"] for row in told) == {"created": CUSTOMERS}
    assert Counter(sandbox.tally("visma_net").created_by_number.values()) == {1: CUSTOMERS}


@pytest.mark.parametrize(("write", "size"), UPLOADS.values(), ids=UPLOADS)
@pytest.mark.parametrize("end", ["killed", "gives up"])
def test_write_that_ends_in_the_middle_of_an_upload_publishes_nothing(
    processes: Any, bucket: str, object_store: str, tmp_path: Path, write: str, size: int, end: str
) -> None:
    local, address = tmp_path / "large", f"{bucket}/folder/large"
    local.write_bytes(os.urandom(size))
    call = (storage.put, local, address) if write == "put" else (storage.create, address, local.read_bytes())
    with stalling_relay(object_store, after_bytes=4_000_000) as (endpoint, stalled):
        settings = {"AIRFLOW_CONN_OBJECTS": connection(endpoint, **({} if end == "killed" else IMPATIENT))}
        process = processes.Process(target=with_environment, args=(settings, *call))
        process.start()
        assert stalled.wait(60)
        process.join(0 if end == "killed" else 60)
        process.kill()
        process.join()
    assert process.exitcode == (-signal.SIGKILL if end == "killed" else 1)
    assert storage.names(f"{bucket}/folder") == []
    storage.put(local, address)
    assert storage.read(address) == local.read_bytes()
