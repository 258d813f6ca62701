"""From two systems' current states to their breaks, by the kind of spec."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from airflow_provider_erp.landing.catalog import Published
from airflow_provider_erp.landing.deletions import Guard
from airflow_provider_erp.landing.paths import join, segment
from airflow_provider_erp.operators.database import postgres_answer, postgres_engine
from airflow_provider_erp.operators.kept_rows import fetch_rows, forget_rows, keep_rows
from airflow_provider_erp.operators.sides import CurrentSide, current_side
from airflow_provider_erp.reconciliation.customers.compare import local_engine, reconcile
from airflow_provider_erp.reconciliation.customers.normalised import kind_of_rows
from airflow_provider_erp.reconciliation.customers.sides import Side
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
    keep_rows_from: int
    run_id: str = ""
    allow_filtered: bool = False
    guard: Guard = field(default_factory=Guard)
    engine_conn_id: str | None = None

    def folder(self, base_path: str) -> str:
        """Where all that is known of the two systems lies, by days and in the ledger."""
        systems = [f"{side.manifest.conn_type}-{side.manifest.company}" for side in (self.source, self.target)]
        return join(base_path, "reconciliation", *map(segment, (self.spec.name, *systems)))

    def run(self, workdir: Path, folder: str) -> tuple[Reconciliation, tuple[str, ...]]:
        """The result, and why a side is suspiciously short.

        ``workdir`` takes copies of the batches; ``folder`` is that of :meth:`folder`, for rows that are kept.
        """
        resources = _RESOURCES[type(self.spec)]
        source, target = (
            current_side(batch, workdir / side, resource=resource, allow_filtered=self.allow_filtered, guard=self.guard)
            for side, batch, resource in zip(("source", "target"), (self.source, self.target), resources, strict=True)
        )
        result = self._reconcile(source, target, workdir, folder)
        provenance = {**result.provenance, **self._provenance(source, target)}
        return dataclasses.replace(result, provenance=provenance), (*source.state.short, *target.state.short)

    def _reconcile(self, source: CurrentSide, target: CurrentSide, workdir: Path, folder: str) -> Reconciliation:
        if isinstance(self.spec, ReconciliationSpec):
            return self._customers(self.spec, _customer_side(source), _customer_side(target), workdir, folder)
        answer = postgres_answer(self.engine_conn_id, workdir) if self.engine_conn_id else answer_here
        return reconcile_postings(
            self.spec, _posting_side(source), _posting_side(target), workdir, as_of=self.as_of, answer=answer
        )

    def _customers(
        self, spec: ReconciliationSpec, source: Side, target: Side, workdir: Path, folder: str
    ) -> Reconciliation:
        kind, kept = kind_of_rows(spec), workdir / "normalised"
        kept.mkdir()
        fetch_rows(folder, kind, kept)
        engine = postgres_engine(self.engine_conn_id) if self.engine_conn_id else local_engine
        result = reconcile(spec, source, target, workdir, as_of=self.as_of, engine=engine, kept=kept)
        if max(result.source.records, result.target.records) >= self.keep_rows_from:
            keep_rows(folder, kind, kept, self.as_of.astimezone(dt.UTC).date())
        else:
            forget_rows(folder)
        return result

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
