"""Snapshots: from a fetch to one Parquet file with all that a system holds."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import BaseOperator

from airflow_provider_erp.landing.catalog import Catalog
from airflow_provider_erp.landing.deletions import MOST_DELETED_SHARE, Guard
from airflow_provider_erp.landing.snapshot import publish_snapshot
from airflow_provider_erp.landing.state import state_up_to
from airflow_provider_erp.operators.edge import failing_for_good
from airflow_provider_erp.operators.fates import with_retry_policy
from airflow_provider_erp.operators.fetched import Fetched, batch_of

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context


class ErpSnapshotOperator(BaseOperator):
    """Writes the current state of what was fetched: the last full batch, later changes, less deletions.

    Give it the output of a fetch, of all or of changes; what was fetched before
    in the same way is found beside it. The files lie in
    ``<base_path>/snapshots/<type>/<company>/<resource>/<selection>/<as_of>/``: ``current-<digest>.parquet`` has the
    columns of a batch, every one text, and ``deleted-<digest>.parquet`` the columns ``source_id``, ``last_seen`` and
    ``noticed`` of what is gone, as far back as the last few full batches. Repeated, it writes the same files.
    The result (XCom) is their paths and counts, never records.

    Args:
        fetched: the output of an ``ErpFetchOperator``, or the path of a batch's manifest.
        base_path: where snapshots are kept, a URL of object storage; default where the batch is.
        most_deleted_share: which share of the records may be gone at once in a full batch and be taken for deleted;
            a batch that lacks more, or is incomplete, deletes nothing until a third in a row does.
    """

    template_fields = ("fetched", "base_path")

    def __init__(
        self,
        *,
        fetched: Fetched,
        base_path: str | None = None,
        most_deleted_share: float = MOST_DELETED_SHARE,
        **kwargs: Any,
    ) -> None:
        super().__init__(**with_retry_policy(kwargs))
        with failing_for_good():
            Guard(most_deleted_share=most_deleted_share).check()
        self.fetched = fetched
        self.base_path = base_path
        self.most_deleted_share = most_deleted_share

    def execute(self, context: Context) -> dict[str, Any]:
        """The paths of the two files, the counts, and what a reader must know."""
        with failing_for_good(), tempfile.TemporaryDirectory(prefix="erp-snapshot-") as name:
            batch = batch_of(self.fetched, "fetched")
            state = state_up_to(batch, Path(name), guard=Guard(most_deleted_share=self.most_deleted_share))
            return publish_snapshot(state, self.base_path or Catalog.of(batch).base_path)
