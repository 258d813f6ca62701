"""Reconciling: from two systems' current states to breaks and a report."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, get_args

from airflow.providers.common.compat.sdk import AirflowFailException, BaseOperator

from airflow_provider_erp.landing.deletions import MOST_DELETED_SHARE, Guard
from airflow_provider_erp.landing.paths import default_base_path
from airflow_provider_erp.landing.run_time import as_of
from airflow_provider_erp.operators.documentation import with_spec_doc
from airflow_provider_erp.operators.edge import failing_for_good
from airflow_provider_erp.operators.fates import with_retry_policy
from airflow_provider_erp.operators.fetch import attempt_of
from airflow_provider_erp.operators.fetched import Fetched, batch_of
from airflow_provider_erp.operators.links import ReconciliationReportLink
from airflow_provider_erp.operators.outlets import tell_outlets
from airflow_provider_erp.reconciliation.checks import check_choice, check_flag, check_is, check_whole
from airflow_provider_erp.reconciliation.engines import Engine, EngineName
from airflow_provider_erp.reconciliation.postings.spec import PostingSpec
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_erp.landing.catalog import Published


class ErpReconcileOperator(BaseOperator):
    """Compares two systems and tells where they disagree, since when, what it is worth and what would put it right.

    With a ``ReconciliationSpec`` (such as ``CUSTOMERS``) both sides are customers; with a ``PostingSpec`` the source is
    project transactions and the target invoices.

    Written are ``report.html``, ``breaks.xlsx``, ``breaks.csv``, ``breaks.parquet`` and ``breaks.json`` in
    ``<base_path>/reconciliation/<spec>/<source>/<target>/<date of the run in UTC>/``, and an observation in the folder
    ``ledger`` beside the dates, from which breaks have their history; another run of the same moment replaces both.
    The result (XCom) is the verdict, counts, sums at risk and the report's path, never records.

    Each side is the system's current state as of the batch that is given: with a batch of changes the last full batch
    before it and what was read since, for without a full batch nobody can tell what is missing. A full batch that is
    much shorter than the one before (by more than ``most_deleted_share``, and by more than ten records) deletes
    nothing, resolves no break, and fails the task when all is written. So do the spec's thresholds whose action is
    ``fail``.

    Args:
        spec: what is compared and how, such as ``CUSTOMERS``.
        source: the output of an ``ErpFetchOperator``, or the path of a batch's manifest.
        target: the other side, likewise.
        base_path: where reports are kept, a URL of object storage; default ``[erp] base_path``.
        allow_filtered: let a side be compared that was read with filters; what they leave out shows as missing.
        most_deleted_share: which share of a side's records may be gone at once in a full batch and be taken for
            deleted; of a batch that lacks more what it lacks stays, until a third in a row lacks it.
        engine: what compares: ``duckdb`` (the worker itself), ``sql`` (a database), ``spark_connect``; the same
            statements find the same breaks everywhere. Default: ``sql`` with an ``engine_conn_id``, else ``duckdb``.
        engine_conn_id: the connection of ``sql`` (one session on temporary tables; PostgreSQL loads by COPY) or of
            ``spark_connect`` (tables are Parquet files below ``base_path``, in a folder for each try below the
            comparison's ``engine``, and stay there until the purge).
        engine_path: ``base_path`` as Spark sees it; default the same address without its Airflow connection, with
            ``s3a`` for ``s3``. Must be given where it is a folder that is mounted on every machine.
        keep_rows_from: from how many customers on a side's normalised rows are kept for the next run, so that only
            customers that changed are normalised again; they lie beside the dates, of the last run only.

    A task without documentation of its own (``doc_md``) has one that is made from its spec.
    The event of an asset among the ``outlets`` has the verdict, the counts and the report's path in its extra.

    Raises:
        AirflowFailException: when it is constructed, an argument that is no template field could not work.
    """

    template_fields = ("source", "target", "base_path", "engine_conn_id", "engine_path", "spec")
    template_fields_renderers: ClassVar = {"spec": "py"}
    """The spec holds no templates; it is among them so that a run's *Rendered Templates* show by what it compared."""
    operator_extra_links = (ReconciliationReportLink(),)

    def __init__(
        self,
        *,
        spec: ReconciliationSpec | PostingSpec,
        source: Fetched,
        target: Fetched,
        base_path: str | None = None,
        allow_filtered: bool = False,
        most_deleted_share: float = MOST_DELETED_SHARE,
        engine: EngineName | None = None,
        engine_conn_id: str | None = None,
        engine_path: str | None = None,
        keep_rows_from: int = 20_000,
        **kwargs: Any,
    ) -> None:
        super().__init__(**with_retry_policy(with_spec_doc(kwargs, spec, (source, target))))
        with failing_for_good():
            check_is("spec", spec, ReconciliationSpec | PostingSpec)
            check_flag("allow_filtered", allow_filtered)
            check_whole("keep_rows_from", keep_rows_from)
            _check_engine(engine, engine_conn_id)
            Guard(most_deleted_share=most_deleted_share).check()
        self.spec = spec
        self.source = source
        self.target = target
        self.base_path = base_path
        self.allow_filtered = allow_filtered
        self.most_deleted_share = most_deleted_share
        self.engine = engine
        self.engine_conn_id = engine_conn_id
        self.engine_path = engine_path
        self._running: Engine | None = None
        self._told: tuple[tuple[Published, Published], dict[str, Any]] | None = None
        self.keep_rows_from = keep_rows_from

    def execute(self, context: Context) -> dict[str, Any]:
        """The verdict, the counts by kind of break, and where the report lies."""
        from airflow_provider_erp.operators.comparison import Comparison  # noqa: PLC0415  # heavy
        from airflow_provider_erp.operators.metrics import tell_reconciliation  # noqa: PLC0415
        from airflow_provider_erp.operators.publishing import publish  # noqa: PLC0415

        run = context["dag_run"]
        with failing_for_good(), tempfile.TemporaryDirectory(prefix="erp-reconcile-") as name:
            observed_at = dt.datetime.now(dt.UTC)
            comparison = Comparison(
                spec=self.spec,
                source=batch_of(self.source, "source"),
                target=batch_of(self.target, "target"),
                as_of=as_of(run),
                base_path=self.base_path or default_base_path(),
                run_id=getattr(run, "run_id", None) or "",
                allow_filtered=self.allow_filtered,
                guard=Guard(most_deleted_share=self.most_deleted_share),
                engine=self.engine or ("sql" if self.engine_conn_id else "duckdb"),
                engine_conn_id=self.engine_conn_id,
                engine_path=self.engine_path,
                keep_rows_from=self.keep_rows_from,
                watch=self._watch,
            )
            result, short = comparison.run(Path(name))
            published = publish(
                self.spec,
                result,
                Path(name),
                folder=comparison.folder,
                as_of=comparison.as_of,
                observed_at=observed_at,
                short=short,
                made_by=attempt_of(context) if "ti" in context else None,
            )
        self._told = (comparison.source, comparison.target), published.summary
        tell_reconciliation(self.spec.name, published.summary["counts"])
        if published.failures:
            raise AirflowFailException(f"{'; '.join(published.failures)} (report: {published.summary['report']})")
        tell_outlets(context, self.outlets, published.summary)
        return published.summary

    def on_kill(self) -> None:
        """Stops the engine that compares: a query of a task that is gone would run on."""
        if self._running is not None:
            self._running.cancel()

    def _watch(self, engine: Engine | None) -> None:
        self._running = engine

    def get_openlineage_facets_on_complete(self, task_instance: object) -> Any:
        """The two streams of batches, and the comparison's breaks; nothing where it failed before they were written."""
        from airflow_provider_erp.operators.lineage import of_reconciliation  # noqa: PLC0415  # not installed everywhere

        if self._told is None:
            return None
        batches, summary = self._told
        return of_reconciliation(batches, summary)


def _check_engine(engine: object, conn_id: object) -> None:
    if engine is not None:
        check_choice("engine", engine, get_args(EngineName))
    if (engine == "duckdb") == bool(conn_id) and engine is not None:
        expected = "none with engine='duckdb'" if engine == "duckdb" else f"a connection with engine={engine!r}"
        raise ValueError(f"engine_conn_id: expected {expected}, got {conn_id!r}")
