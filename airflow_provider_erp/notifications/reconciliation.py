"""Telling people what a reconciliation found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import AirflowFailException, BaseNotifier

from airflow_provider_erp.exceptions import ErpError

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context


class ErpReconciliationNotifier(BaseNotifier):
    """Says in a few lines what a reconcile task found, by way of any other notifier or function.

    As ``on_success_callback`` of an ``ErpReconcileOperator`` it tells the
    verdict, the warnings of thresholds and where the report is; as
    ``on_failure_callback`` the reason, which names the report, too. There is
    never a customer's data in it: of an error that is not this package's only
    the type is told. Below Airflow 3.3 a failed task's callback
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
            return "\n".join((*lines, _reason(failed), *([self.link] if self.link else [])))
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


def _reason(error: object) -> str:
    """The words of this package's errors, which hold no personal data; of any other only the type.

    The operators' edge gives Airflow the words of what it fails for; those of
    a ``ValueError`` of a special kind are not this package's.
    """
    cause = error.__cause__ if isinstance(error, AirflowFailException) else None
    is_own = isinstance(error, ErpError | AirflowFailException) and (
        cause is None or isinstance(cause, ErpError) or type(cause) is ValueError
    )
    return str(error) if is_own and str(error) else f"{type(cause or error).__name__}; the task's log says why"
