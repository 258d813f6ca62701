"""The reconcile operator on a PostgreSQL that Airflow knows: the same breaks as in the worker."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from published_report import read_report
from temporary_postgres import temporary_postgres

from airflow_provider_erp.hooks.erp import ErpHook
from airflow_provider_erp.landing.fetching import FetchSpec, fetch_batch
from airflow_provider_erp.landing.paths import Attempt
from airflow_provider_erp.operators.engines.postgres import PostgresEngine
from airflow_provider_erp.operators.reconcile import ErpReconcileOperator
from airflow_provider_erp.reconciliation import CUSTOMERS
from airflow_provider_erp.reconciliation.postings import PostingSpec
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec
from airflow_provider_erp.sandbox import running_sandbox

pytestmark = pytest.mark.needs("postgres")

DAY = dt.datetime(2026, 11, 15, tzinfo=dt.UTC)
POSTINGS = PostingSpec(
    name="postings",
    billable={"type_code": {1: False, 2: True}, "exists_code": {0: False, 1: True}},
    signs={1: 1, 2: -1},
    local_currency="EUR",
)


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The manifests of a day's batches, by system and resource."""
    base = tmp_path_factory.mktemp("erp")
    with running_sandbox(seed=11, customers=200) as sandbox, pytest.MonkeyPatch.context() as patch:
        for connection in sandbox.connections().values():
            patch.setenv(f"AIRFLOW_CONN_{connection['conn_type'].upper()}", json.dumps(connection))
        yield {
            f"{system} {resource}": fetch_batch(
                ErpHook.for_connection(system),
                FetchSpec(resource=resource, as_of=DAY),
                base_path=base.as_uri(),
                attempt=Attempt(dag_id="daily", run_id="r", task_id=f"{system}-{resource}"),
                now=DAY,
            ).path
            for system, resource in (
                ("visma_px", "customer"),
                ("visma_px", "project_transaction"),
                ("lemonsoft", "invoice"),
                ("visma_net", "customer"),
            )
        }


@pytest.fixture
def conn_id(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with temporary_postgres() as dsn:
        folder = dict(part.split("=") for part in dsn.split())["host"]
        monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", f"postgres://erp@/postgres?host={folder.replace('/', '%2F')}")
        yield "warehouse"


@pytest.mark.parametrize(
    ("spec", "source", "target"),
    [
        (CUSTOMERS, "visma_px customer", "visma_net customer"),
        (POSTINGS, "visma_px project_transaction", "lemonsoft invoice"),
    ],
    ids=["customers", "postings"],
)
def test_report_is_the_same_wherever_it_was_compared(
    fetched: dict[str, str],
    conn_id: str,
    tmp_path: Path,
    spec: ReconciliationSpec | PostingSpec,
    source: str,
    target: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reports, compared_by = {}, []
    monkeypatch.setattr(ErpReconcileOperator, "_watch", lambda _, found: compared_by.append(type(found)))
    for engine in (None, conn_id):
        operator = ErpReconcileOperator(
            task_id="reconcile",
            spec=spec,
            source=fetched[source],
            target=fetched[target],
            base_path=(tmp_path / str(engine)).as_uri(),
            engine_conn_id=engine,
        )
        context: Any = {"dag_run": SimpleNamespace(logical_date=DAY, run_after=DAY)}
        reports[engine] = read_report(operator.execute(context)["report"])
    here, there = reports[None], reports[conn_id]
    assert compared_by[-2:] == [PostgresEngine, type(None)]
    assert len(here["breaks"]) > 10
    assert there["breaks"] == here["breaks"]
    assert there | {"provenance": {}} == here | {"provenance": {}}
