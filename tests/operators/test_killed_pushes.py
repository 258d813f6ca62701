"""A push that is killed at any moment, loses answers and is refused writes every customer once, and tells each once."""

from __future__ import annotations

import json
import multiprocessing
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import push_in_a_process
import pytest
from push_in_a_process import one_try

from airflow_provider_erp.sandbox import Sandbox, running_sandbox

CUSTOMERS, KILLS = 2_000, 6
HUNDREDTH = CUSTOMERS // 100


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(customers=20, requests_per_session=100_000, visma_net_limit=1_000_000) as running:
        yield running


@pytest.fixture(scope="module")
def processes() -> Iterator[Any]:
    """Processes that have everything imported when they start, so that a kill meets the push itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(push_in_a_process.__file__).parent))
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["push_in_a_process"])
        yield context


def disturb(sandbox: Sandbox, vendor: str) -> None:
    """A hundredth of the writes each is refused, or done with its answer lost; now and then there are too many."""
    for place in range(HUNDREDTH):
        sandbox.arm(vendor, "write_rejected", after=place * 97)
        sandbox.arm(vendor, "write_lost", after=place * 89)
    for place in range(3):
        sandbox.arm(vendor, "write_429", after=place * 400)


def receipts(base: Path) -> list[dict[str, Any]]:
    [file] = base.rglob("receipts.jsonl")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("key", ["number", "org_number"])
@pytest.mark.parametrize("vendor", ["visma_net", "lemonsoft"])
def test_two_thousand_customers_are_created_once_whatever_happens(
    vendor: str, key: str, sandbox: Sandbox, processes: Any, tmp_path: Path
) -> None:
    connection = sandbox.connections()[f"{vendor}_default"]
    connection["extra"] |= {"timeout_seconds": 1, "retry_seconds": 10}
    disturb(sandbox, vendor)
    rng, at_kills = random.Random(vendor), []
    for try_number in range(1, KILLS + 2):
        arguments = (connection, f"file://{tmp_path}/erp", try_number, CUSTOMERS, key)
        process = processes.Process(target=one_try, args=arguments)
        process.start()
        if try_number <= KILLS:
            process.join(rng.uniform(0.3, 2.5))
            process.kill()
            at_kills.append(sandbox.tally(vendor).created)
        process.join()
    assert process.exitcode == 0
    assert any(0 < created < CUSTOMERS // 2 for created in at_kills)

    told = receipts(tmp_path)
    outcomes = Counter(row["outcome"] for row in told)
    written = sandbox.tally(vendor)
    assert len({row["record"] for row in told}) == len(told) == CUSTOMERS
    assert outcomes.keys() == {"created", "rejected"}
    assert 0 < outcomes["rejected"] <= HUNDREDTH
    assert written.created == outcomes["created"]
    created = written.created_by_number if key == "number" else written.created_by_org_number
    assert set(created.values()) == {1}
    assert len(created) == outcomes["created"]
    if key == "number":
        assert set(created) == {row["record"] for row in told if row["outcome"] == "created"}
