"""Waiting for a person's marks: which changes of a plan may be made."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from airflow.providers.common.compat.sdk import AirflowSkipException, BaseSensorOperator, PokeReturnValue

from airflow_provider_erp.landing.paths import join
from airflow_provider_erp.operators.edge import failing_for_good
from airflow_provider_erp.operators.fates import with_retry_policy
from airflow_provider_erp.operators.planned import read_planned
from airflow_provider_erp.reconciliation.checks import check_text

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_erp.corrections.plan import Plan, Selection

POKE_SECONDS = 60.0


class ErpSelectionSensor(BaseSensorOperator):
    """Waits for the workbook of a plan (``plan.xlsx``) in which a person marked what may be changed.

    The workbook is looked for at ``approvals_path``; while there is none, one
    that is not whole, or one of another plan, it waits. Nothing of a workbook is ever written to a
    system: its marks select changes of the plan, as they were planned. Where
    nothing is marked, the task is skipped.

    The result (XCom) names the plan, the selection and both digests, and has
    counts: give it to ``ErpApprovalOperator``, which asks a person to approve
    exactly that.

    Args:
        plan: the output of the plan task.
        approvals_path: where a person puts the workbook; may be a template, such as one with the run's date.
        mode: ``reschedule`` frees the worker between two looks, ``poke`` keeps it.
        poke_interval: seconds between two looks.
    """

    template_fields = ("plan", "approvals_path")

    def __init__(
        self,
        *,
        plan: Any,
        approvals_path: str,
        mode: Literal["reschedule", "poke"] = "reschedule",
        poke_interval: float = POKE_SECONDS,
        **kwargs: Any,
    ) -> None:
        super().__init__(mode=mode, poke_interval=poke_interval, **with_retry_policy(kwargs))
        with failing_for_good():
            check_text("approvals_path", approvals_path)
        self.plan = plan
        self.approvals_path = approvals_path

    def poke(self, context: Context) -> PokeReturnValue:
        """Whether the workbook is there, and what it selects."""
        with failing_for_good(), tempfile.TemporaryDirectory(prefix="erp-selection-") as name:
            plan = read_planned(self.plan, Path(name)).plan
            selection = self._selection(plan, Path(name))
            if selection is None:
                return PokeReturnValue(is_done=False)
            if not selection.changes:
                raise AirflowSkipException(f"nothing is marked in {self.approvals_path}")
            return PokeReturnValue(is_done=True, xcom_value=self._publish(plan, selection, Path(name)))

    def _selection(self, plan: Plan, workdir: Path) -> Selection | None:
        """What is marked; None while the workbook of this plan is not there."""
        from airflow_provider_erp.corrections.approvals import OtherPlan, read_marks  # noqa: PLC0415  # heavy
        from airflow_provider_erp.corrections.spreadsheet import HalfAFile  # noqa: PLC0415
        from airflow_provider_erp.landing import storage  # noqa: PLC0415

        local = workdir / "approvals.xlsx"
        try:
            storage.copy(self.approvals_path, local)
            return read_marks(local, plan)
        except FileNotFoundError:
            self.log.info("No workbook at %s yet", self.approvals_path)
        except IsADirectoryError:
            raise ValueError(
                f"approvals_path: expected the path of a workbook, {self.approvals_path!r} is a folder"
            ) from None
        except HalfAFile:
            self.log.warning("The workbook at %s is not whole; it may still be on its way", self.approvals_path)
        except OtherPlan:
            self.log.info("The workbook at %s is of another plan than %s", self.approvals_path, plan.digest[:12])
        return None

    def _publish(self, plan: Plan, selection: Selection, workdir: Path) -> dict[str, Any]:
        from airflow_provider_erp.corrections.selections import write_selection  # noqa: PLC0415
        from airflow_provider_erp.landing import storage  # noqa: PLC0415
        from airflow_provider_erp.operators.planned import names_of  # noqa: PLC0415

        names = names_of(self.plan)
        local = write_selection(selection, workdir)
        address = join(names["plan"].rsplit("/", 1)[0], local.name)
        storage.put(local, address)
        return {
            **names,
            "digest": plan.digest,
            "selection": address,
            "selection_digest": selection.digest,
            "changes": len(selection.changes),
            "records": len({each.subject for each in selection.changes}),
        }
