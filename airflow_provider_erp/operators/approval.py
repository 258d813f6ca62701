"""Approval: a person sees a plan's changes in Airflow and approves exactly these, or does not."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import ApprovalOperator

from airflow_provider_erp.operators.edge import failing_for_good
from airflow_provider_erp.operators.links import plan_link
from airflow_provider_erp.operators.planned import Planned, names_of, read_planned

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

RESPONSE_TIMEOUT = dt.timedelta(hours=8)
SHOWN = "shown"
"""The XCom in which the task notes what it showed: another process goes on when the person has answered."""


class ErpApprovalOperator(ApprovalOperator):
    """Asks a person to approve a plan of corrections, or a selection of it: the first changes as a table, and digests.

    Who does not answer in time has rejected it; then what follows is skipped.
    The result (XCom) names the plan, the digest that was shown and approved (and
    the selection's), by whom and when: give it to ``ErpPushOperator``, which
    pushes no other plan. Where the plan's files or names are others by the time
    of the answer than those that were shown, the task fails.

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
            planned = self._planned()
            self.body = self._page_of(planned)
        context["ti"].xcom_push(key=SHOWN, value=planned.digests)
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """The plan and who approved it; nothing of it where it was rejected."""
        answer = super().execute_complete(context, event)
        approved = self.APPROVE in answer["chosen_options"]
        said = {"approved": approved, "by": answer["responded_by_user"], "at": answer["responded_at"].isoformat()}
        if not approved:
            return said
        with failing_for_good():
            return {**names_of(self.plan), **self._as_shown(context), **said}

    def page(self) -> str:
        """What the person sees, as Markdown.

        Raises:
            ErpInconsistentRead, ValueError: a file is not what its digest names.
        """
        return self._page_of(self._planned())

    def _planned(self) -> Planned:
        with tempfile.TemporaryDirectory(prefix="erp-approval-") as name:
            return read_planned(self.plan, Path(name))

    def _as_shown(self, context: Context) -> Mapping[str, str]:
        """The digests of what is named now, which must be those of what the person saw."""
        instance = context["ti"]
        shown = instance.xcom_pull(key=SHOWN, map_indexes=instance.map_index)
        named = self._planned().digests
        if shown != named:
            raise ValueError(
                f"plan: the person saw {_words(shown)}, named now is {_words(named)}: it was made or selected anew "
                "while the question waited; nothing is approved, clear this task to ask again"
            )
        return named

    def _page_of(self, planned: Planned) -> str:
        from airflow_provider_erp.corrections.markdown import approval_page  # noqa: PLC0415  # heavy

        return approval_page(planned.plan, selection=planned.selection, link=plan_link(names_of(self.plan)["plan"]))


def _words(digests: Mapping[str, str] | None) -> str:
    return " and ".join(digest[:12] for digest in (digests or {}).values()) or "nothing that was noted"
