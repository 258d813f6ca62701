"""Approval: a person sees a plan's changes in Airflow and approves exactly these, or does not."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import ApprovalOperator

from airflow_provider_erp.operators.edge import failing_for_good
from airflow_provider_erp.operators.planned import names_of, read_planned

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

RESPONSE_TIMEOUT = dt.timedelta(hours=8)


class ErpApprovalOperator(ApprovalOperator):
    """Asks a person to approve a plan of corrections, or a selection of it: the first changes as a table, and digests.

    Who does not answer in time has rejected it; then what follows is skipped.
    The result (XCom) names the plan, the digest that was approved, by whom and
    when: give it to ``ErpPushOperator``, which pushes no other plan.

    Args:
        plan: the output of the plan task, or of an ``ErpSelectionSensor``, of which only the selection is asked for.
        subject: the headline of the question.
        response_timeout: how long an answer is waited for.
    """

    template_fields: Collection[str] = (*ApprovalOperator.template_fields, "plan")

    def __init__(
        self,
        *,
        plan: Any,
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
        return {**names_of(self.plan), **said} if approved else said

    def page(self) -> str:
        """What the person sees, as Markdown.

        Raises:
            ErpInconsistentRead, ValueError: a file is not what its digest names.
        """
        from airflow_provider_erp.corrections.markdown import approval_page  # noqa: PLC0415  # heavy

        with tempfile.TemporaryDirectory(prefix="erp-approval-") as name:
            planned = read_planned(self.plan, Path(name))
        folder = names_of(self.plan)["plan"].rsplit("/", 1)[0]
        return approval_page(planned.plan, selection=planned.selection, link=f"{folder}/plan.xlsx")
