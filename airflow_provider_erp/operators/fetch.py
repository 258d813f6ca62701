"""Fetching: from a connection to a published batch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from airflow.providers.common.compat.sdk import BaseOperator

from airflow_provider_erp.landing.catalog import Published
from airflow_provider_erp.landing.fetching import AS_OF_TOLERANCE, FetchSpec, check_options, fetch_batch, summary
from airflow_provider_erp.landing.paths import Attempt, default_base_path
from airflow_provider_erp.landing.run_time import as_of
from airflow_provider_erp.landing.source import Source
from airflow_provider_erp.operators.edge import failing_for_good
from airflow_provider_erp.operators.fates import with_retry_policy
from airflow_provider_erp.operators.links import BatchManifestLink
from airflow_provider_erp.reconciliation.checks import check_flag

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context


class ErpFetchOperator(BaseOperator):
    """Reads one resource of one ERP connection and publishes it as a batch.

    The connection's type decides the vendor. The result (XCom) is the path of
    the batch's manifest and counts, never records: give it to
    ``ErpReconcileOperator``, or open it with ``landing.catalog.read_batch``.

    Args:
        conn_id: an Airflow connection of one of this provider's types.
        resource: ``customer``, ``project_transaction`` or ``invoice``; what the vendor has.
        since: ``last`` to read what changed since the newest batch of the same selection (all, where there is
            none yet, or where the vendor has no change filter: then the batch tells what changed), or a cursor of
            an earlier batch, verbatim; without it, or where a template renders to an empty text, all is read.
        filters: the vendor's filters, by the names of the hook's typed method.
        base_path: where batches are kept, a URL of object storage; default ``[erp] base_path``.
        as_of_tolerance: how much older than the newest batch a run may be and still read anew. An older
            run uses the batch that was published for it: vendors show only the present.
        canonical: also write the canonical records as Parquet; False keeps the raw lines only.
        max_rejected: how many records that cannot be read are taken, or which share (0.01) of all; over that the
            task fails. Without it any number but all.
        checkpoint_seconds: how much reading a killed task may lose: after that long pages are put away for good, and
            a retry goes on after them where the vendor announces a total.
        on_schema_change: ``warn`` or ``fail`` when the raw records' fields are others than in the batch before.

    Raises:
        AirflowFailException: when it is constructed, an argument that is no template field could not work.
    """

    template_fields = ("conn_id", "resource", "since", "filters", "base_path")
    operator_extra_links = (BatchManifestLink(),)

    def __init__(
        self,
        *,
        conn_id: str,
        resource: str,
        since: str | None = None,
        filters: Mapping[str, Any] | None = None,
        base_path: str | None = None,
        as_of_tolerance: dt.timedelta = AS_OF_TOLERANCE,
        canonical: bool = True,
        max_rejected: float | None = None,
        checkpoint_seconds: float = 20.0,
        on_schema_change: Literal["warn", "fail"] = "warn",
        **kwargs: Any,
    ) -> None:
        super().__init__(**with_retry_policy(kwargs))
        with failing_for_good():
            check_options(max_rejected, on_schema_change)
            check_flag("canonical", canonical)
        self.conn_id = conn_id
        self.resource = resource
        self.since = since
        self.filters = filters
        self.base_path = base_path
        self.as_of_tolerance = as_of_tolerance
        self.canonical = canonical
        self.max_rejected = max_rejected
        self.checkpoint_seconds = checkpoint_seconds
        self.on_schema_change = on_schema_change
        self._told: dict[str, Any] | None = None

    def execute(self, context: Context) -> dict[str, Any]:
        """The manifest's path, the counts and the cursor of the batch that was published or reused."""
        from airflow_provider_erp.operators.metrics import tell_fetch  # noqa: PLC0415  # heavy

        with failing_for_good():
            told = summary(self._fetch(context))
        tell_fetch(told["conn_type"], told["company"], told["resource"], told["rows"])
        self._told = told
        return told

    def get_openlineage_facets_on_complete(self, task_instance: object) -> Any:
        """The system's list, and the stream of batches that it went to, with columns and rows; nothing of a failure."""
        from airflow_provider_erp.operators.lineage import of_fetch  # noqa: PLC0415  # not installed everywhere

        return None if self._told is None else of_fetch(self._told)

    def hook(self) -> Source:
        """The hook of the connection's vendor."""
        from airflow_provider_erp.hooks.erp import ErpHook  # noqa: PLC0415  # heavy: not when a DAG file is parsed

        return ErpHook.for_connection(self.conn_id)

    def _fetch(self, context: Context) -> Published:
        return fetch_batch(
            self.hook(),
            FetchSpec(
                resource=self.resource,
                since=self.since or None,  # a template may render to an empty text
                filters=self.filters,
                as_of=as_of(context["dag_run"]),
                as_of_tolerance=self.as_of_tolerance,
                canonical=self.canonical,
                max_rejected=self.max_rejected,
                checkpoint_seconds=self.checkpoint_seconds,
                on_schema_change=self.on_schema_change,
            ),
            base_path=self.base_path or default_base_path(),
            attempt=attempt_of(context),
            now=dt.datetime.now(dt.UTC),
        )


def attempt_of(context: Context) -> Attempt:
    """The try of the task instance that runs."""
    instance = context["ti"]
    return Attempt(
        dag_id=instance.dag_id,
        run_id=instance.run_id,
        task_id=instance.task_id,
        map_index=instance.map_index if instance.map_index is not None else -1,
        try_number=instance.try_number,
    )
