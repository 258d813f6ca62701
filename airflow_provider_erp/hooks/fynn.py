"""Fynn in its own words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from airflow_provider_erp.hooks.erp import ErpHook
from airflow_provider_erp.vendors.fynn.api import FYNN


class FynnHook(ErpHook):
    """Reads customers of Fynn.

    Source: fynn-customers document.
    """

    vendor = FYNN
    conn_type = FYNN.conn_type
    hook_name = FYNN.title
    default_conn_name = "fynn_default"

    def get_customers(self, **filters: Any) -> Iterator[dict[str, Any]]:
        """Yields customers.

        The filters are the vendor's: customerNumber, companyName, firstName,
        lastName, vatId, isVatIdValid, datevId, emailAddresses.email,
        customerGroup.name, partner, search; ``limit`` (at most 100) is accepted.

        Raises:
            ValueError: an unknown filter, or a value that it does not take.
        """
        return self.rows("customer", filters)
