"""From two systems' current states to a published report: what the reconcile operator does on the worker."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.catalog import Published
from airflow_provider_erp.landing.chain import name_of
from airflow_provider_erp.landing.deletions import Guard
from airflow_provider_erp.landing.manifest import Manifest
from airflow_provider_erp.landing.paths import join, segment
from airflow_provider_erp.landing.state import State, state_up_to
from airflow_provider_erp.reconciliation.breaks import Reconciliation
from airflow_provider_erp.reconciliation.compare import reconcile
from airflow_provider_erp.reconciliation.report import write_report
from airflow_provider_erp.reconciliation.sides import Side
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One reconciliation of two systems, each as of its batch, for the moment that a run stands for."""

    spec: ReconciliationSpec
    source: Published
    target: Published
    as_of: dt.datetime
    allow_filtered: bool = False
    guard: Guard = field(default_factory=Guard)

    def folder(self, base_path: str) -> str:
        """Where the report lies: one folder for the two systems and the date, so that a second run replaces it."""
        systems = [f"{side.manifest.conn_type}-{side.manifest.company}" for side in (self.source, self.target)]
        names = (self.spec.name, *systems, self.as_of.date().isoformat())
        return join(base_path, "reconciliation", *map(segment, names))

    def run(self, workdir: Path) -> Reconciliation:
        """The breaks of the two systems; ``workdir`` takes copies of the batches."""
        source = self._side(self.source, workdir / "source")
        target = self._side(self.target, workdir / "target")
        return reconcile(self.spec, source, target, workdir, as_of=self.as_of)

    def _side(self, batch: Published, folder: Path) -> Side:
        self._check(batch)
        folder.mkdir()
        state = state_up_to(batch, folder, guard=self.guard)
        return Side(
            title=batch.manifest.title,
            records=state.records,
            coverage="full",
            batch=name_of(batch),
            read_at=state.read_at,
            remarks=(*_rejects(state), *_filters(batch.manifest), *state.remarks),
        )

    def _check(self, batch: Published) -> None:
        manifest = batch.manifest
        if manifest.resource != "customer":
            raise ValueError(f"batch {name_of(batch)!r}: expected customers, got {manifest.resource!r}")
        if manifest.filters and not self.allow_filtered:
            raise ValueError(
                f"cannot report missing customers: batch {name_of(batch)!r} was read with the filters "
                f"{', '.join(manifest.filters)}; fetch without them, or pass allow_filtered=True if they say which "
                "customers the systems should agree on"
            )


def publish(result: Reconciliation, workdir: Path, folder: str) -> dict[str, Any]:
    """Writes the report's files to ``folder`` and answers what XCom carries; the page comes last."""
    page = write_report(result, workdir / "report")
    beside = sorted(file for file in page.parent.iterdir() if file != page)
    for file in (*beside, page):
        storage.put(file, join(folder, file.name))
    for remark in result.remarks:
        log.warning("%s", remark)
    report = join(folder, page.name)
    log.info("%s Report: %s", result.verdict, report)
    return {
        "spec": result.spec,
        "verdict": result.verdict,
        "remarks": list(result.remarks),
        "matched": result.matched,
        "counts": result.counts,
        "report": report,
    }


def _rejects(state: State) -> Iterator[str]:
    """Which records of the side are not as they should be, or not at all in it."""
    for batch in state.batches:
        manifest = batch.manifest
        if manifest.rejected_file:
            yield (
                f"{manifest.rejected} of {manifest.title}'s records could not be read on "
                f"{manifest.observed_at.date().isoformat()}, were not compared as they then were and may show as "
                f"missing; they are kept with the reasons in {batch.file(manifest.rejected_file)}"
            )


def _filters(manifest: Manifest) -> Iterator[str]:
    if manifest.filters:
        yield (
            f"{manifest.title} was read with the filters {', '.join(manifest.filters)}; what these leave out shows as "
            "missing"
        )
