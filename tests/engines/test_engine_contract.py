"""Every engine finds the same breaks: the same statements on every kind of break, hostile texts, and decimals."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from compared_examples import HOSTILE, POSTINGS, SUMS, TOLERANT, customers, invoices, work
from object_store import copied
from postings_on_disk import MORNING, a_posting_side
from remote_engines import CONN_ID, running_engine
from sides_on_disk import a_customer, a_side

from airflow_provider_erp.exceptions import ErpConfigError
from airflow_provider_erp.operators.engines.choice import answer_of, engine_of
from airflow_provider_erp.operators.engines.shared import shared_folder
from airflow_provider_erp.reconciliation.customers.compare import OpenEngine, local_engine, reconcile
from airflow_provider_erp.reconciliation.postings.compare import answer_here, reconcile_postings
from airflow_provider_erp.reconciliation.result import Reconciliation
from airflow_provider_erp.reconciliation.spec import KINDS, ReconciliationSpec

ENGINES = {
    "postgres": pytest.param("postgres", marks=pytest.mark.needs("postgres")),
    "sqlite": "sqlite",
    "spark over a mounted folder": "spark over a mounted folder",
    "spark over an object store": "spark over an object store",
}
EXACT = [ENGINES[name] for name in ENGINES if name != "sqlite"]
Rows = list[dict[str, str | None]]


@pytest.fixture
def engine(request: pytest.FixtureRequest, tmp_path: Path, object_store: str, bucket: str) -> Iterator[OpenEngine]:
    """The engine of this name, running, as the operator opens it."""
    name: str = request.param
    with running_engine(name, tmp_path, object_store):
        base, seen = (tmp_path.as_uri(), tmp_path.as_uri()) if "mounted" in name else (bucket, None)
        kind = "spark_connect" if name.startswith("spark") else "sql"
        tries = count(1)
        yield engine_of(kind, CONN_ID, lambda: shared_folder(base, seen, "engine", str(next(tries))))  # type: ignore[arg-type]


def plain(result: Reconciliation) -> Reconciliation:
    return dataclasses.replace(result, breaks=Path(), provenance={})


def compared(folder: Path, rows: tuple[Rows, Rows], engine: OpenEngine, spec: ReconciliationSpec) -> Reconciliation:
    folder.mkdir()
    source, target = rows
    return reconcile(spec, a_side(folder, "Ledger", source), a_side(folder, "Projects", target), folder, engine=engine)


@pytest.mark.parametrize("engine", ENGINES.values(), indirect=True)
def test_customers_have_the_same_breaks_in_the_same_order(tmp_path: Path, engine: OpenEngine) -> None:
    rows = customers()
    here = compared(tmp_path / "here", rows, local_engine, TOLERANT)
    there = compared(tmp_path / "there", rows, engine, TOLERANT)
    assert list(there.read_breaks()) == list(here.read_breaks())
    assert plain(there) == plain(here)
    assert there.provenance["engine"] != here.provenance["engine"]
    assert {found.source_value for found in here.read_breaks() if found.field == "city"} == set(HOSTILE)
    assert {found.target_value for found in here.read_breaks() if found.field == "payment_terms"} == {"9", "10", "11"}
    assert sum(count > 0 for count in here.counts.values()) > len(KINDS) // 2


@pytest.mark.parametrize("engine", ENGINES.values(), indirect=True)
def test_sides_without_customers_have_no_breaks_anywhere(tmp_path: Path, engine: OpenEngine) -> None:
    assert list(compared(tmp_path / "none", ([], []), engine, TOLERANT).read_breaks()) == []
    one = [a_customer("1", number="1")]
    [found] = compared(tmp_path / "one", (one, []), engine, TOLERANT).read_breaks()
    assert found.kind == "missing_in_target"


@pytest.mark.parametrize("engine", [ENGINES["postgres"]], indirect=True)
def test_id_that_postgres_cannot_hold_is_refused_rather_than_taken_for_another(
    tmp_path: Path, engine: OpenEngine
) -> None:
    rows = [a_customer("a\0", number="1"), a_customer("a", number="2")]
    told = r"connection 'engine': expected ids without the character NUL, .* got 1 with it in source; leave engine out"
    with pytest.raises(ErpConfigError, match=told):
        compared(tmp_path / "nul", (rows, []), engine, TOLERANT)


@pytest.mark.parametrize("sums", SUMS)
@pytest.mark.parametrize("engine", EXACT, indirect=True)
def test_sums_agree_to_the_last_digit(tmp_path: Path, engine: OpenEngine, sums: str) -> None:
    spec, posted, invoiced = SUMS[sums]
    source = a_posting_side(tmp_path, "Visma PX", posted, MORNING)
    target = a_posting_side(tmp_path, "Lemonsoft", invoiced, None)
    results = []
    for answer in (answer_here, answer_of(engine, tmp_path)):
        result = reconcile_postings(spec, source, target, tmp_path, as_of=MORNING, answer=answer)
        results.append((list(result.read_breaks()), plain(result)))
    here, there = results
    assert there == here
    assert {each.kind for each in here[0]} == (set(result.kinds) if spec is POSTINGS else {"amount_differs"})


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_database_that_rounds_sums_is_refused(tmp_path: Path, engine: OpenEngine) -> None:
    source = a_posting_side(tmp_path, "Visma PX", work(), MORNING)
    target = a_posting_side(tmp_path, "Lemonsoft", invoices(), None)
    with pytest.raises(ErpConfigError, match="connection 'engine': expected a database with exact decimals"):
        reconcile_postings(POSTINGS, source, target, tmp_path, as_of=MORNING, answer=answer_of(engine, tmp_path))


@pytest.mark.parametrize("engine", ["spark over an object store"], indirect=True)
def test_what_spark_made_stays_on_the_shared_storage_and_is_listed(
    tmp_path: Path, engine: OpenEngine, bucket: str, object_store: str
) -> None:
    compared(tmp_path / "there", customers(), engine, TOLERANT)
    left = copied(bucket, object_store, tmp_path / "left") / "engine" / "1"
    listed = json.loads((left / "manifest.json").read_bytes())
    files = {str(file.relative_to(left)) for file in left.rglob("*.parquet")}
    assert {name for table in listed["tables"].values() for name in table} == files
    assert "findings" in listed["tables"]
