"""Purging: an end for what was fetched, as personal data need one."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import BaseOperator

from airflow_provider_erp.landing.paths import default_base_path
from airflow_provider_erp.landing.purge import purge
from airflow_provider_erp.landing.run_time import as_of
from airflow_provider_erp.operators.edge import failing_for_good
from airflow_provider_erp.operators.fates import with_retry_policy
from airflow_provider_erp.reconciliation.checks import check_flag

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context


class ErpPurgeOperator(BaseOperator):
    """Removes batches, rejected records, reports, kept rows and snapshots whose day is older than ``keep_days``.

    What the current state of a stream is made of stays, however old: its last full batches, and all that was read
    after them. So fetch everything now and then: a stream that is only ever fetched by changes keeps all of them. An
    older run that would use a batch that is gone fails. What tells of writes (the folders ``pushes`` and ``actions``)
    stays, too: it keeps a cleared task from writing twice. The result (XCom) is how many folders of each kind were
    removed, or would have been.

    Args:
        keep_days: how many days before the run's stay, at least 1.
        base_path: what is purged, a URL of object storage; default ``[erp] base_path``.
        dry_run: remove nothing, log what would be removed.
    """

    template_fields = ("base_path",)

    def __init__(self, *, keep_days: int, base_path: str | None = None, dry_run: bool = False, **kwargs: Any) -> None:
        super().__init__(**with_retry_policy(kwargs))
        with failing_for_good():
            _check_days(keep_days)
            check_flag("dry_run", dry_run)
        self.keep_days = keep_days
        self.base_path = base_path
        self.is_dry_run = dry_run

    def execute(self, context: Context) -> dict[str, Any]:
        """The counts, and the day before which everything went."""
        now = dt.datetime.now(dt.UTC)
        with failing_for_good():
            older_than = min(as_of(context["dag_run"]), now).date() - dt.timedelta(days=self.keep_days)
            counts = purge(
                self.base_path or default_base_path(), older_than=older_than, now=now, dry_run=self.is_dry_run
            )
        return {"older_than": older_than.isoformat(), "dry_run": self.is_dry_run} | counts


def _check_days(given: object) -> None:
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        raise ValueError(f"keep_days: expected a whole number of days, at least 1, got {given!r}")
