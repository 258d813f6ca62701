"""Visma.net ERP in its own words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from airflow_provider_erp.hooks.erp import ErpHook
from airflow_provider_erp.vendors.visma_net.api import VISMA_NET, customer_path


class VismaNetHook(ErpHook):
    """Reads customers of Visma.net ERP; one connection is one company.

    Source: visma-net-customer document.
    """

    vendor = VISMA_NET
    conn_type = VISMA_NET.conn_type
    hook_name = VISMA_NET.title
    default_conn_name = "visma_net_default"

    def get_customers(
        self, last_modified: str | date | None = None, condition: str = ">=", **filters: Any
    ) -> Iterator[dict[str, Any]]:
        """Yields customers, all or those modified before or after a moment of the server's own local time.

        ``condition`` is one of ``> < >= <=``. The filters are the vendor's:
        name, status, corporateId, vatRegistrationId, email, phone, attributes,
        createdDateTime with createdDateTimeCondition; pageSize is accepted.

        Raises:
            ValueError: an unknown filter, or a moment with a zone.
        """
        return self.rows("customer", {"last_modified": last_modified, "condition": condition, **filters})

    def get_customer(self, number: str) -> dict[str, Any]:
        """The customer with this number.

        Raises:
            ValueError: the number is empty.
            ErpProtocolError: there is none (status 404).
        """
        return self.one(f"customer {number}", customer_path(str(number or "")))
