"""From two batches to a published report: what the reconcile operator does on the worker."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow_provider_erp.landing import storage
from airflow_provider_erp.landing.catalog import Published, copy_records, read_batch
from airflow_provider_erp.landing.manifest import Manifest
from airflow_provider_erp.landing.paths import join, segment
from airflow_provider_erp.reconciliation.breaks import Reconciliation
from airflow_provider_erp.reconciliation.compare import reconcile
from airflow_provider_erp.reconciliation.report import write_report
from airflow_provider_erp.reconciliation.sides import Side
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One reconciliation of two batches, for the moment that a run stands for."""

    spec: ReconciliationSpec
    source: Published
    target: Published
    as_of: dt.datetime
    allow_filtered: bool = False

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
        manifest = batch.manifest
        self._check(manifest)
        folder.mkdir()
        return Side(
            title=manifest.title,
            records=copy_records(batch, folder),
            coverage="full" if manifest.coverage == "full" else f"changes since {manifest.cursor_in}",
            batch=_name(manifest),
            read_at=manifest.observed_at,
            remarks=tuple(_remarks(batch)),
        )

    def _check(self, manifest: Manifest) -> None:
        if manifest.resource != "customer":
            raise ValueError(f"batch {_name(manifest)!r}: expected customers, got {manifest.resource!r}")
        if manifest.filters and not self.allow_filtered:
            raise ValueError(
                f"cannot report missing customers: batch {_name(manifest)!r} was read with the filters "
                f"{', '.join(manifest.filters)}; fetch without them, or pass allow_filtered=True if they say which "
                "customers the systems should agree on"
            )


def batch_of(fetched: object, argument: str) -> Published:
    """The batch that a fetch returned, or that a manifest's path names.

    Raises:
        ValueError: it is neither, or there is no such batch.
    """
    path = fetched.get("manifest") if isinstance(fetched, Mapping) else fetched
    if not isinstance(path, str) or not path:
        raise ValueError(
            f"{argument}: expected the output of an ErpFetchOperator or a manifest's path, "
            f"got a {type(fetched).__name__}; did the fetch run?"
        )
    return read_batch(path)


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


def _name(manifest: Manifest) -> str:
    return f"{manifest.conn_type}/{manifest.company}/{manifest.resource}/{manifest.as_of.date().isoformat()}"


def _remarks(batch: Published) -> Iterator[str]:
    """What keeps this side from being the whole truth."""
    manifest = batch.manifest
    if manifest.rejected_file:
        yield (
            f"{manifest.rejected} of {manifest.title}'s records could not be read, were not compared and may show as "
            f"missing; they are kept with the reasons in {batch.file(manifest.rejected_file)}"
        )
    if manifest.filters:
        yield (
            f"{manifest.title} was read with the filters {', '.join(manifest.filters)}; what these leave out shows as "
            "missing"
        )
