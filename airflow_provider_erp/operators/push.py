"""Pushing: a plan's changes, or given records, into one system, each once and with a receipt."""

from __future__ import annotations

import datetime as dt
import logging
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from airflow.providers.common.compat.sdk import AirflowFailException, AirflowSkipException, BaseOperator, XComArg

from airflow_provider_erp.exceptions import ErpError
from airflow_provider_erp.landing.paths import default_base_path, join, segment
from airflow_provider_erp.landing.run_time import as_of
from airflow_provider_erp.operators.arguments import check_fields, check_not_one_text, check_records, is_later
from airflow_provider_erp.operators.edge import failing_for_good
from airflow_provider_erp.operators.fates import with_retry_policy
from airflow_provider_erp.operators.fetch import attempt_of
from airflow_provider_erp.operators.links import ReceiptsLink
from airflow_provider_erp.operators.planned import Planned, names_of, read_planned
from airflow_provider_erp.pushing.limits import Limits
from airflow_provider_erp.reconciliation.checks import check_choice, check_flag, check_known, check_whole

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_erp.corrections.plan import Plan
    from airflow_provider_erp.hooks.erp import ErpHook
    from airflow_provider_erp.operators.customer_target import CustomerTarget
    from airflow_provider_erp.pushing.journal import Journal
    from airflow_provider_erp.pushing.keyless import Keyless
    from airflow_provider_erp.pushing.one import Pusher
    from airflow_provider_erp.pushing.target import Wish

log = logging.getLogger(__name__)

_DEFAULT_POOL = "default_pool"
"""All tasks are in it that name no other. Source: Airflow's documentation on pools."""
MODES = ("upsert", "create", "update")
MATCH_ON = ("source_id", "number", "org_number")
"""What a record is looked up by, in this order where an author says nothing."""


class ErpPushOperator(BaseOperator):
    """Writes customers to one ERP connection: those of a plan, or given records.

    By default nothing is written: the log tells what would be (``dry_run``).
    Each record is read first; one that is no longer as the plan says is
    refused, one that is as it shall be is left alone. A write whose answer is
    lost is looked up and never simply repeated. A journal beside the batches
    lets a killed, retried or cleared task go on without a second effect.

    The result (XCom) has the counts by outcome and the path of the receipts,
    never records.

    Args:
        conn_id: an Airflow connection of a type that takes writes.
        plan: the output of the task that approved it (or made it), or the path of a ``plan.parquet``. Of a plan of
            which a person approved a selection only that is pushed. A plan of another type of connection or company
            than ``conn_id`` is refused.
        records: canonical customers, instead of a plan: names of ``records.Customer``, texts; or the output of a task
            that returns them. ``expected`` in one is what the system must hold now, by field, and ``version`` that of
            which it must still be; one with ``"action": "create"`` must not be there, whatever ``mode`` says. Not a
            template: they are not shown with the task's rendered fields.
        mode: ``upsert``, ``create`` (what exists is refused) or ``update`` (what does not is), for given records.
        match_on: what a record is looked up by, the first that it has: ``source_id``, ``number``, ``org_number``.
        defaults: fields that every new customer gets, by the vendor's names, besides those of the hook's
            ``new_customer``.
        dry_run: only tell what would be written.
        allow_keyless: create also records that have none of ``match_on``: the same one is created once, by whatever
            run; changed in any field it is another one, and what came of one whose answer is lost stays unknown.
        approved_by_author: the plan needs no person's approval, who wrote the DAG answers for it; only then is one
            written that is named by its path alone.
        max_changes: with more records than this nothing is sent, and the task fails.
        max_share: with a greater share of the system's records than this, such as ``0.05``, nothing is sent; of a
            plan that knows how many there are.
        on_rejected: whether rejected and refused records ``fail`` the task when all is done, or ``warn``.
        in_flight: how many records are written at the same time.
        base_path: where plans, journals and receipts are kept; default ``[erp] base_path``. On a storage that lets two
            writers create one file the task needs a ``pool`` of its own, with one slot.
    """

    template_fields = ("conn_id", "plan", "base_path")
    operator_extra_links = (ReceiptsLink(),)

    def __init__(
        self,
        *,
        conn_id: str,
        resource: str = "customer",
        plan: Any = None,
        records: Sequence[Mapping[str, Any]] | XComArg | None = None,
        mode: Literal["upsert", "create", "update"] = "upsert",
        match_on: Sequence[str] = MATCH_ON,
        defaults: Mapping[str, Any] | None = None,
        dry_run: bool = True,
        allow_keyless: bool = False,
        approved_by_author: bool = False,
        max_changes: int | None = None,
        max_share: float | None = None,
        on_rejected: Literal["fail", "warn"] = "fail",
        in_flight: int = 4,
        base_path: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**with_retry_policy(kwargs))
        XComArg.apply_upstream_relationship(self, records)  # no template: texts of customers are not Jinja
        self.conn_id = conn_id
        self.resource = resource
        self.plan = plan
        self.records = records
        self.mode = mode
        self.match_on = match_on
        self.defaults = defaults
        self.previews = dry_run  # a method of every operator is called dry_run
        self.allow_keyless = allow_keyless
        self.approved_by_author = approved_by_author
        self.max_changes = max_changes
        self.max_share = max_share
        self.on_rejected = on_rejected
        self.in_flight = in_flight
        self.base_path = base_path
        self._told: tuple[str, str, tuple[str, int] | None, Mapping[str, int]] | None = None
        with failing_for_good():
            self._check_arguments()

    def _check_arguments(self) -> None:
        """Refuses what cannot work, when the DAG file is parsed."""
        check_choice("resource", self.resource, ("customer",))
        check_choice("mode", self.mode, MODES)
        check_choice("on_rejected", self.on_rejected, ("fail", "warn"))
        check_flag("dry_run", self.previews)
        check_flag("allow_keyless", self.allow_keyless)
        check_flag("approved_by_author", self.approved_by_author)
        check_whole("in_flight", self.in_flight)
        if self.in_flight < 1:
            raise ValueError(f"in_flight: expected a whole number from 1 on, got {self.in_flight}")
        check_not_one_text("match_on", self.match_on)
        check_known("match_on", self.match_on, MATCH_ON)
        if (self.plan is None) == (self.records is None):
            raise ValueError("plan, records: expected one of the two")
        if self.records is not None and not is_later(self.records):
            check_records(self.records)
        if self.defaults is not None:
            check_fields("defaults", self.defaults)
        self._limits().check(0, 0 if self.records is None else None)

    def execute(self, context: Context) -> dict[str, Any]:
        """The counts by outcome, and where the receipts lie."""
        if isinstance(self.plan, Mapping) and self.plan.get("approved") is False:
            # Airflow 3.3 skips what follows a rejection, but not within a mapped task group.
            raise AirflowSkipException("the plan was rejected; nothing is sent")
        with failing_for_good(), tempfile.TemporaryDirectory(prefix="erp-push-") as name:
            return self._push(context, Path(name))

    def _push(self, context: Context, workdir: Path) -> dict[str, Any]:
        from airflow_provider_erp.hooks.erp import ErpHook  # noqa: PLC0415  # heavy: not when a DAG file is parsed
        from airflow_provider_erp.landing.progress import counted  # noqa: PLC0415
        from airflow_provider_erp.operators.customer_target import CustomerTarget  # noqa: PLC0415
        from airflow_provider_erp.operators.metrics import tell_push  # noqa: PLC0415
        from airflow_provider_erp.operators.receipts import write_receipts  # noqa: PLC0415
        from airflow_provider_erp.pushing.claim import claim, creation  # noqa: PLC0415
        from airflow_provider_erp.pushing.journal import Journal  # noqa: PLC0415
        from airflow_provider_erp.pushing.keyless import Keyless  # noqa: PLC0415
        from airflow_provider_erp.pushing.many import push_all, told_by_now  # noqa: PLC0415

        hook = ErpHook.for_connection(self.conn_id)
        target = CustomerTarget(hook, {**hook.new_customer, **(self.defaults or {})})
        planned = self._planned(context, hook, workdir)
        wishes = self._wishes(planned, target)
        base = self.base_path or default_base_path()
        pushes, digest = join(base, hook.vendor.conn_type, segment(hook.company), "pushes"), planned.plan.digest
        folder, attempt = join(pushes, digest), attempt_of(context)
        keyless = Keyless(join(pushes, "keyless"), digest) if self.allow_keyless else None
        pusher = _pusher(target, Journal(join(folder, "steps")), attempt.identity, keyless)
        if self.previews:
            return self._preview(pusher, wishes, planned.plan)
        create = creation(folder, is_alone=self.pool != _DEFAULT_POOL)
        claim(folder, attempt, dt.datetime.now(dt.UTC), create)
        pusher = pusher.creating(create)
        try:
            pushed = push_all(pusher, wishes, pusher.journal.entries(), in_flight=self.in_flight)
            told = list(counted(f"{hook.vendor.conn_type} {self.resource}", "records", pushed, len(wishes)))
        except Exception:  # the system cannot be asked any more: what the journal has is told
            try:
                write_receipts(list(told_by_now(pusher.journal, wishes)), planned, folder, workdir)
            except (OSError, ErpError) as exc:  # must not hide why the push ended
                log.warning("The receipts of what was done by now could not be written: %s", type(exc).__name__)
            raise
        summary = write_receipts(told, planned, folder, workdir)
        tell_push(hook.vendor.conn_type, summary["counts"])
        self._told = hook.vendor.conn_type, hook.company, self._breaks(planned), summary["counts"]
        self._judge(summary)
        return summary

    def _planned(self, context: Context, hook: ErpHook, workdir: Path) -> Planned:
        from airflow_provider_erp.corrections.given import plan_of_records  # noqa: PLC0415

        if self.records is None:
            self._check_approved()
            planned = read_planned(self.plan, workdir)
            _check_system(planned.plan, hook)
            return planned
        records: Any = self.records
        plan = plan_of_records(
            check_records(records.resolve(context) if is_later(records) else records),
            run=attempt_of(context).identity,
            as_of=as_of(context["dag_run"]),
            system=hook.vendor.title,
            conn_type=hook.vendor.conn_type,
            company=hook.company,
        )
        return Planned(plan)

    def _check_approved(self) -> None:
        """Refuses to write a plan that nothing binds, and says loudly when nobody approved it."""
        names = names_of(self.plan)
        if self.previews or self.approved_by_author:
            return
        if "digest" not in names:
            raise ValueError(
                f"plan: {names['plan']} is named without a digest, so that whatever lies there would be written; pass "
                "on the output of the task that approved it, or set approved_by_author=True"
            )
        if not isinstance(self.plan, Mapping) or not self.plan.get("approved"):
            log.warning("No person approved plan %s; approved_by_author=True says that none needs to", names["digest"])

    def _wishes(self, planned: Planned, target: CustomerTarget) -> list[Wish]:
        from airflow_provider_erp.pushing.wishes import wishes_of  # noqa: PLC0415

        wishes = list(
            wishes_of(planned.changes, mode=self.mode, match_on=self.match_on, keys=target.keys, held=target.held)
        )
        self._limits().check(len(wishes), planned.plan.total)
        return wishes

    def _limits(self) -> Limits:
        return Limits(max_changes=self.max_changes, max_share=self.max_share)

    def get_openlineage_facets_on_complete(self, task_instance: object) -> Any:
        """The comparison's breaks, and the system's customers; nothing of a dry run."""
        from airflow_provider_erp.operators.lineage import of_push  # noqa: PLC0415  # not installed everywhere

        return None if self._told is None else of_push(*self._told)

    def _breaks(self, planned: Planned) -> tuple[str, int] | None:
        """Where the plan lies, and how many breaks it puts right, or what of it was selected."""
        if self.plan is None:
            return None
        return str(names_of(self.plan)["plan"]), len({each.break_id for each in planned.changes})

    def _preview(self, pusher: Pusher, wishes: Sequence[Wish], plan: Plan) -> dict[str, Any]:
        from airflow_provider_erp.operators.receipts import preview_lines  # noqa: PLC0415

        counts: dict[str, int] = {}
        for outcome, lines in preview_lines(pusher, wishes):
            counts[outcome] = counts.get(outcome, 0) + 1
            for line in lines:
                log.info("%s", line)
        log.info("dry run: nothing was written; set dry_run=False to push plan %s", plan.digest[:12])
        return {"dry_run": True, "plan": plan.digest, "records": len(wishes), "counts": counts}

    def _judge(self, summary: Mapping[str, Any]) -> None:
        counts = summary["counts"]
        unknown, refused = counts.get("unknown", 0), counts.get("rejected", 0) + counts.get("refused", 0)
        if unknown or (refused and self.on_rejected == "fail"):
            raise AirflowFailException(
                f"of {summary['records']} records {refused} were rejected or refused, and what came of {unknown} is "
                f"not known; see {summary['receipts']}"
            )
        if refused:
            log.warning(
                "%d of %d records were rejected or refused; see %s", refused, summary["records"], summary["receipts"]
            )


def _check_system(plan: Plan, hook: ErpHook) -> None:
    if (plan.conn_type, plan.company) != (hook.vendor.conn_type, hook.company):
        raise ValueError(
            f"conn_id: plan {plan.digest[:12]} is for {plan.conn_type!r}, company {plan.company!r}; connection "
            f"{hook.conn_id!r} is {hook.vendor.conn_type!r}, company {hook.company!r}: nothing was sent, push it to "
            "the system that it was made for"
        )


def _pusher(target: CustomerTarget, journal: Journal, by: str, keyless: Keyless | None) -> Pusher:
    from airflow_provider_erp.pushing.one import Pusher  # noqa: PLC0415

    return Pusher(
        target=target,
        journal=journal,
        by=by,
        now=lambda: dt.datetime.now(dt.UTC),
        sleep=time.sleep,
        keyless=keyless,
    )
