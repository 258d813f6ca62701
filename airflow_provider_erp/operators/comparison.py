"""From two systems' current states to their breaks, by the kind of spec."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from airflow_provider_erp.landing.catalog import Published
from airflow_provider_erp.landing.deletions import Guard
from airflow_provider_erp.landing.paths import join, segment
from airflow_provider_erp.landing.progress import Steps
from airflow_provider_erp.landing.purge import ENGINE
from airflow_provider_erp.operators.engines.choice import answer_of, engine_of
from airflow_provider_erp.operators.engines.shared import SharedFolder, shared_folder
from airflow_provider_erp.operators.kept_rows import fetch_rows, forget_rows, keep_rows
from airflow_provider_erp.operators.sides import CurrentSide, current_side
from airflow_provider_erp.reconciliation.customers.compare import OpenEngine, reconcile
from airflow_provider_erp.reconciliation.customers.normalised import kind_of_rows
from airflow_provider_erp.reconciliation.customers.sides import Side
from airflow_provider_erp.reconciliation.engines import Engine, EngineName
from airflow_provider_erp.reconciliation.postings.compare import answer_here, reconcile_postings
from airflow_provider_erp.reconciliation.postings.side import PostingSide
from airflow_provider_erp.reconciliation.postings.spec import PostingSpec
from airflow_provider_erp.reconciliation.result import Reconciliation
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

_VERSIONS = ("airflow-provider-erp", "duckdb", "apache-airflow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One reconciliation of two systems, each as of its batch, for the moment that a run stands for."""

    spec: ReconciliationSpec | PostingSpec
    source: Published
    target: Published
    as_of: dt.datetime
    base_path: str
    keep_rows_from: int
    run_id: str = ""
    allow_filtered: bool = False
    guard: Guard = field(default_factory=Guard)
    engine: EngineName = "duckdb"
    engine_conn_id: str | None = None
    engine_path: str | None = None
    watch: Callable[[Engine | None], None] = lambda _: None
    """Told which engine compares, and when it is done."""

    @property
    def folder(self) -> str:
        """Where all that is known of the two systems lies, by days and in the ledger."""
        return join(self.base_path, *self._names)

    @property
    def _names(self) -> tuple[str, ...]:
        systems = [f"{side.manifest.conn_type}-{side.manifest.company}" for side in (self.source, self.target)]
        return ("reconciliation", *map(segment, (self.spec.name, *systems)))

    def run(self, workdir: Path) -> tuple[Reconciliation, tuple[str, ...]]:
        """The result, and why a side is suspiciously short; ``workdir`` takes copies of the batches."""
        steps = Steps(self.spec.name)
        resources = _RESOURCES[type(self.spec)]
        source, target = (
            current_side(batch, workdir / side, resource=resource, allow_filtered=self.allow_filtered, guard=self.guard)
            for side, batch, resource in zip(("source", "target"), (self.source, self.target), resources, strict=True)
        )
        steps.finished("current states", f"of {len(source.state.batches)} and {len(target.state.batches)} batches")
        result = self._reconcile(source, target, workdir, steps)
        provenance = {**result.provenance, **self._provenance(source, target)}
        return dataclasses.replace(result, provenance=provenance), (*source.state.short, *target.state.short)

    def _reconcile(self, source: CurrentSide, target: CurrentSide, workdir: Path, steps: Steps) -> Reconciliation:
        engine = engine_of(self.engine, self.engine_conn_id, self._shared)
        if isinstance(self.spec, ReconciliationSpec):
            return self._customers(self.spec, _customer_side(source), _customer_side(target), workdir, engine, steps)
        sides = _posting_side(source), _posting_side(target)
        answer = answer_here if self.engine == "duckdb" else answer_of(self._watched(engine), workdir)
        return reconcile_postings(self.spec, *sides, workdir, as_of=self.as_of, answer=answer, steps=steps)

    def _customers(
        self, spec: ReconciliationSpec, source: Side, target: Side, workdir: Path, engine: OpenEngine, steps: Steps
    ) -> Reconciliation:
        kind, kept = kind_of_rows(spec), workdir / "normalised"
        kept.mkdir()
        fetch_rows(self.folder, kind, kept)
        watched = self._watched(engine)
        result = reconcile(spec, source, target, workdir, as_of=self.as_of, engine=watched, kept=kept, steps=steps)
        if max(result.source.records, result.target.records) >= self.keep_rows_from:
            keep_rows(self.folder, kind, kept, self.as_of.astimezone(dt.UTC).date())
        else:
            forget_rows(self.folder)
        return result

    def _shared(self) -> SharedFolder:
        """A folder of this try's own: what Spark does for a worker that died may still go on."""
        moment = f"{self.as_of.astimezone(dt.UTC):%Y-%m-%dT%H%M%SZ}"
        return shared_folder(self.base_path, self.engine_path, *self._names, ENGINE, moment, secrets.token_hex(6))

    def _watched(self, open_engine: OpenEngine) -> OpenEngine:
        @contextmanager
        def opened(folder: Path, rows: int) -> Iterator[Engine]:
            with open_engine(folder, rows) as engine:
                self.watch(engine)
                try:
                    yield engine
                finally:
                    self.watch(None)

        return opened

    def _provenance(self, source: CurrentSide, target: CurrentSide) -> dict[str, str]:
        """What the result was made from: batches with the digests of their records, versions, the run."""
        sides = {"source batches": source, "target batches": target}
        batches = {
            name: ", ".join(f"{each.manifest.as_of:%Y-%m-%d} {_digest(each)}" for each in side.state.batches)
            for name, side in sides.items()
        }
        return batches | {name: version(name) for name in _VERSIONS} | ({"run": self.run_id} if self.run_id else {})


_RESOURCES = {ReconciliationSpec: ("customer", "customer"), PostingSpec: ("project_transaction", "invoice")}
"""What each kind of spec compares: the source's resource, and the target's."""


def _customer_side(side: CurrentSide) -> Side:
    return Side(
        title=side.title,
        records=side.state.records,
        coverage="full",
        batch=side.name,
        read_at=side.state.read_at,
        rejected=side.rejected,
        complete=side.state.complete,
        remarks=side.remarks,
    )


def _posting_side(side: CurrentSide) -> PostingSide:
    return PostingSide(
        title=side.title,
        records=side.state.records,
        batch=side.name,
        full_read_at=side.state.batches[0].manifest.observed_at,
        read_at=side.state.read_at,
        rejected=side.rejected,
        complete=side.state.complete,
        remarks=side.remarks,
    )


def _digest(batch: Published) -> str:
    records = batch.manifest.records
    return records.sha256[:16] if records else "raw lines only"
