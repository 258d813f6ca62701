"""Telling people what a reconciliation found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import BaseNotifier

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context


class ErpReconciliationNotifier(BaseNotifier):
    """Says in a few lines what a reconcile task found, by way of any other notifier or function.

    As ``on_success_callback`` of an ``ErpReconcileOperator`` it tells the
    verdict, the warnings of thresholds and where the report is; as
    ``on_failure_callback`` the reason, which names the report, too. There is
    never a customer's data in it. Below Airflow 3.3 a failed task's callback
    is not given the reason: then the log is named.

    Args:
        to: is given the message, and tells it: a function, or one that makes a notifier, such as
            ``lambda text: SlackWebhookNotifier(slack_webhook_conn_id="slack", text=text)``.
        link: a template of the report's address for people, such as a page of a web server; by default the path.

    Example:
        ``on_failure_callback=ErpReconciliationNotifier(to=lambda text: SmtpNotifier(..., html_content=text))``
    """

    template_fields = ("link",)

    def __init__(self, *, to: Callable[[str], Any], link: str = "") -> None:
        super().__init__()
        self.to = to
        self.link = link

    def notify(self, context: Context) -> None:
        """Tells it."""
        told = self.to(self.message(context))
        if isinstance(told, BaseNotifier):
            told(context)

    def message(self, context: Context) -> str:
        """What is told, a line each."""
        instance = context["ti"]
        lines = [_name(instance)]
        failed = context.get("exception")
        if failed is not None:
            return "\n".join((*lines, str(failed) or type(failed).__name__, *([self.link] if self.link else [])))
        found = instance.xcom_pull(task_ids=instance.task_id, map_indexes=instance.map_index)
        if found is None:
            return "\n".join((*lines, "no result; its log says why"))
        if not isinstance(found, Mapping) or "verdict" not in found:
            return "\n".join((*lines, "done; there is no verdict, for it is no reconciliation"))
        return "\n".join((*lines, found["verdict"], *found["judgements"], self.link or found["report"]))


def _name(instance: Any) -> str:
    """The DAG, the run and the task; of a mapped one which."""
    mapped = f"[{instance.map_index}]" if instance.map_index >= 0 else ""
    return f"{instance.dag_id} {instance.run_id} {instance.task_id}{mapped}"
