"""Real Spark with two workers finds what the worker itself finds, also when one of them is killed in the middle."""

from __future__ import annotations

import dataclasses
import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from compared_examples import SUMS, TOLERANT, customers
from postings_on_disk import MORNING, a_posting_side
from sides_on_disk import a_customer, a_side

from airflow_provider_erp.operators.engines.choice import answer_of, engine_of
from airflow_provider_erp.operators.engines.shared import shared_folder
from airflow_provider_erp.reconciliation.customers.compare import OpenEngine, local_engine, reconcile
from airflow_provider_erp.reconciliation.postings.compare import answer_here, reconcile_postings
from airflow_provider_erp.reconciliation.result import Reconciliation
from airflow_provider_erp.reconciliation.spec import CUSTOMERS, ReconciliationSpec
from scale.loopback import HOST
from scale.processes import Program
from scale.spark_cluster import SparkCluster, running_spark

CONN_ID, MANY = "spark_lake", 20_000
Rows = list[dict[str, str | None]]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkCluster]:
    with running_spark(Path(os.environ["SPARK_HOME"]), tmp_path_factory.mktemp("spark")) as running:
        yield running


@pytest.fixture
def engine(cluster: SparkCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenEngine:
    """Over a folder that all processes of this machine see."""
    connection = {"conn_type": "spark_connect", "host": HOST, "port": cluster.port}
    monkeypatch.setenv(f"AIRFLOW_CONN_{CONN_ID.upper()}", json.dumps(connection))
    base = tmp_path.as_uri()
    return engine_of("spark_connect", CONN_ID, lambda: shared_folder(base, base, "engine"))


def compared(folder: Path, rows: tuple[Rows, Rows], engine: OpenEngine, spec: ReconciliationSpec) -> Reconciliation:
    folder.mkdir()
    source, target = rows
    return reconcile(spec, a_side(folder, "Ledger", source), a_side(folder, "Projects", target), folder, engine=engine)


def test_customers_have_the_same_breaks(tmp_path: Path, engine: OpenEngine) -> None:
    here = compared(tmp_path / "here", customers(), local_engine, TOLERANT)
    there = compared(tmp_path / "there", customers(), engine, TOLERANT)
    assert list(there.read_breaks()) == list(here.read_breaks())


def test_sides_without_customers_have_no_breaks(tmp_path: Path, engine: OpenEngine) -> None:
    assert list(compared(tmp_path / "none", ([], []), engine, TOLERANT).read_breaks()) == []


@pytest.mark.parametrize("sums", SUMS)
def test_sums_agree_to_the_last_digit(tmp_path: Path, engine: OpenEngine, sums: str) -> None:
    spec, posted, invoiced = SUMS[sums]
    source = a_posting_side(tmp_path, "Visma PX", posted, MORNING)
    target = a_posting_side(tmp_path, "Lemonsoft", invoiced, None)
    results = []
    for answer in (answer_here, answer_of(engine, tmp_path)):
        result = reconcile_postings(spec, source, target, tmp_path, as_of=MORNING, answer=answer)
        results.append((list(result.read_breaks()), dataclasses.replace(result, provenance={})))
    here, there = results
    assert there == here
    assert here[0]


def test_worker_that_is_killed_in_the_middle_changes_nothing(
    tmp_path: Path, cluster: SparkCluster, engine: OpenEngine
) -> None:
    source = [a_customer(f"s{n}", number=str(n), city="Turku", name=f"Company {n}") for n in range(MANY)]
    target = [a_customer(f"t{n}", number=str(n), city="Oslo" if n % 7 else "Turku") for n in range(5, MANY + 5)]
    spec = dataclasses.replace(CUSTOMERS, similar=False)
    here = compared(tmp_path / "here", (source, target), local_engine, spec)
    killing = threading.Thread(target=_kill_when_it_has_written, args=(cluster.workers[0], tmp_path / "engine"))
    killing.start()
    there = compared(tmp_path / "there", (source, target), engine, spec)
    assert not killing.is_alive(), "the comparison was over before a worker was killed"
    assert cluster.workers[0].process.wait(10) != 0
    assert there.counts == here.counts
    assert list(there.read_breaks()) == list(here.read_breaks())


def _kill_when_it_has_written(worker: Program, folder: Path) -> None:
    """Spark's workers have written a first table, of the several that a comparison needs."""
    patience = time.monotonic() + 120
    while not any(folder.rglob("part-*.parquet")) and time.monotonic() < patience:
        time.sleep(0.05)
    worker.kill()
