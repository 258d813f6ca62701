"""Lemonsoft's own actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow_provider_erp.operators.arguments import check_fields
from airflow_provider_erp.operators.edge import failing_for_good
from airflow_provider_erp.operators.one_shot import OneShotOperator

if TYPE_CHECKING:
    from airflow_provider_erp.hooks.erp import ErpHook


class LemonsoftAddAccountOperator(OneShotOperator):
    """Adds a bank account to a customer of Lemonsoft.

    The result (XCom) is the new account's id alone, and the account is no
    template field: bank details are shown nowhere.

    Args:
        conn_id: a connection of type ``lemonsoft``.
        customer_id: the customer's internal id, which is not its number.
        account: the account's fields, such as ``iban`` and ``bic``.
        dry_run: only tell what would be sent.
        confirm_resend: send it although an earlier try may have; as the error of that try says.
        base_path: where the journal is kept; default ``[erp] base_path``.
    """

    conn_type = "lemonsoft"
    action = "bank account"
    template_fields = (*OneShotOperator.template_fields, "customer_id")

    def __init__(self, *, customer_id: int | str, account: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        with failing_for_good():
            check_fields("account", account)
        self.customer_id = customer_id
        self.account = account

    def written(self, hook: ErpHook) -> tuple[str, Mapping[str, Any]]:
        """Where and what is sent."""
        customers: Any = hook
        path, body = customers.check_account(self.customer_id, self.account)
        return path, body

    def send(self, hook: ErpHook) -> dict[str, Any]:
        """Sends it."""
        customers: Any = hook
        answer = customers.add_account(self.customer_id, self.account)
        return {"account_id": answer.get("account_id")}
