"""Writes that cannot be looked up afterwards: each is sent once, and its journal tells what came of it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from airflow.providers.common.compat.sdk import AirflowFailException, BaseOperator

from airflow_provider_erp.exceptions import ErpAuthError, ErpRejected, ErpUnavailable
from airflow_provider_erp.landing.paths import default_base_path, join, segment
from airflow_provider_erp.operators.edge import failing_for_good
from airflow_provider_erp.operators.fates import with_retry_policy
from airflow_provider_erp.operators.fetch import attempt_of
from airflow_provider_erp.reconciliation.checks import check_flag, check_is

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_erp.hooks.erp import ErpHook
    from airflow_provider_erp.pushing.journal import Entry


_ENCODE = msgspec.json.Encoder(decimal_format="number", order="deterministic").encode
_NOT_DONE = (ErpAuthError, ErpRejected, ErpUnavailable, ValueError)
"""After these the write was surely not done, and may be sent again."""


class OneShotOperator(BaseOperator):
    """Sends one write that cannot be looked up afterwards, at most once for a run, a task and what is sent.

    A journal beside the batches keeps what was begun and what came of it. A
    cleared task gives the same result again. A task that was killed, or whose
    answer was lost, fails: nobody knows whether it was done, until a person has
    looked and sets ``confirm_resend`` as the error says: to the moment of that
    try, which confirms no other loss; or to ``True``, which confirms a first try
    that was begun before it was set.
    """

    template_fields: tuple[str, ...] = ("conn_id", "base_path")
    conn_type: str
    action: str
    """What the write is called, also in the journal."""

    def __init__(
        self,
        *,
        conn_id: str,
        dry_run: bool = True,
        confirm_resend: bool | str = False,
        base_path: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**with_retry_policy(kwargs))
        with failing_for_good():
            check_flag("dry_run", dry_run)
            check_is("confirm_resend", confirm_resend, bool | str)
        self.conn_id = conn_id
        self.previews = dry_run  # a method of every operator is called dry_run
        self.confirm_resend = confirm_resend
        self.base_path = base_path

    def execute(self, context: Context) -> dict[str, Any]:
        """What the system answered."""
        from airflow_provider_erp.hooks.erp import ErpHook  # noqa: PLC0415  # heavy: not when a DAG file is parsed

        with failing_for_good():
            hook = ErpHook.for_connection(self.conn_id)
            if hook.vendor.conn_type != self.conn_type:
                raise ValueError(f"conn_id: expected a connection of type {self.conn_type!r}, got {self.conn_id!r}")
            written = self.written(hook)
            if self.previews:
                self.log.info("dry run: nothing was written; it would be one %s, see the task's arguments", self.action)
                return {"dry_run": True}
            return self._once(hook, context, written)

    def written(self, hook: ErpHook) -> tuple[str, Mapping[str, Any]]:
        """The path and the body that are sent: with others it is another write, however the arguments are spelt.

        Asked of a dry run, too.

        Raises:
            ValueError: an argument is none that the system takes.
        """
        raise NotImplementedError

    def send(self, hook: ErpHook) -> dict[str, Any]:
        """Sends the write.

        Raises:
            ErpError: as the hook's method.
        """
        raise NotImplementedError

    def _once(self, hook: ErpHook, context: Context, written: tuple[str, Mapping[str, Any]]) -> dict[str, Any]:
        from airflow_provider_erp.pushing.claim import creation  # noqa: PLC0415
        from airflow_provider_erp.pushing.journal import Intent, Journal, Receipt, key_of  # noqa: PLC0415

        by = attempt_of(context).identity
        digest = hashlib.sha256(_ENCODE(written)).hexdigest()[:32]
        key = key_of(f"{by} {digest}")
        where = (hook.vendor.conn_type, segment(hook.company), "actions", segment(self.action), key)
        folder = join(self.base_path or default_base_path(), *where)
        journal = Journal(folder, creation(folder, is_alone=True))  # no other task has this key
        entry = journal.entries().get(key)
        if entry and entry.receipt and entry.receipt.outcome == "created":
            done: dict[str, Any] = msgspec.json.decode(entry.receipt.said or "{}")
            return done
        if entry and not entry.receipt:
            self._check_confirmed(entry)
        number = entry.attempt + 1 if entry else 1
        standing = self.confirm_resend is True
        journal.intend(key, number, Intent(action="create", at=_now(), by=by, body=digest, confirmed=standing))
        try:
            answer = self.send(hook)
        except _NOT_DONE as exc:
            said = getattr(exc, "said", None)
            journal.settle(key, number, Receipt(outcome="rejected", at=_now(), reason=str(exc), said=said))
            raise
        journal.settle(key, number, Receipt(outcome="created", at=_now(), said=msgspec.json.encode(answer).decode()))
        return answer

    def _check_confirmed(self, lost: Entry) -> None:
        """Refuses to send again what nobody looked for since its answer was lost.

        ``True`` confirms the loss of a first try that was begun without it only:
        left in a DAG file it would confirm every later one as well, also of
        other runs.
        """
        moment = lost.intent.at.isoformat() if lost.intent else "an unknown time"
        is_new = lost.attempt == 1 and not (lost.intent and lost.intent.confirmed)
        if self.confirm_resend == moment or (self.confirm_resend is True and is_new):
            return
        wanted = f"True, or {moment!r}, which confirms this loss alone," if is_new else repr(moment)
        raise AirflowFailException(
            f"{self.action}: it was begun at {moment} and nobody knows whether it was done; look into the system, then "
            f"set confirm_resend={wanted} to send it again"
        )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
