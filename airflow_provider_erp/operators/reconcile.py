"""Reconciling: from two batches to breaks and a report."""

from __future__ import annotations

import datetime as dt
import logging
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import BaseOperator, XComArg

from airflow_provider_erp.landing.paths import default_base_path, join, segment
from airflow_provider_erp.landing.run_time import as_of
from airflow_provider_erp.operators.edge import failing_for_good
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_erp.landing.manifest import Manifest
    from airflow_provider_erp.reconciliation.breaks import Reconciliation
    from airflow_provider_erp.reconciliation.sides import Side

log = logging.getLogger(__name__)

Fetched = Mapping[str, Any] | str | XComArg
"""What a fetch returns, or will return, or the path of a batch's manifest."""


class ErpReconcileOperator(BaseOperator):
    """Compares two systems' customers and writes a report: ``report.html``, ``breaks.json``, ``breaks.csv``.

    The files lie in ``<base_path>/reconciliation/<spec>/<date of the run>/``;
    another run of the same date replaces them. The result (XCom) is the
    verdict, counts and paths, never records.

    Args:
        spec: what is compared and how, such as ``CUSTOMERS``.
        source: the output of an ``ErpFetchOperator``, or the path of a batch's manifest.
        target: the other side, likewise.
        base_path: where reports are kept, a URL of object storage; default ``[erp] base_path``.
    """

    template_fields = ("source", "target", "base_path")

    def __init__(
        self,
        *,
        spec: ReconciliationSpec,
        source: Fetched,
        target: Fetched,
        base_path: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.spec = spec
        self.source = source
        self.target = target
        self.base_path = base_path

    def execute(self, context: Context) -> dict[str, Any]:
        """The verdict, the counts by kind of break, and where the report lies."""
        with failing_for_good(), tempfile.TemporaryDirectory(prefix="erp-reconcile-") as name:
            moment = as_of(context["dag_run"])
            result = self._reconcile(Path(name), moment)
            folder = join(
                self.base_path or default_base_path(),
                "reconciliation",
                segment(self.spec.name),
                moment.date().isoformat(),
            )
            return _publish(result, Path(name) / "report", folder)

    def _reconcile(self, workdir: Path, moment: dt.datetime) -> Reconciliation:
        from airflow_provider_erp.reconciliation.compare import reconcile  # noqa: PLC0415  # heavy

        source = _side(self.source, workdir / "source")
        target = _side(self.target, workdir / "target")
        return reconcile(self.spec, source, target, workdir, as_of=moment)


def _side(fetched: Any, folder: Path) -> Side:
    """A batch's customers, copied to this machine."""
    from airflow_provider_erp.landing.catalog import copy_records, read_manifest  # noqa: PLC0415  # heavy
    from airflow_provider_erp.reconciliation.sides import Side  # noqa: PLC0415  # heavy

    path = fetched if isinstance(fetched, str) else str(fetched["manifest"])
    manifest = read_manifest(path)
    if manifest.resource != "customer":
        raise ValueError(f"{path}: expected a batch of customers, got one of {manifest.resource!r}")
    folder.mkdir()
    remarks = tuple(_remarks(manifest, path))
    for remark in remarks:
        log.warning("%s", remark)
    return Side(
        title=manifest.title,
        records=copy_records(path, folder),
        coverage="full" if manifest.coverage == "full" else f"changes since {manifest.cursor_in}",
        batch=f"{manifest.conn_type}/{manifest.resource}/{manifest.as_of.date().isoformat()}",
        remarks=remarks,
    )


def _remarks(manifest: Manifest, path: str) -> Iterator[str]:
    """What keeps this side from being the whole truth."""
    if manifest.rejected_file:
        file = join(path.rpartition("/")[0], manifest.rejected_file.name)
        yield (
            f"{manifest.rejected} of {manifest.title}'s records could not be read, were not compared and may show as "
            f"missing; they are kept with the reasons in {file}"
        )
    if manifest.filters:
        yield (
            f"{manifest.title} was read with the filters {', '.join(manifest.filters)}; what these leave "
            "out shows as missing"
        )


def _publish(result: Reconciliation, local: Path, folder: str) -> dict[str, Any]:
    from airflow_provider_erp.landing import storage  # noqa: PLC0415  # heavy
    from airflow_provider_erp.reconciliation.report import write_report  # noqa: PLC0415  # heavy

    page = write_report(result, local)
    for file in sorted(local.iterdir(), key=lambda file: file == page):
        storage.put(file, join(folder, file.name))
    report = join(folder, page.name)
    log.info("%s Report: %s", result.verdict, report)
    return {
        "spec": result.spec,
        "verdict": result.verdict,
        "matched": result.matched,
        "counts": result.counts,
        "remarks": list(result.remarks),
        "report": report,
    }
