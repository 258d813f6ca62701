"""Visma.net's own actions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow_provider_erp.operators.one_shot import OneShotOperator

if TYPE_CHECKING:
    from airflow_provider_erp.hooks.erp import ErpHook


class VismaNetDunningLetterOperator(OneShotOperator):
    """Has Visma.net make a dunning letter for a customer.

    The result (XCom) is the action's id and result.

    Args:
        conn_id: a connection of type ``visma_net`` whose scope may write.
        number: the customer's number.
        date: the letter's date: a text that goes out as it is, or a datetime with a zone.
        level_from: the lowest dunning level.
        level_to: the highest one.
        dry_run: only tell what would be sent.
        confirm_resend: send it although an earlier try may have; as the error of that try says.
        base_path: where the journal is kept; default ``[erp] base_path``.
    """

    conn_type = "visma_net"
    action = "dunning letter"
    template_fields = (*OneShotOperator.template_fields, "number", "date", "level_from", "level_to")

    def __init__(self, *, number: str, date: str | dt.datetime, level_from: int, level_to: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.number = number
        self.date = date
        self.level_from = level_from
        self.level_to = level_to

    def written(self, hook: ErpHook) -> tuple[str, Mapping[str, Any]]:
        """Where and what is sent."""
        letter: Any = hook
        path, body = letter.check_dunning_letter(self.number, self.date, self.level_from, self.level_to)
        return path, body

    def send(self, hook: ErpHook) -> dict[str, Any]:
        """Sends it."""
        letter: Any = hook
        answer: dict[str, Any] = letter.create_dunning_letter(self.number, self.date, self.level_from, self.level_to)
        return answer
