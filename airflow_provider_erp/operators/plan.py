"""Planning: from a reconciliation's report to the changes that would put a system right."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from airflow.providers.common.compat.sdk import AirflowSkipException, BaseOperator, XComArg

from airflow_provider_erp.landing.deletions import MOST_DELETED_SHARE, Guard
from airflow_provider_erp.landing.paths import join
from airflow_provider_erp.operators.arguments import is_later, pairs_of, report_path
from airflow_provider_erp.operators.edge import failing_for_good
from airflow_provider_erp.operators.fates import with_retry_policy
from airflow_provider_erp.operators.fetched import Fetched, batch_of
from airflow_provider_erp.reconciliation.checks import check_choice, check_flag, check_is
from airflow_provider_erp.reconciliation.spec import ReconciliationSpec

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_erp.corrections.findings import Findings
    from airflow_provider_erp.corrections.plan import Plan
    from airflow_provider_erp.landing.catalog import Published

_SIDES = ("source", "target")
_REPORT = ("breaks.json", "breaks.parquet")
MADE_OF = "made_of.json"
"""Beside a plan: the digests of its workbook, and of the report's files that it was made of."""


class ErpPlanOperator(BaseOperator):
    """Makes a plan of corrections from a reconciliation: which fields of which records become what, by which rule.

    Only fields whose rule in the spec names an authority are planned; nothing
    is ever deleted or merged. The plan lies beside the report, as Parquet,
    JSON and a workbook to mark changes in. Its digest names exactly these
    changes: a person approves the digest, ``ErpPushOperator`` pushes it.

    The result (XCom) has the plan's path, its digest and counts, never records.
    Where nothing is to be changed, the task is skipped.

    Args:
        spec: the spec of the reconciliation.
        source: the output of the fetch, as the reconcile task was given it, or a manifest's path.
        target: the same of the other side.
        report: the output of the reconcile task, or the path of its report.
        side: the system that is to be changed, ``source`` or ``target``.
        create: also create the customers that the side lacks.
        clear: also empty fields that are empty in the other system.
        approved_pairs: source and target ids of similar customers that a person approved to be one.
        most_deleted_share: as that of the reconcile task.
    """

    template_fields = ("source", "target", "report")

    def __init__(
        self,
        *,
        spec: ReconciliationSpec,
        source: Fetched,
        target: Fetched,
        report: Mapping[str, Any] | str | XComArg,
        side: Literal["source", "target"] = "target",
        create: bool = False,
        clear: bool = False,
        approved_pairs: Iterable[tuple[str, str]] = (),
        most_deleted_share: float = MOST_DELETED_SHARE,
        **kwargs: Any,
    ) -> None:
        super().__init__(**with_retry_policy(kwargs))
        with failing_for_good():
            check_is("spec", spec, ReconciliationSpec)
            check_choice("side", side, _SIDES)
            check_flag("create", create)
            check_flag("clear", clear)
            pairs = pairs_of("approved_pairs", approved_pairs)
            if not is_later(report):
                report_path(report)
        self.spec = spec
        self.source = source
        self.target = target
        self.report = report
        self.side = side
        self.create = create
        self.clear = clear
        self.approved_pairs = pairs
        self.most_deleted_share = most_deleted_share

    def execute(self, context: Context) -> dict[str, Any]:
        """The plan's path, its digest and counts."""
        with failing_for_good(), tempfile.TemporaryDirectory(prefix="erp-plan-") as name:
            return self._publish(self._plan(Path(name)), Path(name))

    def _plan(self, workdir: Path) -> Plan:
        from airflow_provider_erp.corrections.findings import read_findings  # noqa: PLC0415  # heavy
        from airflow_provider_erp.corrections.planning import plan_of  # noqa: PLC0415
        from airflow_provider_erp.landing import storage  # noqa: PLC0415

        batches = {side: batch_of(getattr(self, side), side) for side in _SIDES}
        report = workdir / "report"
        report.mkdir()
        for file in _REPORT:
            storage.copy(join(self._folder, file), report / file)
        findings = read_findings(report)
        _check_batches(batches, findings)
        system = batches[self.side].manifest
        return plan_of(
            findings,
            self.spec,
            side=self.side,
            conn_type=system.conn_type,
            company=system.company,
            records=(
                self._records(batches["source"], workdir / "source"),
                self._records(batches["target"], workdir / "target"),
            ),
            create=self.create,
            clear=self.clear,
            approved_pairs=self.approved_pairs,
            writable=_writable(system.conn_type),
        )

    def _records(self, batch: Published, folder: Path) -> Path:
        from airflow_provider_erp.operators.sides import current_side  # noqa: PLC0415

        guard = Guard(most_deleted_share=self.most_deleted_share)
        state = current_side(batch, folder, resource="customer", allow_filtered=True, guard=guard).state
        return state.records

    def _publish(self, plan: Plan, workdir: Path) -> dict[str, Any]:
        from airflow_provider_erp.corrections.files import write_plan  # noqa: PLC0415
        from airflow_provider_erp.corrections.workbook import write_workbook  # noqa: PLC0415
        from airflow_provider_erp.landing import storage  # noqa: PLC0415

        reasons = ", ".join(f"{count} {reason}" for reason, count in plan.left_out.items())
        if reasons:
            self.log.info("Left out: %s", reasons)
        if not plan.changes:
            raise AirflowSkipException(f"nothing is to be changed in the {self.side}")
        folder = join(self._folder, f"plan-{plan.digest[:16]}")
        files = [*write_plan(plan, workdir / "plan"), workdir / "plan" / "plan.xlsx"]
        write_workbook(plan, files[-1])
        made_of = workdir / "plan" / MADE_OF
        told = [*(workdir / "report" / name for name in _REPORT), files[-1]]
        made_of.write_text(json.dumps({file.name: storage.sha256(file) for file in told}))
        for file in (*files, made_of):
            storage.put(file, join(folder, file.name))
        records = len({change.subject for change in plan.changes})
        self.log.info("Plan %s: %d changes of %d records, in %s", plan.digest, len(plan.changes), records, folder)
        return {
            "plan": join(folder, files[0].name),
            "digest": plan.digest,
            "changes": len(plan.changes),
            "records": records,
            "left_out": dict(plan.left_out),
        }

    @property
    def _folder(self) -> str:
        """Where the report lies."""
        return report_path(self.report).rsplit("/", 1)[0]


def _check_batches(batches: Mapping[str, Published], findings: Findings) -> None:
    """Refuses records of another system, company or day than those that the report compared."""
    from airflow_provider_erp.landing.chain import name_of  # noqa: PLC0415

    for (side, batch), compared in zip(batches.items(), findings.batches, strict=True):
        if name_of(batch) != compared:
            raise ValueError(
                f"{side}: the report compared batch {compared!r}, given is {name_of(batch)!r}; give source and target "
                "as the reconcile task was given them"
            )


def _writable(conn_type: str) -> Sequence[str]:
    """The fields that may be planned: of a system that is only read here all, for people to put right by hand."""
    from airflow_provider_erp.hooks.customers import CustomerHook  # noqa: PLC0415  # heavy
    from airflow_provider_erp.hooks.erp import ErpHook  # noqa: PLC0415
    from airflow_provider_erp.reconciliation.spec import FIELDS  # noqa: PLC0415

    hook = ErpHook.of_type(conn_type, "the system")
    return hook.writable() if issubclass(hook, CustomerHook) else FIELDS
