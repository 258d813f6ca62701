"""Waiting until a system has changes."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from airflow.providers.common.compat.sdk import AirflowFailException, BaseSensorOperator, PokeReturnValue, conf
from airflow.triggers.base import StartTriggerArgs

from airflow_provider_erp.exceptions import ErpUnavailable
from airflow_provider_erp.operators.edge import failing_for_good
from airflow_provider_erp.operators.fates import with_retry_policy
from airflow_provider_erp.reconciliation.checks import check_flag
from airflow_provider_erp.triggers.arguments import check_count, check_seconds
from airflow_provider_erp.triggers.changes import ErpChangesTrigger
from airflow_provider_erp.triggers.wanted import Wanted

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context
    from airflow.sdk.definitions.mappedoperator import OperatorPartial

TRIGGER = f"{ErpChangesTrigger.__module__}.{ErpChangesTrigger.__qualname__}"


class ErpChangesSensor(BaseSensorOperator):
    """Waits until one resource of one ERP connection has records that are new or changed.

    It reads as little as the vendor allows: the rows that changed after the
    cursor, no more than it takes to see ``min_records`` of them. Where the
    vendor has no change filter, the whole list is read at each look and
    compared with the batch that was published last, until enough records
    differ: costly, so look seldom. Deleted records do not count.

    The result (XCom) has ``records``, how many are new, ``at_least``, which
    tells that there may be more, and ``cursor``, from where a fetch misses
    none of them.

    Args:
        conn_id: an Airflow connection of one of this provider's types.
        resource: ``customer``, ``project_transaction`` or ``invoice``; what the vendor has.
        since: ``last`` for what changed since the newest batch of the same selection, as ``ErpFetchOperator`` takes
            it; nothing published yet means that every record is new. Or a cursor, verbatim. Without it, or where a
            template renders to an empty text, every record is new, too.
        filters: the vendor's filters, by the names of the hook's typed method.
        min_records: how many records are waited for.
        deferrable: wait in the triggerer; by default as ``[operators] default_deferrable`` says. There failures
            are waited out, see ``ErpChangesTrigger``; a worker's look that fails fails the try.
        base_path: where batches are kept, a URL of object storage; default ``[erp] base_path``. With ``last`` the
            triggerer reads it, too.
        max_failures: how many looks in a row may fail in the triggerer before the task does.
        start_from_trigger: with ``deferrable``, begin in the triggerer without a worker; no argument may be a
            template then. Not of a mapped task: its instances begin in a worker.
        poke_interval: seconds between two looks; in the triggerer at least one.

    Raises:
        AirflowFailException: when it is constructed, an argument that is no template field could not work.
    """

    template_fields = ("conn_id", "resource", "since", "filters", "base_path")
    start_trigger_args = StartTriggerArgs(
        trigger_cls=TRIGGER, trigger_kwargs={}, next_method="execute_complete", next_kwargs=None, timeout=None
    )
    start_from_trigger = False

    def __init__(
        self,
        *,
        conn_id: str,
        resource: str,
        since: str | None = "last",
        filters: Mapping[str, Any] | None = None,
        min_records: int = 1,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        base_path: str | None = None,
        max_failures: int = 10,
        start_from_trigger: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**with_retry_policy(kwargs))
        with failing_for_good():
            check_count("min_records", min_records)
            check_count("max_failures", max_failures)
            check_flag("deferrable", deferrable)
            check_flag("start_from_trigger", start_from_trigger)
            if deferrable:
                check_seconds("poke_interval", self.poke_interval)
        self.conn_id = conn_id
        self.resource = resource
        self.since = since
        self.filters = filters
        self.min_records = min_records
        self.deferrable = deferrable
        self.base_path = base_path
        self.max_failures = max_failures
        self.start_from_trigger = start_from_trigger
        if start_from_trigger:
            self._start_without_worker()

    @classmethod
    def partial(cls, **kwargs: Any) -> OperatorPartial:
        """The sensor before it is mapped.

        Raises:
            AirflowFailException: it should start from the trigger. Airflow 3.3 would, without any of its arguments.
        """
        with failing_for_good():
            if kwargs.setdefault("start_from_trigger", False):  # what default_args say is for tasks that can
                raise ValueError("start_from_trigger: Airflow starts no mapped task in the triggerer; leave it out")
        return super().partial(**kwargs)

    def poke(self, context: Context) -> PokeReturnValue:
        """Whether enough changed, and what was found."""
        from airflow_provider_erp.hooks.erp import ErpHook  # noqa: PLC0415  # heavy: not when a DAG file is parsed

        with failing_for_good():
            hook = ErpHook.for_connection(self.conn_id)
            wanted = Wanted(
                resource=self.resource,
                since=self.since,
                filters=self.filters,
                min_records=self.min_records,
                base_path=self.base_path,
            )
            begin = wanted.baseline(hook)
            found = wanted.found(hook.look(wanted.look(begin.since, begin.known)), begin)
        return PokeReturnValue(is_done=found is not None, xcom_value=found)

    def execute(self, context: Context) -> Any:
        """What was found, once it is enough."""
        if self.deferrable:
            self._defer()
        return super().execute(context)

    def _defer(self) -> NoReturn:
        with failing_for_good():
            trigger = ErpChangesTrigger(**self._trigger_arguments())
        self.defer(trigger=trigger, method_name="execute_complete", timeout=dt.timedelta(seconds=self.timeout))

    def execute_complete(self, context: Context, event: dict[str, Any] | None = None) -> dict[str, Any]:
        """What the trigger found.

        Raises:
            ErpUnavailable: the trigger gave up, and another try may find more.
            AirflowFailException: it gave up because of something that a person must mend.
        """
        if event is not None and event["status"] == "success":
            return {name: event[name] for name in ("records", "at_least", "cursor")}
        if event is None:
            raise ErpUnavailable("the trigger ended without an event; its log in the triggerer tells more")
        failures = event["failures"]
        message = f"gave up after {failures} failed look{'s' * (failures > 1)}: {event['message']}"
        if event["retry"]:
            raise ErpUnavailable(message, reason=event["message"], retry_after=event["retry_after"])
        raise AirflowFailException(message)

    def _start_without_worker(self) -> None:
        arguments = self._trigger_arguments()
        with failing_for_good():
            if not self.deferrable:
                raise ValueError("start_from_trigger: expected deferrable=True with it, for it is a way to defer")
            if any(sign in str(arguments) for sign in ("{{", "{%")):
                raise ValueError("start_from_trigger: no worker renders templates then; give plain arguments")
            ErpChangesTrigger(**arguments)  # the triggerer gets only what it takes
        self.start_trigger_args = dataclasses.replace(
            self.start_trigger_args, trigger_kwargs=arguments, timeout=dt.timedelta(seconds=self.timeout)
        )

    def _trigger_arguments(self) -> dict[str, Any]:
        filters = self.filters or None
        return {
            "conn_id": self.conn_id,
            "resource": self.resource,
            "since": self.since,
            "filters": dict(filters) if isinstance(filters, Mapping) else filters,
            "min_records": self.min_records,
            "base_path": self.base_path,
            "poll_interval": float(self.poke_interval),
            "max_failures": self.max_failures,
        }
