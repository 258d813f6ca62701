"""Approval: a person sees a plan's changes in Airflow and approves exactly these, or does not."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import XComArg
from airflow.providers.standard.operators.hitl import ApprovalOperator

from airflow_provider_erp.operators.edge import failing_for_good

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

RESPONSE_TIMEOUT = dt.timedelta(hours=8)


class ErpApprovalOperator(ApprovalOperator):
    """Asks a person to approve a plan of corrections: its first changes as a table, and its digest.

    Who does not answer in time has rejected it; then what follows is skipped.
    The result (XCom) names the plan, the digest that was approved, by whom and
    when: give it to ``ErpPushOperator``, which pushes no other plan.

    Args:
        plan: the output of the plan task.
        subject: the headline of the question.
        response_timeout: how long an answer is waited for.
    """

    template_fields: Collection[str] = (*ApprovalOperator.template_fields, "plan")

    def __init__(
        self,
        *,
        plan: Mapping[str, Any] | XComArg,
        subject: str = "Approve the corrections?",
        response_timeout: dt.timedelta | None = RESPONSE_TIMEOUT,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            **{"defaults": ApprovalOperator.REJECT, **kwargs}, subject=subject, response_timeout=response_timeout
        )
        self.plan = plan

    def execute(self, context: Context) -> Any:
        """Shows the plan, and waits."""
        with failing_for_good():
            self.body = self.page()
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """The plan and who approved it; nothing of it where it was rejected."""
        answer = super().execute_complete(context, event)
        approved = self.APPROVE in answer["chosen_options"]
        said = {"approved": approved, "by": answer["responded_by_user"], "at": answer["responded_at"].isoformat()}
        return {**self._plan, **said} if approved else said

    def page(self) -> str:
        """What the person sees, as Markdown.

        Raises:
            ErpInconsistentRead: the plan's file is not what its digest names.
        """
        from airflow_provider_erp.corrections.files import read_plan  # noqa: PLC0415  # heavy
        from airflow_provider_erp.corrections.markdown import approval_page  # noqa: PLC0415
        from airflow_provider_erp.landing import storage  # noqa: PLC0415

        address = self._plan["plan"]
        with tempfile.TemporaryDirectory(prefix="erp-approval-") as name:
            local = Path(name) / "plan.parquet"
            storage.copy(address, local)
            plan = read_plan(local)
        if plan.digest != self._plan["digest"]:
            raise ValueError(f"plan {self._plan['digest'][:12]}: {address} holds plan {plan.digest[:12]}; plan anew")
        return approval_page(plan, link=f"{address.rsplit('/', 1)[0]}/plan.xlsx")

    @property
    def _plan(self) -> Mapping[str, Any]:
        """The plan task's output; known when the templates are rendered."""
        if not isinstance(self.plan, Mapping):
            raise ValueError(f"plan: expected the output of an ErpPlanOperator, got a {type(self.plan).__name__}")
        return {name: self.plan[name] for name in ("plan", "digest")}
