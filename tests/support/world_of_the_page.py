"""What the page shows in its tests: a run of the daily DAG by Airflow against the sandbox, and a push."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from breaks_on_disk import rows_of
from example_dags import load_dag

from airflow_provider_erp.landing import storage
from airflow_provider_erp.operators.push import ErpPushOperator
from airflow_provider_erp.sandbox import running_sandbox
from airflow_provider_erp.ui.ledgers import Listing, list_reports

PLAN = "0a1b2c3d4e5f6789"
DAG_ID = "daily_customer_reconciliation"
DAY = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
RIGHTS = " ".join(f"vismanet_erp_service_api:{right}" for right in ("read", "create", "update"))


@dataclass(frozen=True)
class World:
    """Where the reports lie, and the run that made them."""

    base: Path
    run_id: str

    @property
    def listing(self) -> Listing:
        """All that there is to see."""
        return list_reports(self.base.as_uri(), lambda _: True)

    @property
    def parameters(self) -> dict[str, str]:
        """A value for every name in the page's addresses."""
        comparison = self.listing.comparisons[0]
        breaks = Path(comparison.newest.file("breaks.parquet").removeprefix("file://"))
        return {
            "name": "page.css",
            "comparison": comparison.identity,
            "report": comparison.newest.name,
            "file": "report.html",
            "digest": PLAN,
            "break_id": rows_of(breaks)[0]["break_id"],
            "dag_id": DAG_ID,
            "run_id": self.run_id,
            "task_id": comparison.newest.facts.task_id,
        }

    def address(self, template: str, **changed: str) -> str:
        """An address of the page, with the names in it filled in."""
        values = {name: quote(value, safe="") for name, value in (self.parameters | changed).items()}
        return template.format(**values)


def a_world(base: Path, patch: pytest.MonkeyPatch) -> World:
    """Runs the DAG through Airflow, and one push in the run's name."""
    from airflow.models.dagbundle import DagBundleModel
    from airflow.utils.session import create_session
    from dagbag import DagBag, sync_bag_to_db

    with running_sandbox(seed=11, customers=60, requests_per_session=10_000, visma_net_limit=10_000) as sandbox:
        for conn_id, connection in sandbox.connections().items():
            extra = connection["extra"] | ({"scope": RIGHTS} if conn_id == "visma_net_default" else {})
            patch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(connection | {"extra": extra}))
        dag = load_dag(DAG_ID)
        with create_session() as session:
            session.merge(DagBundleModel(name="testing"))
        bag = DagBag(os.devnull)
        bag.bag_dag(dag)
        sync_bag_to_db(bag, "testing", None)
        run = dag.test(logical_date=DAY)
        assert run.state == "success"
        world = World(base, run.run_id)
        _push(world)
        _plan(world)
    return world


def _plan(world: World) -> None:
    """The workbook of a plan beside each report."""
    for comparison in world.listing.comparisons:
        file = Path(comparison.newest.file(f"plan-{PLAN}/plan.xlsx").removeprefix("file://"))
        file.parent.mkdir()
        file.write_bytes(b"a workbook")
        made_of = {name: comparison.newest.digest(name) for name in ("breaks.json", "breaks.parquet")}
        file.with_name("made_of.json").write_text(json.dumps(made_of | {"plan.xlsx": storage.sha256(file)}))


def _push(world: World) -> None:
    records = [
        {
            "number": str(70_000 + place),
            "name": f"Uusi Asiakas {place} Oy",
            "street": "Rantatie 5",
            "postal_code": "00100",
            "city": "Helsinki",
            "country": "FI",
            "email": f"info@uusi{place}.fi",
        }
        for place in range(3)
    ]
    operator = ErpPushOperator(
        task_id="push",
        conn_id="visma_net_default",
        records=records,
        dry_run=False,
        defaults={"overrideWithClassValues": True, "customerClassId": "1"},
        base_path=world.base.as_uri(),
    )
    instance = SimpleNamespace(dag_id=DAG_ID, run_id=world.run_id, task_id="push", map_index=-1, try_number=1)
    context: Any = {"dag_run": SimpleNamespace(logical_date=DAY, run_after=DAY), "ti": instance}
    operator.execute(context)
